"""Cases on plain ground on a report's paper: a mark each, or hexagons shaded by how many they hold. Sizes in mm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.report.content import TONES, Places
from dashboard.report.marks import KEY_ROW, draw_legend, draw_pin, legend_rows
from dashboard.sheet.page import BAND, INK, LINE, MARGIN, SOFT, Paper
from dashboard.words import word

_MAP, _EDGE, _PIN = 95.0, 5.0, 0.8

#: Share of the cases at each end that the map is not made wider for, where no outline frames it.
_STRAY = 0.005

#: Radius of a hexagon from which its number stands in it.
_NUMBERED = 2.8


@dataclass(frozen=True, slots=True)
class _View:
    """Which part of the world stands where on the page: a plane round (lon, lat), `scale` mm a degree of latitude."""

    lon: float
    lat: float
    squeeze: float
    scale: float
    left: float
    top: float
    width: float

    def on_paper(self, lon: float, lat: float) -> tuple[float, float]:
        x = self.left + self.width / 2 + (lon - self.lon) * self.squeeze * self.scale
        return x, self.top + _MAP / 2 - (lat - self.lat) * self.scale

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.left + self.width and self.top < y < self.top + _MAP


def height_of_places(paper: Paper, figure: Places) -> float:
    """The room it takes."""
    return _MAP + 2 + KEY_ROW * (legend_rows(paper, figure.key) + 1)


def draw_places(paper: Paper, figure: Places) -> None:
    """Draw it here."""
    top = paper.get_y()
    outside = 0
    paper.set_draw_color(*SOFT)
    paper.set_line_width(0.3)
    paper.rect(MARGIN, top, paper.epw, _MAP)
    view = _view(figure, MARGIN, top, paper.epw)
    if view is not None:
        with paper.rect_clip(MARGIN, top, paper.epw, _MAP):
            _lines(paper, figure, view)
            _cells(paper, figure, view)
        for lon, lat, tone in figure.points:
            x, y = view.on_paper(lon, lat)
            if view.holds(x, y):
                draw_pin(paper, x, y, tone, _PIN)
            else:
                outside += 1
        outside += sum(n for lon, lat, n in figure.cells if not view.holds(*view.on_paper(lon, lat)))
    draw_legend(paper, figure.key, MARGIN, top + _MAP + 1)
    if outside:
        paper.ink(8.5, colour=SOFT)
        paper.set_xy(MARGIN, top + _MAP + 1 + KEY_ROW * legend_rows(paper, figure.key))
        paper.cell(paper.epw, 4.5, word("rep.outside", paper.language, n=f"{outside:,}"), align="R")


def _view(figure: Places, left: float, top: float, width: float) -> _View | None:
    """Framed by the outlines where there are any, else by nearly all of the cases: one with a wrong place must not
    shrink all others to a dot."""
    corners = [np.array(ring, dtype=float) for ring in figure.outlines if len(ring) > 1]
    if corners:
        shown = np.concatenate(corners)
        low, high = shown.min(axis=0), shown.max(axis=0)
    else:
        places = np.array([one[:2] for one in (*figure.points, *figure.cells)], dtype=float).reshape(-1, 2)
        if not len(places):
            return None
        weights = np.array([1] * len(figure.points) + [n for _, _, n in figure.cells])
        low, high = (_share(places, weights, share) for share in (_STRAY, 1 - _STRAY))
        low, high = low - figure.radius, high + figure.radius
    (west, south), (east, north) = low, high
    squeeze = math.cos(math.radians(float(south + north) / 2))
    scale = min(
        (width - 2 * _EDGE) / max(float(east - west) * squeeze, 1e-4),
        (_MAP - 2 * _EDGE) / max(float(north - south), 1e-4),
    )
    return _View(float(west + east) / 2, float(south + north) / 2, squeeze, scale, left, top, width)


def _share(places: NDArray[np.float64], weights: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """Along each axis, where a share of the cases lies below."""
    found = []
    for along in places.T:
        order = np.argsort(along)
        reached = np.cumsum(weights[order])
        found.append(along[order][np.searchsorted(reached, share * reached[-1])])
    return np.array(found)


def _lines(paper: Paper, figure: Places, view: _View) -> None:
    for lines, colour, width in ((figure.lines, LINE, 0.25), (figure.outlines, SOFT, 0.6)):
        paper.set_draw_color(*colour)
        paper.set_line_width(width)
        for line in lines:
            points = [view.on_paper(lon, lat) for lon, lat in line]
            if any(view.holds(x, y) for x, y in points) or lines is figure.outlines:
                paper.polyline(points)


def _cells(paper: Paper, figure: Places, view: _View) -> None:
    """Hexagons, darker the more cases they hold (by the logarithm, as on the screen)."""
    most = max((n for _, _, n in figure.cells), default=1)
    size = figure.radius * view.squeeze * view.scale
    for lon, lat, n in figure.cells:
        x, y = view.on_paper(lon, lat)
        if not view.holds(x, y):
            continue
        share = math.log(n + 1) / math.log(most + 1)
        shade = [round(light + (dark - light) * share) for light, dark in zip(BAND, TONES[0], strict=True)]
        paper.set_fill_color(*shade)
        turns = [math.pi / 6 + math.pi / 3 * corner for corner in range(6)]
        paper.polygon(
            [(x + size * 0.97 * math.cos(one), y + size * 0.97 * math.sin(one)) for one in turns], style="F"
        )
        if size >= _NUMBERED:
            said = f"{n:,}" if n < 10_000 else f"{n / 1000:.0f}k"
            paper.ink(6.5, colour=(255, 255, 255) if share > 0.5 else INK)
            paper.set_xy(x - size, y - 1.6)
            paper.cell(2 * size, 3.2, said, align="C")
