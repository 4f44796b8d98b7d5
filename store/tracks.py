"""Tracks of many units over a short window, for trails and the time machine. One unit's is `store.positions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, bindparam, select

from models.picture import Key
from models.records.base import Millis
from models.records.position import HIDDEN, Position
from models.records.unit import Unit
from store.rows import of_stations, table_of

_POSITION = table_of(Position)
_UNIT = table_of(Unit)


class Spot(NamedTuple):
    """A drawable fix of a track: ms UTC, degrees, km/h, degrees from north; None = not said."""

    at: Millis
    lat: float
    lon: float
    speed_kmh: float | None
    heading_deg: float | None


@dataclass(frozen=True, slots=True)
class Tracks:
    """Drawable fixes by unit with `start <= at < end`, ascending. `end` is earlier than asked for when cut."""

    start: Millis
    end: Millis
    cut: bool
    units: Sequence[tuple[Key, Sequence[Spot]]]


#: A range of the primary key, whatever the size of the table.
_SPOTS = (
    select(*(_POSITION.c[name] for name in Spot._fields))
    .where(
        _POSITION.c.station == bindparam("of_station"),
        _POSITION.c.unit == bindparam("of_unit"),
        _POSITION.c.at >= bindparam("first"),
        _POSITION.c.at < bindparam("last"),
        _POSITION.c.flags.op("&")(HIDDEN) == 0,
    )
    .order_by(_POSITION.c.at)
    .limit(bindparam("most", type_=Integer))
)


def units_of(conn: Connection, stations: frozenset[str] | None, one: Key | None = None) -> list[Key]:
    """Units of the register in these stations (None: all), or the one asked for if it is among them; in order."""
    query: Select[Any] = select(_UNIT.c.station, _UNIT.c.unit).order_by(_UNIT.c.station, _UNIT.c.unit)
    query = of_stations(query, _UNIT.c.station, stations)
    if one is not None:
        query = query.where(_UNIT.c.station == one[0], _UNIT.c.unit == one[1])
    return [(str(station), str(unit)) for station, unit in conn.execute(query)]


def tracks(
    conn: Connection,
    stations: frozenset[str] | None,
    start: Millis,
    end: Millis,
    *,
    most: int,
    one: Key | None = None,
) -> Tracks:
    """The tracks of the stations' units, or of one of them. At most `most` fixes: with more the window is halved.

    So what is told is whole up to its `end`, and the rest can be asked for from there. Units without a fix are left
    out.
    """
    units = units_of(conn, stations, one)
    last = end
    while True:
        found = _read(conn, units, start, last, most)
        if found is not None:
            return Tracks(start, last, last < end, found)
        last = start + max(1, (last - start) // 2)


def _read(
    conn: Connection, units: Sequence[Key], start: Millis, end: Millis, most: int
) -> list[tuple[Key, Sequence[Spot]]] | None:
    """Every unit's fixes; None when they are more than `most` and the window can be made shorter."""
    left = most
    result: list[tuple[Key, Sequence[Spot]]] = []
    for station, unit in units:
        asked = {"of_station": station, "of_unit": unit, "first": start, "last": end, "most": left + 1}
        spots = [Spot(*row) for row in conn.execute(_SPOTS, asked)]
        left -= len(spots)
        if left < 0 and end - start > 1:
            return None
        if spots:
            result.append(((station, unit), spots))
    return result
