"""Minutes of patrol by ground, day and hour: reckoned from the positions of a day that is over, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import Connection, bindparam, select

from models.records.base import Millis
from models.records.patrol import PatrolHours
from models.records.position import HIDDEN, Position
from models.records.unit import Unit
from store.database import Tx
from store.rows import put, table_of, values_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HOURS, _POSITION, _UNIT = table_of(PatrolHours), table_of(Position), table_of(Unit)

#: Of one unit, along the key.
FIXES = (
    select(_POSITION.c.at, _POSITION.c.lat, _POSITION.c.lon)
    .where(
        _POSITION.c.station == bindparam("of_station"),
        _POSITION.c.unit == bindparam("of_unit"),
        _POSITION.c.at >= bindparam("first"),
        _POSITION.c.at < bindparam("last"),
        _POSITION.c.flags.op("&")(HIDDEN) == 0,
    )
    .order_by(_POSITION.c.at)
)


def with_units(conn: Connection) -> list[str]:
    """Stations that have a unit, in order."""
    return list(conn.execute(select(_UNIT.c.station).distinct().order_by(_UNIT.c.station)).scalars())


def fixes(
    conn: Connection, station: str, start: Millis, end: Millis
) -> list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]]:
    """Of each unit that was heard with `start <= at < end`: times (ms), latitudes, longitudes, in order of time."""
    import numpy as np  # a start of the process has no use for it

    units = (
        conn.execute(select(_UNIT.c.unit).where(_UNIT.c.station == station).order_by(_UNIT.c.unit)).scalars().all()
    )
    found = []
    for unit in units:
        asked = {"of_station": station, "of_unit": unit, "first": start, "last": end}
        rows = conn.execute(FIXES, asked).all()
        if rows:
            at, lat, lon = zip(*rows, strict=True)
            found.append((np.array(at, dtype=np.int64), np.array(lat, dtype=float), np.array(lon, dtype=float)))
    return found


def made(conn: Connection, station: str, first: int, last: int) -> dict[tuple[str, int], Millis]:
    """When each ground (zone, empty: anywhere) and local day since 1970, first and last included, was reckoned."""
    query = select(_HOURS.c.zone, _HOURS.c.day, _HOURS.c.made_at).where(
        _HOURS.c.station == station, _HOURS.c.day >= first, _HOURS.c.day <= last
    )
    return {(zone, day): at for zone, day, at in conn.execute(query)}


def keep(tx: Tx, rows: Sequence[PatrolHours]) -> None:
    """Keep the grounds of a day."""
    put(tx, _HOURS, [values_of(row) for row in rows])


def minutes(
    conn: Connection, station: str, zone: str, first: int, last: int, since: Millis = 0
) -> dict[int, list[float]]:
    """Minutes in the 24 hours of each day reckoned, first and last included; `zone` empty: anywhere.

    `since`: not those reckoned before that moment, as of an outline that is no longer in force.
    """
    query = select(_HOURS.c.day, _HOURS.c.minutes).where(
        _HOURS.c.station == station, _HOURS.c.zone == zone, _HOURS.c.day >= first, _HOURS.c.day <= last,
        _HOURS.c.made_at >= since,
    )  # fmt: skip
    return {day: orjson.loads(text) for day, text in conn.execute(query)}
