"""Looks at people's names on the way of an alarm, for the audit log: written beside the answer, which never waits.

What is exported or read back is written down first, or it is not given. Who answers an alarm must see it although the
store is slow or away, so here it is the other way round: the answer goes out, and a look that could not be written
down is tried again with the next one.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from models.audit.deeds import Deed
from models.records.base import Millis
from store import audit
from store.database import Database
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: A look at the same thing by the same session is one row in this time, in ms: a desk asks every few seconds.
ONCE_MS = 3_600_000

_REMEMBERED = 4_096

_Look = tuple[str, str, str]


class Looks:
    """Writes looks down. May be called from any thread; `close` waits for what is under way."""

    def __init__(self, db: Database, clock: Callable[[], Millis]) -> None:
        self._db = db
        self._clock = clock
        self._known: OrderedDict[_Look, Millis] = OrderedDict()
        self._lock = threading.Lock()
        self._later = ThreadPoolExecutor(max_workers=1, thread_name_prefix="looks")

    def note(self, deed: Deed) -> None:
        """Have a look written down, unless this session's at the same thing was of late."""
        look, now = (deed.session, deed.action, f"{deed.station}/{deed.object}"), self._clock()
        with self._lock:
            before = self._known.get(look)
            if before is not None and 0 <= now - before < ONCE_MS:
                return
            self._known[look] = now
            self._known.move_to_end(look)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._later.submit(self._write, look, deed)

    def close(self) -> None:
        """Wait for what is still to be written down."""
        self._later.shutdown(wait=True)

    def _write(self, look: _Look, deed: Deed) -> None:
        try:
            with self._db.write(patience_s=1.0) as tx:
                audit.record(tx, deed)
        except StorageError as error:
            _LOG.warning("a look is not in the audit log yet: %s", error)
            with self._lock:
                self._known.pop(look, None)
