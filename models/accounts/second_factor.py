"""The second factor: six digits by the clock (RFC 6238), each used once, and codes for the day the telephone is lost.
Pure but for the random values it makes."""

from __future__ import annotations

import secrets
from hmac import compare_digest

from models.records.base import Millis

#: How long a code is shown, in s, and for how many of these a clock may be off (RFC 6238 section 5.2).
STEP_S, DRIFT = 30, 1

#: Recovery codes an account gets at once, and their letters: 50 bits, none that is mistaken for another.
CODES, _LETTERS, _LENGTH = 10, "abcdefghjkmnpqrstuvwxyz23456789", 10

ISSUER = "Smart Safety Zone"


def new_secret() -> str:
    """A new secret, base32, 160 bits (RFC 4226 section 4)."""
    import pyotp  # loaded by the first who has one, not by every start

    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """The `otpauth://` address an authenticator app reads from the QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: Millis, used: int) -> int | None:
    """The time step a code stands for; None when it is wrong or stands for one not newer than `used`.

    Every step is compared, so that the time taken tells nothing.
    """
    import pyotp

    totp = pyotp.TOTP(secret)
    written = code.replace(" ", "")
    now_step = now // 1000 // STEP_S
    found = None
    for step in range(now_step - DRIFT, now_step + DRIFT + 1):
        right = compare_digest(totp.generate_otp(step).encode(), written.encode())
        if right and step > used:
            found = step
    return found


def recovery_codes() -> list[str]:
    """New codes, as they are shown: `xxxxx-xxxxx`."""
    letters = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES))
    return [f"{code[:5]}-{code[5:]}" for code in letters]


def plain_code(code: str) -> str:
    """A recovery code as it is compared: without its dash, blanks and capitals."""
    return "".join(letter for letter in code.casefold() if letter.isalnum())[:64]
