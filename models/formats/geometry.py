"""A geometry out of a cell or a file: GeoJSON text (a geometry, or a feature with one) or WKT, in two dimensions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from models.formats.problems import BadValueError, Problem


def read_geometry(text: str, kinds: Collection[str], problem: Problem) -> BaseGeometry:
    """The geometry of a text, of one of these kinds (`Polygon`, `MultiLineString`, ...) and not empty.

    Raises:
        BadValueError: it is none of them; says `problem`.
    """
    try:
        if text.lstrip().startswith("{"):
            document: Any = orjson.loads(text)
            geometry = shape(document.get("geometry") or document)
        else:
            geometry = shapely.from_wkt(text)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError):
        raise BadValueError(problem) from None
    if geometry is None or geometry.geom_type not in kinds or geometry.is_empty:
        raise BadValueError(problem)
    return shapely.force_2d(geometry)
