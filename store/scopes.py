"""Which stations a list of grants means now, by the register of stations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from models.access.grants import Placed, Stations, by_level, levels_named, stations_of
from models.access.scope import Scope
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION
from models.records.station import Station
from store.rows import table_of

_STATION = table_of(Station)


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
    """The stations of each of some comma lists of grants. The register is read only for a level."""
    return [stations_of(text, _of_levels(conn, text)) for text in grants]


def _of_levels(conn: Connection, text: str) -> list[Placed]:
    """The stations of the levels that a comma list names. The register keeps their names in one spelling."""
    if not by_level(text):
        return []
    bureaus, provinces = levels_named(text)
    mine = or_(_STATION.c.bureau.in_(sorted(bureaus)), _STATION.c.province.in_(sorted(provinces)))
    query = select(_STATION.c.code, _STATION.c.bureau, _STATION.c.province).where(mine)
    return [Placed(code, bureau, province) for code, bureau, province in conn.execute(query)]
