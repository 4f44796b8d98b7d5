"""What can go wrong with the store, and how a driver's error is told apart. `str()` of each is one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """The store could not do it."""


class StorageBusyError(StorageError):
    """The write lock was not had in time, or the server is away: nothing was written, try again."""


class StorageFullError(StorageError):
    """The disk is full: nothing was written, try again when there is space."""


class StorageBrokenError(StorageError):
    """The database is corrupt, newer than the code, or not one of ours: writing on would do harm."""


class BackupError(StorageError):
    """A backup or restore was not done; nothing was changed."""


_FULL = ("disk is full", "no space left", "could not extend file")
_BROKEN = ("malformed", "not a database", "file is encrypted", "corrupt", "readonly database", "invalid page")
_PG_FULL = frozenset({"53100"})
_PG_BROKEN = frozenset({"XX001", "XX002"})


def classify(error: DBAPIError) -> StorageError | None:
    """The storage error a driver's error stands for; None for a wrong statement or value (ours to mend)."""
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    lower = text.lower()
    if state in _PG_FULL or any(word in lower for word in _FULL):
        return StorageFullError(text)
    if state in _PG_BROKEN or any(word in lower for word in _BROKEN):
        return StorageBrokenError(text)
    if "no such table" in lower or "no such column" in lower:
        return StorageBrokenError(text)
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return StorageBusyError(text)
    return None


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what a driver raises about the storage itself into one of the errors above."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageBusyError("no free connection") from error
    except DatabaseError as error:
        known = classify(error)
        if known is None:
            raise
        raise known from error
    except InterfaceError as error:
        raise StorageBusyError(str(error.orig)) from error
