"""What the store must not be able to read by itself: sealed, or hashed with a key that is not in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from dashboard.access.secret import derived

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class Seal:
    """Keys derived from the process's secret, which every web process shares."""

    def __init__(self, secret: str, old: Sequence[str] = ()) -> None:
        """`secret`: of 32 random characters or more. `old`: those in use before; what was sealed with them
        still opens."""
        self._secrets = (secret, *old)

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # loaded by the first who needs it, not by every start

        keys = (bytes.fromhex(derived(secret, "seal")) for secret in self._secrets)
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def close(self, text: str, of: str) -> str:
        """Encrypted and authenticated; opens only for the same `of`."""
        return self._fernet.encrypt(f"{of}\0{text}".encode()).decode()

    def open(self, sealed: str, of: str) -> str | None:
        """The text; None when it was changed, sealed for another one, or under another secret."""
        from cryptography.fernet import InvalidToken

        try:
            whose, _, text = self._fernet.decrypt(sealed.encode()).decode().partition("\0")
        except InvalidToken:
            return None
        return text if whose == of else None

    def name(self, typed: str) -> str:
        """What failed tries are counted by."""
        return _hash(self._secrets[0], "names", typed)

    def codes(self, account: str, code: str) -> list[str]:
        """What is kept of a recovery code, under the secret of today first: its 50 bits could be searched through
        without the key."""
        return [_hash(secret, "codes", f"{account}:{code}") for secret in self._secrets]

    def form(self, cookie: str) -> str:
        """The value a form must return with this cookie."""
        return _hash(self._secrets[0], "forms", cookie)


def _hash(secret: str, purpose: str, text: str) -> str:
    return hmac.new(derived(secret, purpose).encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
