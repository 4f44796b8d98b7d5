"""The map of the printed page: the ground, the zone and each hotspot's outline with its rank, in lines of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from dashboard.basemap.in_box import InBox
from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.ground import Frame, frame_of
from dashboard.hotspots.under import Label, under_of
from dashboard.sheet.page import BLUE, MARGIN, SOFT, Paper
from dashboard.words import Language
from models.analysis.hotspots import HotspotMap
from models.records.station import MAIN_ROADS, Street

_ORANGE = (180, 85, 28)
_GREEN, _WATER = (222, 235, 219), (208, 226, 241)
_MAIN, _LANE, _NAMES = (184, 193, 202), (214, 220, 226), (60, 70, 80)

#: Names of the ground on one page at most, their size in points, and the free room between two, mm.
_MOST_NAMES, _POINTS, _ROOM = 14, 8.0, 1.0


@dataclass(frozen=True, slots=True)
class SheetGround:
    """What lies under it: the base map's at least of `sheet_frame`, the station's streets, and whose data it is."""

    base: InBox
    streets: Sequence[Street]
    credit: str = ""


def sheet_frame(chosen: Chosen, found: HotspotMap) -> Frame:
    """What the page shows: the zone, else its hotspots."""
    return frame_of([zone.polygon for zone in chosen.zones] or [spot.outline for spot in found.hotspots])


class SheetMap:
    """The map at the paper's present place, as wide as the page and so many mm high."""

    def __init__(self, paper: Paper, frame: Frame, high: float) -> None:
        self._paper, self._frame, self._top, self._high = paper, frame, paper.get_y(), high
        self._scale = min(paper.epw / frame.width, high / frame.height)
        self._rim = shapely.box(MARGIN, self._top, MARGIN + paper.epw, self._top + high)
        self._taken: list[shapely.Geometry] = []

    def draw(self, chosen: Chosen, found: HotspotMap, ground: SheetGround, language: Language) -> None:
        """Ground, outlines, ranks, and the names of the ground that have room."""
        paper, spots = self._paper, [spot.outline for spot in found.hotspots]
        self._ground(ground.base, ground.streets)
        zones = [zone.polygon for zone in chosen.zones]
        for shapes, colour, wide in ((zones, BLUE, 0.5), (spots, SOFT if found.verdict == "grey" else _ORANGE, 0.8)):
            rings = shapely.boundary(shapely.from_geojson(shapes))
            self._lines(rings, colour, wide)
        ranks = self._frame.metres(np.array([[spot.lon, spot.lat] for spot in found.hotspots]))
        self._taken = [shapely.Point(*place).buffer(3.0) for place in self._on_paper(ranks)]
        for label in under_of(self._frame, ground.base, ground.streets, [], language).names:
            if len(self._taken) < len(found.hotspots) + _MOST_NAMES:
                self._name(label)
        for rank, (x, y) in enumerate(self._on_paper(ranks).tolist(), 1):
            paper.set_fill_color(255, 255, 255)
            paper.circle(x, y, radius=2.6, style="F")
            paper.ink(10, bold=True)
            paper.set_xy(x - 4, y - 2.5)
            paper.cell(8, 5, str(rank), align="C")
        paper.set_draw_color(*SOFT)
        paper.set_line_width(0.3)
        paper.rect(MARGIN, self._top, paper.epw, self._high)
        paper.set_xy(MARGIN, self._top + self._high + 1)

    def _ground(self, base: InBox, streets: Sequence[Street]) -> None:
        for layer, colour in (("green", _GREEN), ("water", _WATER)):
            rings = base.shapes.get(layer, np.empty(0, dtype=object))
            self._areas([ring for ring in rings if shapely.get_num_coordinates(ring) > 3], colour)
        if {"street", "highway"} & base.shapes.keys():
            lines = {main: base.shapes.get("highway" if main else "street") for main in (False, True)}
        else:
            lines = {
                main: shapely.from_geojson([one.line for one in streets if (one.kind in MAIN_ROADS) == main])
                for main in (False, True)
            }
        for main, shapes in lines.items():
            if shapes is not None and len(shapes):
                self._lines(shapes, _MAIN if main else _LANE, 0.9 if main else 0.4)

    def _on_paper(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places of the frame, m, as mm of the page."""
        frame, paper = self._frame, self._paper
        middle = np.array([frame.left + frame.width / 2, frame.top + frame.height / 2])
        placed: NDArray[np.float64] = (metres - middle) * self._scale + np.array(
            [MARGIN + paper.epw / 2, self._top + self._high / 2]
        )
        return placed

    def _drawn(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        on_paper: NDArray[np.object_] = shapely.transform(
            shapes, lambda degrees: self._on_paper(self._frame.metres(degrees))
        )
        clipped: NDArray[np.object_] = shapely.clip_by_rect(on_paper, *self._rim.bounds)
        return clipped

    def _lines(self, shapes: NDArray[np.object_], colour: tuple[int, int, int], wide: float) -> None:
        self._paper.set_draw_color(*colour)
        self._paper.set_line_width(wide)
        for part in shapely.get_parts(self._drawn(shapes)):
            corners = shapely.get_coordinates(part).tolist()
            if len(corners) > 1:
                self._paper.polyline([(x, y) for x, y in corners])

    def _areas(self, rings: Sequence[shapely.Geometry], colour: tuple[int, int, int]) -> None:
        if not rings:
            return
        self._paper.set_fill_color(*colour)
        for part in shapely.get_parts(
            self._drawn(shapely.polygons([shapely.linearrings(ring.coords) for ring in rings]))
        ):
            if part.geom_type == "Polygon" and not part.is_empty:
                self._paper.polygon([(x, y) for x, y in shapely.get_coordinates(part.exterior).tolist()], style="F")

    def _name(self, label: Label) -> None:
        """A name of the ground, where it is whole and on nothing else."""
        paper = self._paper
        paper.ink(_POINTS, colour=_NAMES)
        [(x, y)] = self._on_paper(np.array([[label.x, label.y]])).tolist()
        wide, high = paper.get_string_width(label.text) + 1.0, _POINTS * 0.45
        flat = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        turned = shapely.affinity.rotate(flat, label.turn, origin=(x, y))  # y goes down, so this is clockwise
        room = turned.buffer(_ROOM)
        if not self._rim.contains(room) or any(room.intersects(other) for other in self._taken):
            return
        self._taken.append(turned)
        with paper.rotation(-label.turn, x, y):
            paper.set_xy(x - wide / 2, y - high / 2)
            paper.cell(wide, high, label.text, align="C")
