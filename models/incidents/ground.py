"""Cases on the map: as points while they are few, as hexagons of the zoom when they are many. Pure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.incidents.answer import Hexagon, Hexagons, Point
from models.incidents.columns import ANSWERS, SLOTS, WINDOWED, Table
from models.incidents.counts import Taken
from models.records.incident import FOUND_BY, PLACE_QUALITIES

#: West, south, east, north in degrees; None: the whole world.
Box = tuple[float, float, float, float] | None

#: Pixels of the screen from the middle of a hexagon to its corner, on tiles of 256.
RADIUS_PX = 18
_TILE_PX = 256

#: Share of the cases at each end that no map is made wider for: one wrong place would shrink a town to a dot.
_STRAY = 0.01

#: Hexagons told at most; where there would be more they are those of a coarser zoom.
MOST_HEXAGONS = 5_000
_GROUPS = 5

#: Cells of a grid that are counted in an array; more are sorted.
_MOST_CELLS = 4_000_000

_PIECE = 65_536

#: Of each number of a table's facts, whether the case has a place.
_PLACED = np.arange(ANSWERS * len(PLACE_QUALITIES) * len(FOUND_BY)) // ANSWERS % len(PLACE_QUALITIES) != (
    PLACE_QUALITIES.index("none")
)


def placed(table: Table, rows: Taken, box: Box) -> Taken:
    """Those of the rows that have a place in the box."""
    if box is None:
        held: Taken = rows[_PLACED[table.facts[rows]]]
        return held
    lon, lat = table.lon[rows], table.lat[rows]
    west, south, east, north = box
    return rows[(lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)]


def points(table: Table, rows: Taken) -> list[Point]:
    """The cases of some rows, all of them with a place, the newest last."""
    lists = table.lists
    names = table.ids.take(rows).to_pylist()
    made = []
    for row, name in zip(rows.tolist(), names, strict=True):
        offence, group = lists.kinds.all[table.kind[row]]
        seized = int(table.facts[row]) % ANSWERS
        made.append(
            Point(
                lists.stations.all[table.station[row]], lists.sources.all[table.source[row]], name,
                float(table.lat[row]), float(table.lon[row]), group, offence, int(table.at[row]),
                None if seized == ANSWERS - 1 else seized == 0, int(table.week[row]) % SLOTS < WINDOWED,
            )
        )  # fmt: skip
    return made


def zoom_for(table: Table, rows: Taken, pixels: float) -> float:
    """The zoom at which nearly all of some rows, all of them with a place, fill a map so many pixels wide."""
    if not len(rows):
        return 8.0
    (west, east), (north, south) = (
        np.quantile(one, [_STRAY, 1 - _STRAY]) for one in (table.lon[rows], table.y[rows])
    )
    across = max(float(east - west) / 360, float(south - north), 1e-6)
    return math.log2(pixels / _TILE_PX / across)


def hexagons(table: Table, rows: Taken, zoom: float) -> Hexagons:
    """The cases of some rows, all of them with a place, counted in hexagons as large as they should be at a zoom."""
    radius = RADIUS_PX / (_TILE_PX * 2.0 ** min(max(zoom, 0.0), 20.0))
    if not len(rows):
        return Hexagons(radius * 360, [])
    column, line = np.empty(len(rows), dtype=np.int32), np.empty(len(rows), dtype=np.int32)
    # Piece by piece: a million places at once would take a hundred MB on the way.
    for first in range(0, len(rows), _PIECE):
        part = rows[first : first + _PIECE]
        x, y = (table.lon[part] + 180) / 360, table.y[part].astype(np.float64)
        column[first : first + _PIECE], line[first : first + _PIECE] = _cells(x, y, radius)
    west, north = int(column.min()), int(line.min())
    wide, high = int(column.max()) - west + 1, int(line.max()) - north + 1
    of_kind = np.array([one[1] for one in table.lists.kinds.all], dtype=np.uint8)
    if wide * high * _GROUPS <= _MOST_CELLS:
        all_of_it = np.zeros(wide * high * _GROUPS, dtype=np.int64)
        for first in range(0, len(rows), _PIECE):
            last = first + _PIECE
            key = (line[first:last].astype(np.int64) - north) * wide + column[first:last] - west
            np.add.at(all_of_it, key * _GROUPS + of_kind[table.kind[rows[first:last]]], 1)
        counts = all_of_it.reshape(-1, _GROUPS)
        there = np.flatnonzero(counts.any(axis=1))
        counts = counts[there]
    else:
        key = ((line.astype(np.int64) - north) * wide + column - west) * _GROUPS + of_kind[table.kind[rows]]
        there, at = np.unique(key // _GROUPS, return_inverse=True)
        counts = np.bincount(at * _GROUPS + key % _GROUPS, minlength=len(there) * _GROUPS).reshape(-1, _GROUPS)
    if len(there) > MOST_HEXAGONS:
        return hexagons(table, rows, zoom - 1)
    lines, columns = there // wide + north, there % wide + west
    east = radius * math.sqrt(3) * (columns + lines / 2) * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 3 * radius * lines))))
    cells = [
        Hexagon(round(middle, 6), round(lon, 6), sum(each), (each[0], each[1], each[2], each[3], each[4]))
        for middle, lon, each in zip(lat.tolist(), east.tolist(), counts.tolist(), strict=True)
    ]
    return Hexagons(radius * 360, cells)


def _cells(x: NDArray[np.float64], y: NDArray[np.float64], radius: float) -> tuple[Taken, Taken]:
    """Axial column and line of the hexagon a place lies in: the nearest middle, by rounding in cube coordinates."""
    line = y / (1.5 * radius)
    column = x / (math.sqrt(3) * radius) - line / 2
    third = -column - line
    q, r, s = np.rint(column), np.rint(line), np.rint(third)
    off_q, off_r, off_s = np.abs(q - column), np.abs(r - line), np.abs(s - third)
    worst_q = (off_q > off_r) & (off_q > off_s)
    worst_r = ~worst_q & (off_r > off_s)
    q[worst_q] = (-r - s)[worst_q]
    r[worst_r] = (-q - s)[worst_r]
    return q.astype(np.int64), r.astype(np.int64)
