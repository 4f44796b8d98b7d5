"""Cases of a zone, of the ring round it and of the rest of its station, in windows of time. Pure.

Group 4 and what patrols found are left out: they count arrests and patrols, not crime (and are counted beside). Other
safety zones are neither ring nor rest, for something is done there too. A case without a place is in none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from models.analysis.displacement import Areas
from models.formats.polygons import utm_epsg
from models.incidents.columns import ANSWERS, Table
from models.incidents.counts import Taken
from models.records.base import Millis
from models.records.incident import FOUND_BY, PLACE_QUALITIES

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: A ring of the zone's own area is looked for up to this width, in m.
_WIDEST_M = 20_000.0
_HALVINGS = 30
#: Corners of a quarter of a circle round a corner of the zone.
_QUARTER = 16
_DEGREES = "EPSG:4326"
_ZONE, _RING, _REST, _OTHER, _NOWHERE, _FOUR, _PATROL = range(7)
_EACH = ANSWERS * len(PLACE_QUALITIES)
#: Of each number of a table's facts, whether a patrol found the case: looked up, for a million are asked at once.
_BY_PATROL = np.arange(_EACH * len(FOUND_BY)) // _EACH == FOUND_BY.index("patrol")


@dataclass(frozen=True, slots=True)
class Ground:
    """A zone, the ring round it and the other safety zones, which the ring leaves out (degrees, lon/lat); the ring's
    width, m, and area, m2."""

    zone: shapely.Geometry
    ring: shapely.Geometry
    others: shapely.Geometry | None
    width_m: float
    ring_m2: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of one window. `other`: in other safety zones; `group4`, `patrol`: left out; `no_place`: without one."""

    zone: int
    ring: int
    rest: int
    other: int
    no_place: int
    group4: int
    patrol: int


@lru_cache(maxsize=32)
def ground_of(zone: str, others: tuple[str, ...], width_m: float | None) -> Ground:
    """The ground of a zone (GeoJSON). `width_m` of the ring; None: of the zone's own area. Metres by UTM.

    Raises:
        ValueError: a width of nothing, or no polygon.
    """
    if width_m is not None and not width_m > 0:
        raise ValueError("the ring's width must be above 0 m")
    # Loaded with the first comparison: nobody who starts the product or looks at another page waits for it.
    from geopandas import GeoSeries

    inner = shapely.from_geojson(zone)
    middle = inner.representative_point()
    epsg = utm_epsg(middle.y, middle.x)  # the zone's own area is measured in the same one
    flat = GeoSeries([inner], crs=_DEGREES).to_crs(epsg)
    # Without other zones their union is an empty shape, which takes nothing from the ring.
    rest = GeoSeries([shapely.from_geojson(one) for one in others], crs=_DEGREES)
    taken = flat.union(rest.to_crs(epsg).union_all())
    width = _same_area(flat.iloc[0], taken.iloc[0]) if width_m is None else width_m
    ring = flat.buffer(width, quad_segs=_QUARTER).difference(taken)
    outer, other = ring.to_crs(_DEGREES).iloc[0], rest.union_all() if others else None
    for shape in (inner, outer, *(() if other is None else (other,))):
        shapely.prepare(shape)
    return Ground(inner, outer, other, float(width), float(ring.area.iloc[0]))


def counted(table: Table, rows: Taken, ground: Ground, spans: Sequence[tuple[Millis, Millis]]) -> list[Counts]:
    """The counts of each `[start, end)`, of some rows of a table."""
    four = np.array([group == 4 for _, group in table.lists.kinds.all], dtype=bool)
    where = _where(table.lon[rows], table.lat[rows], ground)
    where[_BY_PATROL[table.facts[rows]]] = _PATROL
    where[four[table.kind[rows]]] = _FOUR
    at = table.at[rows]
    found = []
    for start, end in spans:
        each = np.bincount(where[slice(*np.searchsorted(at, [start, end]))], minlength=7).tolist()
        zone, ring, rest, other, nowhere, group4, patrol = each
        found.append(Counts(zone, ring, rest, other, nowhere, group4, patrol))
    return found


def areas_of(before: Counts, after: Counts) -> Areas:
    """Two windows as the quotient takes them."""
    return Areas((before.zone, after.zone), (before.ring, after.ring), (before.rest, after.rest))


def _where(lon: NDArray[np.float64], lat: NDArray[np.float64], ground: Ground) -> NDArray[np.int8]:
    placed = np.isfinite(lat)
    found = np.where(placed, _REST, _NOWHERE).astype(np.int8)
    # From the least to the most telling: a case on the edge of two is in the zone.
    shapes = [(_RING, ground.ring), (_ZONE, ground.zone)]
    if ground.others is not None:
        shapes.insert(1, (_OTHER, ground.others))
    edges = np.array([shape.bounds for _, shape in shapes])
    (west, south), (east, north) = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    lon, lat = lon[near], lat[near]
    for number, shape in shapes:
        found[near[shapely.intersects_xy(shape, lon, lat)]] = number
    return found


def _same_area(flat: shapely.Geometry, taken: shapely.Geometry) -> float:
    """The width of the ring that has the zone's area, without ground that is taken by zones. On bare shapes: a series
    for each of the tries costs four times as much."""
    least, most = 0.0, _WIDEST_M
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        wide = flat.buffer(middle, quad_segs=_QUARTER).difference(taken).area
        least, most = (middle, most) if wide < flat.area else (least, middle)
    return (least + most) / 2
