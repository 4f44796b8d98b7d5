"""The ground under the hotspots' outlines as SVG paths in metres: streets and zones, without a tile. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from models.records.station import MAIN_ROADS, Street

#: Metres of one degree of latitude, mean (WGS 84). Over a zone the error of a plane is under a metre in a thousand.
_DEGREE_M = 111_320.0

#: Free ground round what is shown, and ground drawn beyond it for one who moves the map, in parts of its longer side.
_MARGIN, _BEYOND = 0.06, 1.0

#: Frames are cut into so many steps; what is finer is not seen.
_STEPS = 1500

#: With more corners than this only the main roads are drawn: a page is not to carry a province's lanes.
MOST_CORNERS = 60_000

#: Half the frame of a map where nothing is to be shown, in m.
_NOTHING_M = 1000.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What is shown: a plane in metres whose origin is at (lon, lat), y down, and the box in it."""

    lon: float
    lat: float
    left: float
    top: float
    width: float
    height: float

    def metres(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (lon, lat) on the plane."""
        along = _DEGREE_M * math.cos(math.radians(self.lat))
        return np.column_stack(((degrees[:, 0] - self.lon) * along, (self.lat - degrees[:, 1]) * _DEGREE_M))

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """(lon, lat) of a place on the plane."""
        return self.lon + x / (_DEGREE_M * math.cos(math.radians(self.lat))), self.lat - y / _DEGREE_M

    def holds(self, x: float, y: float) -> bool:
        """Whether a place of the plane lies in the box."""
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


def frame_of(shapes: Sequence[str], lon: float = 0.0, lat: float = 0.0) -> Frame:
    """The frame round GeoJSON shapes; one of 2 km round (lon, lat) where there is none."""
    degrees = shapely.get_coordinates(shapely.from_geojson(list(shapes)))
    if not len(degrees):
        return Frame(lon, lat, -_NOTHING_M, -_NOTHING_M, 2 * _NOTHING_M, 2 * _NOTHING_M)
    (west, south), (east, north) = degrees.min(axis=0), degrees.max(axis=0)
    flat = Frame(float(west + east) / 2, float(south + north) / 2, 0, 0, 0, 0)
    (left, top), (right, bottom) = flat.metres(np.array([[west, north], [east, south]]))
    free = max(right - left, bottom - top, 100.0) * _MARGIN
    box = (float(left - free), float(top - free), float(right - left + 2 * free), float(bottom - top + 2 * free))
    return Frame(flat.lon, flat.lat, *box)


def path_of(frame: Frame, shapes: Sequence[str]) -> str:
    """GeoJSON areas as the `d` of one SVG path, to the metre."""
    parts = shapely.get_parts(shapely.from_geojson(list(shapes)))
    rings = shapely.get_rings(parts)
    return "".join(f"{_line(frame.metres(shapely.get_coordinates(ring)))}Z" for ring in rings)


def streets_of(frame: Frame, streets: Iterable[Street]) -> tuple[str, str]:
    """The (main, other) streets in and round the frame as the `d` of two SVG paths."""
    found = list(streets)
    if not found:
        return "", ""
    main = np.array([one.kind in MAIN_ROADS for one in found])
    lines = shapely.transform(shapely.from_geojson([one.line for one in found]), frame.metres)
    more = max(frame.width, frame.height) * _BEYOND
    box = (frame.left - more, frame.top - more, frame.left + frame.width + more, frame.top + frame.height + more)
    inside = shapely.clip_by_rect(lines, *box)
    fine = shapely.simplify(inside, max(frame.width, frame.height) / _STEPS, preserve_topology=False)
    crowded = int(shapely.get_num_coordinates(fine).sum()) > MOST_CORNERS
    return _lines(fine[main]), "" if crowded else _lines(fine[~main])


def _lines(shapes: NDArray[np.object_]) -> str:
    parts = shapely.get_parts(shapes)
    return "".join(_line(points) for part in parts if len(points := shapely.get_coordinates(part)) > 1)


def _line(points: NDArray[np.float64]) -> str:
    return "M" + " ".join(f"{x},{y}" for x, y in np.rint(points).astype(int).tolist())
