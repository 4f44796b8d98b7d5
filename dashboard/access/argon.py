"""Passwords as argon2id, at the cost RFC 9106 recommends for little memory: 64 MiB, three passes, four lanes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from models.accounts.passwords import LONGEST, plain

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def hashed(password: str) -> str:
    """What is kept of a password, its cost written into it."""
    return _hasher().hash(plain(password))


def right(encoded: str, password: str) -> bool:
    """Whether it is the password. Without one to compare (`encoded` empty) the same work is done, and the answer is
    no."""
    from argon2.exceptions import InvalidHashError, VerificationError

    nobodys, written = _nobodys(), plain(password[: 4 * LONGEST])
    if len(written) > LONGEST:
        encoded, written = "", ""
    try:
        return _hasher().verify(encoded or nobodys, written) and bool(encoded)
    except (VerificationError, InvalidHashError):
        return False


def outdated(encoded: str) -> bool:
    """Whether it was made at another cost than the one of today."""
    return _hasher().check_needs_rehash(encoded)


@cache
def _hasher() -> PasswordHasher:
    # Loaded by the first who signs in, not by every start.
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
