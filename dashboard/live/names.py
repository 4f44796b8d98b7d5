"""What the live feed reads from the store: the register of units, again when it changed, and presses already safe."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import MappingProxyType

from dashboard.live.arrivals import REMEMBER
from dashboard.live.views import NO_NAMES, Names, UnitInfo
from models.records.base import Millis
from store import registers, sos
from store.database import Database
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: The register is read at most this often, and tried again this long after it could not be read, in ms.
_AGAIN_MS = 1000


def load_names(db: Database) -> Names:
    """Kind and call sign of every unit.

    Raises:
        StorageError: the register cannot be read.
    """
    with db.read() as conn:
        return MappingProxyType({key: UnitInfo(kind, call) for key, kind, call in registers.unit_names(conn)})


def load_stored(db: Database, now: Millis) -> list[str]:
    """Keys of the presses stored within a day: a box that sends one again after our restart is not in need anew.

    Raises:
        StorageError: they cannot be read.
    """
    with db.read() as conn:
        return sos.recent_keys(conn, now - 24 * 3_600_000, REMEMBER)


class NamesReader:
    """Keeps the names as the register last said. Used in the server's loop; the reading is done in a thread."""

    def __init__(self, load: Callable[[], Names], steady: Callable[[], Millis]) -> None:
        self.names: Names = NO_NAMES
        self._load = load
        self._steady = steady
        self._wanted = True
        self._read_at: Millis | None = None

    def want(self) -> None:
        """The register has changed."""
        self._wanted = True

    async def refresh(self) -> None:
        """Read the register if it has changed; a failure is logged and tried again."""
        now = self._steady()
        if not self._wanted or (self._read_at is not None and now - self._read_at < _AGAIN_MS):
            return
        self._read_at, self._wanted = now, False
        try:
            self.names = await asyncio.to_thread(self._load)
        except StorageError as error:
            self._wanted = True
            _LOG.warning("register of units cannot be read: %s", error)
