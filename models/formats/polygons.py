"""Zone polygons: what one must be, its area and perimeter in metres, and the ring round it.

Measured in the UTM zone of the place (EPSG 32601 to 32660 and 32701 to 32760), never in degrees. Inside its zone UTM
is true to 0.1 % in length, which is finer than a zone is ever drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import orjson
import shapely
from pyproj import Transformer
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from models.formats.geometry import read_geometry
from models.formats.problems import SWAPPED, BadValueError, Problem

MAX_CORNERS = 10_000
#: No safety zone is larger than this; the largest of the programme is 9.97 km2.
MAX_AREA_M2 = 5_000e6
MIN_AREA_M2 = 1.0
#: Square degrees under which corners lie on one line, but for rounding: about 0.01 m2.
_FLAT = 1e-12

NOT_POLYGON = Problem(
    "not_polygon", "ไม่ใช่รูปหลายเหลี่ยม (GeoJSON หรือ WKT)", "is not a Polygon or MultiPolygon (GeoJSON or WKT)"
)
TOO_MANY_CORNERS = Problem("too_many_corners", "จุดมุมเกิน 10,000 จุด", "has more than 10,000 corners: simplify it")
CROSSING = Problem("crossing", "เส้นขอบตัดกันเอง", "its outline crosses or touches itself")
DEGENERATE = Problem("degenerate", "พื้นที่เป็นศูนย์", "has no area")
TOO_LARGE = Problem("too_large", "พื้นที่เกิน 5,000 ตร.กม.", "is larger than 5,000 km2: is it in degrees?")
BAD_CORNER = Problem("bad_corner", "พิกัดจุดมุมไม่ถูกต้อง", "has a corner that is no longitude and latitude in degrees")


@dataclass(frozen=True, slots=True)
class Measured:
    """A polygon that can be a zone. `polygon` is GeoJSON text (lon, lat), `area_m2` m2, `perimeter_m` m.

    The perimeter is the length of the whole boundary, holes included.
    """

    polygon: str
    area_m2: float
    perimeter_m: float
    utm_epsg: int


def measure(text: str) -> Measured:
    """Read and measure a polygon, GeoJSON geometry text or WKT.

    Raises:
        BadValueError: not a polygon, too many corners, out of range, swapped, crossing itself, without area.
    """
    polygon = read_geometry(text, ("Polygon", "MultiPolygon"), NOT_POLYGON)
    if shapely.get_num_coordinates(polygon) > MAX_CORNERS:
        raise BadValueError(TOO_MANY_CORNERS)
    _check_corners(polygon)
    if polygon.convex_hull.area < _FLAT:  # a figure of eight has no area either, but another fault
        raise BadValueError(DEGENERATE)
    if not polygon.is_valid:
        reason = explain_validity(polygon)
        raise BadValueError(CROSSING if "ntersection" in reason else Problem("invalid", "รูปทรงไม่ถูกต้อง", reason))
    epsg = utm_epsg(polygon.representative_point().y, polygon.representative_point().x)
    flat = to_metres(polygon, epsg)
    if flat.area < MIN_AREA_M2:
        raise BadValueError(DEGENERATE)
    if flat.area > MAX_AREA_M2:
        raise BadValueError(TOO_LARGE)
    return Measured(_json(polygon), float(flat.area), float(flat.length), epsg)


def ring_around(polygon: str, width_m: float) -> str:
    """The ring of `width_m` metres round a measured polygon, as GeoJSON text; the polygon itself is not in it.

    Raises:
        ValueError: a width of nothing or less.
    """
    if width_m <= 0:
        raise ValueError("the ring's width must be above 0 m")
    inner = shape(orjson.loads(polygon))
    centre = inner.representative_point()
    epsg = utm_epsg(centre.y, centre.x)
    flat = to_metres(inner, epsg)
    ring = flat.buffer(width_m, quad_segs=16).difference(flat)
    return _json(shapely.transform(ring, _transformer(epsg, back=True).transform, interleaved=False))


def utm_epsg(lat: float, lon: float) -> int:
    """EPSG code of the UTM zone of a place (Thailand: 32647 or 32648)."""
    number = min(int((lon + 180.0) // 6.0) + 1, 60)
    return (32600 if lat >= 0 else 32700) + number


def to_metres(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    """A geometry of degrees (lon, lat) in metres of a UTM zone."""
    return shapely.transform(geometry, _transformer(epsg, back=False).transform, interleaved=False)


@lru_cache(maxsize=16)
def _transformer(epsg: int, back: bool) -> Transformer:
    ends = (f"EPSG:{epsg}", "EPSG:4326") if back else ("EPSG:4326", f"EPSG:{epsg}")
    return Transformer.from_crs(*ends, always_xy=True)


def _check_corners(polygon: BaseGeometry) -> None:
    west, south, east, north = (float(value) for value in polygon.bounds)
    corners = shapely.get_coordinates(polygon)
    if not bool((abs(corners) <= 180.0).all()):  # NaN compares false, so it is caught here too
        raise BadValueError(BAD_CORNER)
    if north > 90.0 or south < -90.0:
        raise BadValueError(SWAPPED if max(abs(west), abs(east)) <= 90.0 else BAD_CORNER)


def _json(geometry: BaseGeometry) -> str:
    return orjson.dumps(mapping(geometry)).decode()
