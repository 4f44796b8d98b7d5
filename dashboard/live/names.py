"""The register of units as the live map needs it."""

from __future__ import annotations

from types import MappingProxyType

from dashboard.live.views import Names, UnitInfo
from store import registers
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
