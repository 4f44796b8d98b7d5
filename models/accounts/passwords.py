"""What a password must be: long rather than complicated, and none that is guessed first. Pure."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

#: Fewest and most characters (OWASP ASVS 5.0 V6.2.1, V6.2.9; NIST SP 800-63B section 5.1.1.2).
SHORTEST, LONGEST = 12, 128

#: Fewest guesses, as a power of ten, after which a password is found by somebody who tries common passwords, words,
#: names, dates and keyboard walks first. Online tries are slowed to thousands a day; a stolen hash is not.
GUESSES = 9.0

#: zxcvbn looks at no more.
_LOOKED_AT = 72


class PasswordProblem(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    EASY = "easy"
    NAME = "has_name"


def plain(password: str) -> str:
    """A password as it is hashed: NFKC, so that every keyboard writes the same one (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def problem(password: str, about: tuple[str, ...]) -> PasswordProblem | None:
    """Why a new password is refused; None: it is good. `about`: the account's names, which strangers try first."""
    written = plain(password)
    if len(written) < SHORTEST:
        return PasswordProblem.SHORT
    if len(written) > LONGEST:
        return PasswordProblem.LONG
    lower = written.casefold()
    names = {part for text in about for part in plain(text).casefold().split() if len(part) >= 4}
    left = lower
    for name in names:
        left = left.replace(name, "")
    if names and len(left) < len(lower) and len(left) < SHORTEST - 4:
        return PasswordProblem.NAME
    return PasswordProblem.EASY if guesses(written, about) < GUESSES else None


def guesses(password: str, about: tuple[str, ...] = ()) -> float:
    """Power of ten of the guesses that find a password, common and leaked passwords first (zxcvbn, offline lists).

    Source: Wheeler, zxcvbn: Low-Budget Password Strength Estimation, USENIX Security 2016.
    """
    # Its lists are 90,000 words in memory: only a process in which a password was chosen holds them.
    from zxcvbn import zxcvbn

    return float(zxcvbn(password[:_LOOKED_AT], user_inputs=list(about))["guesses_log10"])
