"""The newest table of incidents of one process: read by a thread of its own, renewed when incidents change.

The first question starts the thread. A change of incidents wakes it; who asks meanwhile gets the table that is there.
A table is one immutable value.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.happenings import Happening, RegisterChanged
from models.records.base import Millis
from store.database import Database
from store.errors import StorageError
from store.follower import Follower
from store.incidents import REGISTER

if TYPE_CHECKING:
    from store.columns.reading import Read

_LOG = logging.getLogger(__name__)

#: Shortest time between two renewals: many cases that come in together are read together. In s.
PAUSE_S = 0.5

#: How long a store that cannot be read is left alone before it is tried again, in s.
RETRY_S = 5.0


class PreparingError(Exception):
    """No table has been read yet; to be said in plain words, never shown as no cases. `failed`: it was tried, and the
    incidents cannot be read; it is tried again."""

    def __init__(self, failed: bool) -> None:
        super().__init__("the incidents cannot be read" if failed else "the incidents are being read")
        self.failed = failed


@dataclass(frozen=True, slots=True)
class State:
    """How the table stands: its version, how many cases and bytes it holds, when it was read (ms, by the clock of the
    process), and whether a change is known that it does not hold yet."""

    version: int
    cases: int
    nbytes: int
    read_at: Millis
    behind: bool


class Newest:
    """The table of one process as it is now. `clock` gives ms; `zone` is that of the stations' local time."""

    def __init__(self, db: Database, follower: Follower | None, clock: Callable[[], Millis], zone: ZoneInfo) -> None:
        self._db, self._clock, self._zone = db, clock, zone
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._wake, self._changed = threading.Event(), threading.Condition()
        self._failed = False
        # Changes heard of, and how many of them the table holds; both under the condition.
        self._heard_of = self._held = 0
        self._read: Read | None = None
        self._read_at: Millis = 0
        # Without a follower only what this process commits is heard of.
        self._unsubscribe = (
            follower.subscribe(lambda _picture, _seq, told: self._heard(told))
            if follower
            else db.on_commit(lambda _seq, told: self._heard(told))
        )

    def ready(self) -> Read:
        """The table.

        Raises:
            PreparingError: none has been read yet.
        """
        read = self._read
        if read is None:
            self.prepare()
            raise PreparingError(self._failed)
        return read

    def stop(self) -> None:
        """End the thread; what was read can still be asked."""
        self._unsubscribe()
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def prepare(self) -> None:
        """Have the table read, if nobody has asked yet; returns at once."""
        with self._lock:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._run, name="columns", daemon=True)
                self._thread.start()

    def renew(self) -> None:
        """Have the table read anew: somebody of this process changed incidents."""
        self._changes()

    def wait(self, version: int = 1, timeout_s: float = 30.0) -> bool:
        """Wait until the table has at least a version; False: it had not in time."""
        self.prepare()
        with self._changed:
            return self._changed.wait_for(lambda: self._read is not None and self._read.version >= version, timeout_s)

    @property
    def state(self) -> State | None:
        """How the table stands; None while it is read for the first time."""
        with self._changed:
            read, behind = self._read, self._heard_of != self._held
            if read is None:
                return None
            return State(read.version, len(read.table), read.table.nbytes, self._read_at, behind)

    def _heard(self, happenings: Sequence[Happening]) -> None:
        if any(isinstance(one, RegisterChanged) and one.register == REGISTER for one in happenings):
            self._changes()

    def _changes(self) -> None:
        with self._changed:
            self._heard_of += 1
        self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wake.clear()
            begun = time.monotonic()
            if not self._renewed():
                self._rest(RETRY_S)
                continue
            # While a large import comes in piece by piece it is read again and again: at most a quarter of the time.
            self._rest(max(PAUSE_S, 3 * (time.monotonic() - begun)))
            self._wake.wait()

    def _renewed(self) -> bool:
        """Read what changed; False: it could not be read. The table of before is still asked then."""
        try:
            self._renew()
        except StorageError as error:
            if not self._failed:
                _LOG.warning("incidents cannot be read for the analysts: %s", error)
            self._failed = True
        except Exception:  # noqa: BLE001 - a row nobody foresaw must not leave all analysts without a table for ever
            if not self._failed:
                _LOG.exception("incidents cannot be read for the analysts")
            self._failed = True
        else:
            self._failed = False
        return not self._failed

    def _rest(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def _renew(self) -> None:
        from store.columns.reading import read

        at, heard_of = self._clock(), self._heard_of
        with self._db.read() as conn:
            found = read(conn, self._read, self._zone)
        with self._changed:
            self._read, self._read_at, self._held = found, at, heard_of
            self._changed.notify_all()
