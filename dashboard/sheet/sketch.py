"""A small map of our own streets round a place, as lines in millimetres of paper. Pure; no tile is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from models.records.station import MAIN_ROADS, Street

#: Metres shown from the place to the edges left and right.
REACH_M = 300.0

#: Metres of one degree of latitude, mean (WGS 84).
_DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True)
class Line:
    """A street piece: points in mm from the upper left of the map, and whether it is a main road."""

    points: tuple[tuple[float, float], ...]
    main: bool


@dataclass(frozen=True, slots=True)
class Sketch:
    """The lines within the frame, and mm a metre."""

    lines: tuple[Line, ...]
    scale: float


def sketch(streets: Iterable[Street], lat: float, lon: float, width: float, height: float) -> Sketch:
    """The streets round a place, on `width` x `height` mm with the place in the middle."""
    scale = width / (2 * REACH_M)
    across = _DEGREE_M * math.cos(math.radians(lat)) * scale
    up = _DEGREE_M * scale
    frame = shapely.box(0, 0, width, height)
    found: list[Line] = []
    for street in streets:
        degrees = shapely.get_coordinates(shapely.from_geojson(street.line))
        points = [(width / 2 + (x - lon) * across, height / 2 - (y - lat) * up) for x, y in degrees]
        if len(points) < 2:
            continue
        inside = shapely.LineString(points).intersection(frame)
        for part in getattr(inside, "geoms", [inside]):
            if isinstance(part, shapely.LineString) and not part.is_empty:
                found.append(Line(tuple((x, y) for x, y, *_ in part.coords), street.kind in MAIN_ROADS))
    return Sketch(tuple(found), scale)
