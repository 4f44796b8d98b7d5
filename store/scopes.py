"""Which stations a list of grants means now, by the register of stations."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from models.access.grants import Placed, Stations, by_grant, by_level, stations_by
from models.access.scope import Scope
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION
from models.records.station import LevelsMark, Station
from store.rows import table_of

_STATION = table_of(Station)
_MARK = select(table_of(LevelsMark).c.mark)


@dataclass(frozen=True, slots=True)
class _Levels:
    """What each level granted when the register had this mark."""

    mark: str
    granting: Mapping[str, frozenset[str]]


#: What was read last of each database that is open.
_KNOWN: WeakKeyDictionary[Engine, _Levels] = WeakKeyDictionary()
_LOCK = threading.Lock()


def placed(conn: Connection) -> list[Placed]:
    """Every station of the register with its levels."""
    query = select(_STATION.c.code, _STATION.c.bureau, _STATION.c.province).order_by(_STATION.c.code)
    return [Placed(code, bureau, province) for code, bureau, province in conn.execute(query)]


def alarm_stations(conn: Connection, scope: Scope) -> frozenset[str]:
    """The stations whose alarms a scope shows, by code: those of no station and of the product itself with them, or
    not."""
    codes = frozenset(conn.execute(select(_STATION.c.code)).scalars()) if scope.stations is None else scope.stations
    return frozenset(code for code in codes | {UNKNOWN_STATION, SYSTEM_STATION} if scope.sees_alarm(code))


def granted(conn: Connection, grants: Sequence[str]) -> list[Stations]:
    """The stations of each of some comma lists of grants, as the connection sees the register.

    The register is asked only for a level, and read only when it is another than before: its mark, which the
    database itself renews with it, tells whether it is.
    """
    granting = _levels(conn).granting if any(by_level(text) for text in grants) else {}
    return [stations_by(text, granting) for text in grants]


def _levels(conn: Connection) -> _Levels:
    mark = str(conn.execute(_MARK).scalar_one())
    with _LOCK:
        known = _KNOWN.get(conn.engine)
    if known is None or known.mark != mark:
        known = _Levels(mark, by_grant(placed(conn)))
        with _LOCK:
            _KNOWN[conn.engine] = known
    return known
