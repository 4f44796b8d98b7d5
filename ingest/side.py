"""Where an SOS goes when the database breaks while we run: the side database, merged when the main one is mended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from models.records.base import Millis
from models.records.sos import Signal
from store import sos
from store.database import Database, Lane
from store.errors import StorageError
from store.side import open_safely

log = logging.getLogger("ingest.side")

#: How often the main database is examined at most, and how long that may take, in s.
_EVERY_S, _BUDGET_S = 10.0, 2.0


class SideKeeper:
    """Stores presses in the side database of a SQLite address; opened at the first press that needs it."""

    def __init__(self, url: str, clock: Callable[[], Millis]) -> None:
        """A keeper that has opened nothing."""
        self._url = url
        self._clock = clock
        self._db: Database | None = None
        self._looked = -_EVERY_S

    def __call__(self, signals: Sequence[Signal]) -> bool:
        """Store signals; False when they are not safe here and must be kept by the broker."""
        try:
            database = self._open()
            if database is None:
                return False
            with database.write(Lane.ALARM) as tx:
                for signal in signals:
                    sos.take_signal(tx, signal, self._clock())
        except StorageError as error:
            log.error("the side database cannot be written: %s", error)
            return False
        return True

    def close(self) -> None:
        """Close it."""
        if self._db:
            self._db.close()
            self._db = None

    def _open(self) -> Database | None:
        if self._db is None and time.monotonic() - self._looked >= _EVERY_S:
            self._looked = time.monotonic()
            opened = open_safely(self._url, self._clock(), budget_s=_BUDGET_S)
            if opened.health.readonly:
                self._db = opened.database
            else:  # the main one is sound after all: the lane tries it again
                opened.database.close()
        return self._db
