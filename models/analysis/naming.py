"""Names and ids of hotspots that stay from run to run: a place that is still hot is still called the same. Pure."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import orjson
import shapely
from scipy.optimize import linear_sum_assignment
from shapely.geometry import shape

from models.analysis.hotspots import Hotspot, Side
from models.formats.polygons import to_metres

#: Two hotspots of two runs are one when they share this much of the smaller one.
SAME = 0.25
#: A street or landmark farther away than this gives no name, metres.
NEAR_M = 150.0
#: In this share of the zone's radius a hotspot lies in the middle.
_MIDDLE = 0.35
_SIDES: tuple[Side, ...] = ("e", "ne", "n", "nw", "w", "sw", "s", "se")


@dataclass(frozen=True, slots=True)
class Known:
    """A street or landmark that can give its name: GeoJSON geometry (lon, lat)."""

    name: str
    geometry: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a hotspot is called, see `Hotspot`."""

    id: str
    name: str
    side: Side
    number: int


def name_all(
    shapes: Sequence[shapely.Geometry], zone: shapely.Geometry, epsg: int, last: Sequence[Hotspot],
    places: Sequence[Known], label: str,
) -> list[Named]:  # fmt: skip
    """A name for each shape (metres of `epsg`), in their order; those of `last` that cover the same ground are kept.

    `label`: what the ids are of (station, zone, family), so that two maps have no id in common.
    """
    kept = _same(shapes, epsg, last)
    taken = {(one.name or one.side, one.number) for one in last}
    ids = {one.id for one in last}
    known = _in_metres(tuple(places), epsg)
    made = []
    for number, outline in enumerate(shapes):
        old = kept.get(number)
        if old is not None:
            made.append(Named(old.id, old.name, old.side, old.number))
            continue
        name, side = _nearest(outline, known), _side(outline, zone)
        free = next(n for n in range(1, len(taken) + 2) if (name or side, n) not in taken)
        new = _id(outline, label, ids)
        taken.add((name or side, free))
        ids.add(new)
        made.append(Named(new, name, side, free))
    return made


@lru_cache(maxsize=4)
def _in_metres(places: tuple[Known, ...], epsg: int) -> list[tuple[str, shapely.Geometry]]:
    """What can give a name; a station's streets are the same for each of its maps."""
    return [(place.name, to_metres(shape(orjson.loads(place.geometry)), epsg)) for place in places]


def _same(shapes: Sequence[shapely.Geometry], epsg: int, last: Sequence[Hotspot]) -> dict[int, Hotspot]:
    """Which shape is which hotspot of the last run: pairs of the greatest shared ground altogether."""
    if not len(shapes) or not last:
        return {}
    before = np.array([to_metres(shape(orjson.loads(one.outline)), epsg) for one in last], dtype=object)
    now = np.array(shapes, dtype=object)
    tree = shapely.STRtree(before)
    mine, theirs = tree.query(now, predicate="intersects")
    shared = np.zeros((len(now), len(before)))
    smaller = np.minimum(shapely.area(now[mine]), shapely.area(before[theirs]))
    shared[mine, theirs] = shapely.area(shapely.intersection(now[mine], before[theirs])) / np.maximum(smaller, 1e-9)
    shared[shared < SAME] = 0.0
    rows, columns = linear_sum_assignment(-shared)
    return {int(row): last[column] for row, column in zip(rows, columns, strict=True) if shared[row, column] > 0}


def _nearest(outline: shapely.Geometry, known: Sequence[tuple[str, shapely.Geometry]]) -> str:
    """The name nearest to the middle of the shape, empty when none lies within `NEAR_M` of its rim."""
    middle = outline.representative_point()
    near = [(middle.distance(place), name) for name, place in known if outline.distance(place) <= NEAR_M]
    return min(near)[1] if near else ""


def _side(outline: shapely.Geometry, zone: shapely.Geometry) -> Side:
    middle, at = zone.centroid, outline.centroid
    east, north = at.x - middle.x, at.y - middle.y
    if math.hypot(east, north) <= _MIDDLE * math.sqrt(zone.area / math.pi):
        return "middle"
    return _SIDES[round(math.atan2(north, east) / (math.pi / 4)) % 8]


def _id(outline: shapely.Geometry, label: str, taken: set[str]) -> str:
    """Eight letters out of what and where it is: the same data give the same id on every machine."""
    at = outline.centroid
    for turn in range(len(taken) + 1):
        text = f"{label}/{at.x:.0f}/{at.y:.0f}/{turn}".encode()
        made = base64.b32encode(hashlib.sha256(text).digest())[:8].decode().lower()
        if made not in taken:
            return made
    raise AssertionError("one of n + 1 differs from n")
