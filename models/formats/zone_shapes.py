"""What the map draws of a zone: its outline, bounded in corners, and the ring round it. Pure.

Made when a zone comes in and kept beside it, so that no screen and no start needs a geometry library.
"""

from __future__ import annotations

import orjson
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from models.formats.polygons import ring_around

#: Corners of one outline on the map; more is finer than a screen shows.
MOST_CORNERS = 2_000

#: Width of the ring round a zone, in m: the ground crime is pushed to lies within a few streets.
RING_M = 200.0

#: Degrees: first tolerance of simplifying, about 0.2 m. Doubled until the corners are few enough.
_FINEST = 2e-6


def shapes_of(polygon: str, kind: str) -> tuple[str | None, str | None]:
    """Outline and ring of a zone as its row keeps them (GeoJSON text).

    No outline: the polygon itself is drawn. No ring: a beat has none, and neither has an outline that crosses itself.

    Raises:
        ValueError: no geometry.
    """
    outline = drawn(polygon)
    return (None if outline == polygon else outline), (None if kind == "beat" else ring(outline))


def drawn(polygon: str) -> str:
    """The polygon (GeoJSON text) with at most `MOST_CORNERS` corners; unchanged when it has no more.

    Raises:
        ValueError: no geometry.
    """
    outline = _read(polygon)
    if shapely.get_num_coordinates(outline) <= MOST_CORNERS:
        return polygon
    return _text(_simpler(outline))


def ring(polygon: str) -> str | None:
    """The ring round a polygon (GeoJSON text); None for an outline that has none, such as one that crosses itself."""
    try:
        around = shape(orjson.loads(ring_around(drawn(polygon), RING_M)))
    except (ValueError, shapely.errors.ShapelyError):
        return None
    return None if around.is_empty or not around.is_valid else _text(_simpler(around))


def _read(text: str) -> BaseGeometry:
    try:
        return shape(orjson.loads(text))
    except (TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as problem:
        raise ValueError(f"no geometry: {text[:80]}") from problem


def _simpler(outline: BaseGeometry) -> BaseGeometry:
    tolerance, found = _FINEST, outline
    while shapely.get_num_coordinates(found) > MOST_CORNERS and tolerance < 1.0:
        found = outline.simplify(tolerance)
        tolerance *= 2
    return found


def _text(outline: BaseGeometry) -> str:
    return orjson.dumps(mapping(shapely.set_precision(outline, 1e-7))).decode()
