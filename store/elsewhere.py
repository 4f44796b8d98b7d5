"""What there is of some names at stations that a scope does not show: for the audit log, never for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from models.access.scope import Scope
from models.records.station import Station, Zone
from models.records.unit import Unit
from store.alarms.rows import ALARM
from store.rows import table_of

_STATION, _UNIT, _ZONE = table_of(Station), table_of(Unit), table_of(Zone)

#: Most names looked up, and most rows of each kind: several stations may have a unit `car-1`.
MOST = 8

_KINDS = (
    ("alarm", ALARM.c.station, ALARM.c.id),
    ("station", _STATION.c.code, _STATION.c.code),
    ("unit", _UNIT.c.station, _UNIT.c.unit),
    ("zone", _ZONE.c.station, _ZONE.c.code),
)


def elsewhere(conn: Connection, names: Sequence[str], scope: Scope) -> list[tuple[str, str]]:
    """(station, `<kind>:<id>`) of what has one of the names; nothing when the scope shows anything of the same kind
    and name, for then it was not refused for being another's. Of many names the first are looked up."""
    asked, found = list(dict.fromkeys(names))[:MOST], []
    for kind, station, name in _KINDS:
        rows = conn.execute(select(station, name).where(name.in_(asked)).distinct().limit(MOST)).all()
        sees = scope.sees_alarm if kind == "alarm" else scope.sees
        seen = {said for code, said in rows if sees(code)}
        found += [(str(code), f"{kind}:{said}") for code, said in rows if said not in seen]
    return found
