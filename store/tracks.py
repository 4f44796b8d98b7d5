"""Tracks of many units over a short window, for trails and the time machine. One unit's is `store.positions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Result, Select, bindparam, select

from models.picture import Key
from models.records.base import Millis
from models.records.position import HIDDEN, Position
from models.records.unit import Unit
from store.rows import of_stations, table_of

_POSITION = table_of(Position)
_UNIT = table_of(Unit)


class Track(NamedTuple):
    """The drawable fixes of a unit, ascending in time, as columns of one length: ms UTC, degrees, km/h, degrees from
    north; None = not said."""

    at: Sequence[Millis]
    lat: Sequence[float]
    lon: Sequence[float]
    speed_kmh: Sequence[float | None]
    heading_deg: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks by unit with `start <= at < end`, in order of the key. `end` is earlier than asked for when cut."""

    start: Millis
    end: Millis
    cut: bool
    units: Sequence[tuple[Key, Track]]


#: Rows read at a time.
_ROWS = 500

#: All units' fixes in one statement: for each unit of the register a range of the positions' primary key, whatever
#: the size of the table. One statement a unit costs more than the rows it brings.
_FIXES = (
    select(_UNIT.c.station, _UNIT.c.unit, *(_POSITION.c[name] for name in Track._fields))
    .join(_POSITION, (_POSITION.c.station == _UNIT.c.station) & (_POSITION.c.unit == _UNIT.c.unit))
    .where(
        _POSITION.c.at >= bindparam("first"),
        _POSITION.c.at < bindparam("last"),
        _POSITION.c.flags.op("&")(HIDDEN) == 0,
    )
    .order_by(_UNIT.c.station, _UNIT.c.unit, _POSITION.c.at)
    .limit(bindparam("most", type_=Integer))
)


def units_of(conn: Connection, stations: frozenset[str] | None) -> list[Key]:
    """Units of the register in these stations (None: all), in order."""
    query: Select[Any] = select(_UNIT.c.station, _UNIT.c.unit).order_by(_UNIT.c.station, _UNIT.c.unit)
    return [
        (str(station), str(unit)) for station, unit in conn.execute(of_stations(query, _UNIT.c.station, stations))
    ]


def fixes_of(stations: frozenset[str] | None, one: Key | None = None) -> Select[Any]:
    """The statement for the fixes of these stations' units, or of one of them."""
    query = of_stations(_FIXES, _UNIT.c.station, stations)
    return query if one is None else query.where(_UNIT.c.station == one[0], _UNIT.c.unit == one[1])


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
    query = fixes_of(stations, one)
    last = end
    while True:
        read = conn.execute(query, {"first": start, "last": last, "most": most + 1})
        keys, track = _columns(read)
        if len(keys) <= most or last - start <= 1:
            return Tracks(start, last, last < end, _by_unit(keys, track))
        last = start + max(1, (last - start) // 2)


def _columns(read: Result[Any]) -> tuple[list[Key], Track]:
    """Every row's key, and the rows as columns. A few hundred rows are held at a time: with thousands of them alive
    Python's garbage collector would go through the whole process again and again, which costs more than the reading.
    """
    keys: list[Key] = []
    columns: tuple[list[Any], ...] = tuple([] for _ in Track._fields)
    for rows in read.partitions(_ROWS):
        stations, units, *values = zip(*rows, strict=True)
        keys.extend(zip(stations, units, strict=True))
        for column, piece in zip(columns, values, strict=True):
            column.extend(piece)
    return keys, Track(*columns)


def _by_unit(keys: Sequence[Key], track: Track) -> list[tuple[Key, Track]]:
    """One track for each unit out of rows in order of the unit."""
    result: list[tuple[Key, Track]] = []
    first = 0
    for key, group in groupby(keys):
        last = first + sum(1 for _ in group)
        at, lat, lon, speed, heading = track
        part = slice(first, last)
        result.append((key, Track(at[part], lat[part], lon[part], speed[part], heading[part])))
        first = last
    return result
