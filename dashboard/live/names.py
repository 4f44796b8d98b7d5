"""What the live feed reads from the store when it starts: the register of units, and the presses already safe."""

from __future__ import annotations

from types import MappingProxyType

from dashboard.live.arrivals import REMEMBER
from dashboard.live.views import Names, UnitInfo
from models.records.base import Millis
from store import registers, sos
from store.database import Database


def load_names(db: Database) -> Names:
    """Kind and call sign of every unit.

    Raises:
        StorageError: the register cannot be read.
    """
    with db.read() as conn:
        return MappingProxyType(
            {(unit.station, unit.unit): UnitInfo(unit.kind, unit.call_sign) for unit in registers.units(conn)}
        )


def load_stored(db: Database, now: Millis) -> list[str]:
    """Keys of the presses stored within a day: a box that sends one again after our restart is not in need anew.

    Raises:
        StorageError: they cannot be read.
    """
    with db.read() as conn:
        return sos.recent_keys(conn, now - 24 * 3_600_000, REMEMBER)
