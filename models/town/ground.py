"""Metres and degrees: the town is drawn in UTM zone 48N, and handed on in WGS 84."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pyproj import Transformer

#: Metres east and north in UTM zone 48N.
Point = tuple[float, float]

UTM_EPSG = 32648

#: Decimal places of a degree in what is handed on: 1e-7 degree is about a centimetre.
DEGREE_PLACES = 7


@lru_cache(maxsize=2)
def _transformer(to_degrees: bool) -> Transformer:
    if to_degrees:
        return Transformer.from_crs(UTM_EPSG, 4326, always_xy=True)
    return Transformer.from_crs(4326, UTM_EPSG, always_xy=True)


def to_metres(lat: float, lon: float) -> Point:
    """The point in UTM zone 48N."""
    x, y = _transformer(False).transform(lon, lat)
    return float(x), float(y)


def to_degrees(point: Point) -> tuple[float, float]:
    """The point as `(lat, lon)`."""
    lon, lat = _transformer(True).transform(point[0], point[1])
    return round(float(lat), DEGREE_PLACES), round(float(lon), DEGREE_PLACES)


def line_to_lonlat(points: Iterable[Point]) -> list[list[float]]:
    """GeoJSON coordinates `[lon, lat]` of a line."""
    xs, ys = zip(*points, strict=True)
    lons, lats = _transformer(True).transform(xs, ys)
    return [
        [round(float(lon), DEGREE_PLACES), round(float(lat), DEGREE_PLACES)]
        for lon, lat in zip(lons, lats, strict=True)
    ]


def length_m(line: Sequence[Point]) -> float:
    """Length of a line in metres."""
    return float(sum(gap(one, other) for one, other in itertools.pairwise(line)))


def gap(one: Point, other: Point) -> float:
    """Distance of two points in metres."""
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def along(line: Sequence[Point], metres: float) -> Point:
    """The point of a line `metres` from its start; clamped to its ends."""
    left = metres
    for one, other in itertools.pairwise(line):
        step = gap(one, other)
        if left <= step and step > 0:
            share = max(0.0, left) / step
            return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
        left -= step
    return line[-1]
