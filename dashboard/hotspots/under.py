"""What lies under the hotspots' outlines: the base map where there is one, else the station's own streets; where
there is neither, what its registers know a place of. SVG paths and names in metres; the page asks nobody. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from dashboard.basemap.in_box import Box, InBox, Name
from dashboard.hotspots.ground import MOST_CORNERS, Frame, streets_of
from dashboard.words import Language
from models.records.station import MAIN_ROADS, Street

#: Layers of the base map that are drawn, those without which nobody finds his way first: the later ones are left away
#: where all together would be more than a page is to carry.
_LAYERS = ("highway", "water", "green", "street", "waterway", "rail", "building")

#: Their order on the map, bottom to top.
_ABOVE = ("green", "water", "waterway", "building", "rail", "street", "highway")

#: What the base map's street layers are called where the map's own streets are.
_CLASS = {"street": "street", "highway": "street main"}

#: Ground of the base map drawn beyond the frame on each side, in parts of its longer side.
_BEYOND = 0.5

#: Names of towns, of roads and of places that are sent at most: the page shows those that have room.
_MOST_NAMES = 40

#: Finer than this nobody sees, in parts of the frame's longer side.
_STEPS = 1500

#: A place and its name: (lat, lon, name).
Mark = tuple[float, float, str]

_TOWNS = ("city", "town", "suburb", "village")


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the ground: where its middle stands, m, how far it is turned, degrees, and of what it is."""

    x: float
    y: float
    turn: float
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Under:
    """`paths`: class and `d`, bottom to top; `names`: those that matter most first. `source`: whose it is: `base` (of
    the base map), `streets` (imported or generated), `marks` (of the registers), or empty: there is nothing."""

    paths: tuple[tuple[str, str], ...]
    names: tuple[Label, ...]
    source: str


def box_of(frame: Frame) -> Box:
    """West, south, east, north of the ground that is drawn, degrees."""
    more = max(frame.width, frame.height) * _BEYOND
    west, north = frame.degrees(frame.left - more, frame.top - more)
    east, south = frame.degrees(frame.left + frame.width + more, frame.top + frame.height + more)
    return west, south, east, north


def under_of(
    frame: Frame, base: InBox, streets: Sequence[Street], marks: Iterable[Mark], language: Language
) -> Under:
    """The ground of a frame. `base`: of `box_of`; `marks`: what the registers know, for where there is nothing
    else."""
    bare = not {"street", "highway"} & base.shapes.keys()
    paths = (*_base_paths(frame, base), *(_own(frame, streets) if bare else ()))
    names = [*base.names, *(_street_names(streets) if bare else ())]
    if base.shapes or base.names or streets:
        source = "base" if base.shapes or base.names else "streets"
        return Under(paths, tuple(_names(frame, names, language)), source)
    known = tuple(_marks(frame, marks))
    return Under((), known, "marks" if known else "")


def _street_names(streets: Sequence[Street]) -> Iterator[Name]:
    for one in streets:
        if one.name_th:
            kind = "road" if one.kind in MAIN_ROADS else "lane"
            line = shapely.get_coordinates(shapely.from_geojson(one.line))
            yield Name(one.name_th, one.name_th, kind, 0.0, line)


def _own(frame: Frame, streets: Sequence[Street]) -> tuple[tuple[str, str], ...]:
    main, other = streets_of(frame, streets)
    return tuple((name, path) for name, path in (("street", other), ("street main", main)) if path)


def _base_paths(frame: Frame, base: InBox) -> tuple[tuple[str, str], ...]:
    step = max(frame.width, frame.height) / _STEPS
    found, left = {}, MOST_CORNERS
    for layer in _LAYERS:
        if layer in base.shapes:
            flat = shapely.transform(base.shapes[layer], frame.metres)
            fine = shapely.simplify(flat, step, preserve_topology=False)
            left -= int(shapely.get_num_coordinates(fine).sum())
            if left < 0:
                break
            found[layer] = "".join(_path(shapely.get_coordinates(one)) for one in fine)
    return tuple((_CLASS.get(layer, layer), found[layer]) for layer in _ABOVE if found.get(layer))


def _path(points: NDArray[np.float64]) -> str:
    if len(points) < 2:
        return ""
    return "M" + " ".join(f"{x},{y}" for x, y in np.rint(points).astype(int).tolist())


def _names(frame: Frame, names: Iterable[Name], language: Language) -> list[Label]:
    """Towns, then roads before lanes and the longest first, each once, then places from those named from afar on;
    what lies in the frame before what lies beside it."""
    roads: dict[str, tuple[tuple[bool, bool, float], Label]] = {}
    places: list[tuple[tuple[bool, float], Label]] = []
    for name in names:
        text, line = name.th if language == "th" else name.en, frame.metres(name.line)
        if name.kind not in ("road", "lane"):
            label = Label(float(line[0, 0]), float(line[0, 1]), 0.0, text, "town" if name.kind in _TOWNS else "place")
            places.append(((not frame.holds(label.x, label.y), name.z), label))
            continue
        label, length = _along(line, text)
        order = (not frame.holds(label.x, label.y), name.kind == "lane", -length)
        if text not in roads or order < roads[text][0]:
            roads[text] = order, label
    placed = [label for _, label in sorted(places, key=lambda one: one[0])]
    towns = [one for one in placed if one.kind == "town"]
    others = [one for one in placed if one.kind != "town"]
    along = [label for _, label in sorted(roads.values(), key=lambda one: one[0])]
    return [*towns[:_MOST_NAMES], *along[:_MOST_NAMES], *others[:_MOST_NAMES]]


def _along(line: NDArray[np.float64], text: str) -> tuple[Label, float]:
    """The name at the middle of a line, turned as the line goes, never upside down, and the line's length."""
    steps = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(1)
    gone = np.concatenate(([0.0], np.cumsum(steps)))
    length = float(gone[-1])
    (x0, x1, x2), (y0, y1, y2) = (np.interp(np.array([0.4, 0.5, 0.6]) * length, gone[: len(line)], line[:, axis])
                                  for axis in (0, 1))  # fmt: skip
    turn = math.degrees(math.atan2(y2 - y0, x2 - x0))
    turn -= 180.0 if turn > 90 else -180.0 if turn < -90 else 0.0
    return Label(float(x1), float(y1), turn, text, "road"), length


def _marks(frame: Frame, marks: Iterable[Mark]) -> Iterator[Label]:
    for lat, lon, name in marks:
        [(x, y)] = frame.metres(np.array([[lon, lat]])).tolist()
        if name and frame.holds(x, y):
            yield Label(x, y, 0.0, name, "mark")
