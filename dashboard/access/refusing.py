"""What was refused, in the audit log: tries to come in, requests, and asking for what is another's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from dashboard.access.identity import Who
from dashboard.access.refusals import Refusals
from models.audit.deeds import Deed, Did, session_of
from models.records.base import Millis
from store.audit import record
from store.database import Database
from store.elsewhere import elsewhere
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: Most answers of 404 that wait to be looked at.
MOST_WAITING = 500


class Refusing:
    """Writes refusals down, though not each of many (`refusals`). May be used from any thread."""

    def __init__(self, db: Database, clock: Callable[[], Millis]) -> None:
        self._db = db
        self._clock = clock
        self._ways_in, self._requests, self._strays = (Refusals(clock) for _ in range(3))
        self._later = ThreadPoolExecutor(max_workers=1, thread_name_prefix="astray")
        self._room = threading.BoundedSemaphore(MOST_WAITING)
        self._left = 0

    def refused(self, address: str, what: str, why: str) -> None:
        """Somebody tried to come in and was refused. Blocks on the store.

        `what`: the way, `link`, `kiosk`, `token`, `password` …; never a value that was shown.
        """
        if (counted := self._ways_in.count(address)) is not None:
            self._write(Did.SESSION_REFUSED, counted, what, why)

    def turned_away(self, address: str, what: str, why: str, who: Who | None = None) -> None:
        """The door or a route refused a request: counted apart from tries to come in. Blocks on the store.

        `what`: where, `door` or a path's first part.
        """
        if (counted := self._requests.count(address)) is not None:
            self._write(Did.REFUSED, counted, what, why, who)

    def not_found(self, address: str, names: Sequence[str], who: Who) -> None:
        """One who is signed in was told that there is nothing of these names. When there is, and it is another
        station's, that is written down. Looked up afterwards and in another thread: neither the answer nor its time
        tells which it was.
        """
        if not names:
            return
        if not self._room.acquire(blocking=False):
            _LOG.warning("answers of 404 to %s are not looked at: %d wait", address, MOST_WAITING)
            return
        try:
            looking = self._later.submit(self._look, address, tuple(names), who)
        except RuntimeError:  # the server is stopping
            self._room.release()
        else:
            looking.add_done_callback(self._looked)

    def close(self) -> None:
        """Finish the look that is under way; those that wait behind it are left, and how many is said."""
        self._later.shutdown(wait=True, cancel_futures=True)
        if self._left:
            _LOG.warning("%d answers of 404 are not looked at: the server stops", self._left)

    def _looked(self, looking: Future[None]) -> None:
        self._room.release()
        if looking.cancelled():  # by `close`, one after the other
            self._left += 1
        elif (error := looking.exception()) is not None:
            _LOG.error("an answer of 404 was not looked at", exc_info=error)

    def _look(self, address: str, names: Sequence[str], who: Who) -> None:
        try:
            with self._db.read() as conn:
                found = elsewhere(conn, names, who.scope())
        except StorageError as error:
            _LOG.warning("what %s asked for was not looked at: %s", address, error)
            return
        for station, what in found:
            if (counted := self._strays.count(address)) is not None:
                self._write(Did.REFUSED, counted, what, "another station's", who, station)

    def _write(
        self, action: Did, counted: tuple[str, int], what: str, why: str, who: Who | None = None, station: str = ""
    ) -> None:
        whose, tries = counted
        name, role, session = (who.name, who.role, session_of(who.digest)) if who else ("", "", "")
        detail = f"{why} tries={tries}"
        deed = Deed(self._clock(), name, role, session, whose, action, station, what, detail)
        try:
            with self._db.write(patience_s=1.0) as tx:
                record(tx, deed)
        except StorageError as error:
            # It was refused all the same, and the answer must not tell that the store is away.
            _LOG.warning("%s from %s (%s) is not in the audit log: %s", action, whose, what, error)
