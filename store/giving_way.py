"""Who goes first among the processes that write on one SQLite file.

SQLite keeps no queue: who waits for its lock asks again and again, and a process that writes one transaction after
the other leaves it free for less than a millisecond between two. So a writer in the alarm lane that has to wait says
so, by a shared lock on a file of its own beside the database (its name ends with `-turn`, it stays empty), and others
ask for the database only while nobody says so. PostgreSQL hands its lock on in the order of asking.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.files import beside

#: How long a writer gives way at most, s: a process that stopped while it waited must not keep the others out.
PATIENCE_S = 1.0


def turn_file(database: Path) -> Path:
    """The file that alarms which wait hold a shared lock on."""
    return beside(database.resolve(), "-turn")


class GivingWay:
    """One writer's attempts at the lock of a SQLite file."""

    def __init__(self, handle: int | None, patience_s: float) -> None:
        self._handle = handle
        self._until = time.monotonic() + patience_s

    def may_ask(self, alarm: bool) -> bool:
        """Whether it is this writer's turn to ask for the lock once; an alarm's always is, and from now on others
        wait for it. Who was not given the lock then calls `missed`."""
        if self._handle is None:
            return True
        try:
            fcntl.flock(self._handle, (fcntl.LOCK_SH if alarm else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:  # held by others, or by a file system that has no such locks
            return alarm or time.monotonic() >= self._until
        return True

    def missed(self, alarm: bool) -> None:
        """The lock was another's: only an alarm goes on saying that it waits."""
        if self._handle is not None and not alarm:
            with suppress(OSError):
                fcntl.flock(self._handle, fcntl.LOCK_UN)


@contextmanager
def giving_way(turn: Path | None, patience_s: float = PATIENCE_S) -> Iterator[GivingWay]:
    """While a writer waits for the lock; None: there is nobody to give way to. Ends with the process, however that
    ends, and never keeps a writer from writing: without the file nobody gives way."""
    handle = None
    if turn is not None:
        with suppress(OSError):
            handle = os.open(turn, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield GivingWay(handle, patience_s)
    finally:
        if handle is not None:
            os.close(handle)
