"""Dials and maps of the crime clock as SVG. Pure; every text in it is escaped.

Pins and streets are not in it: they come as columns (`dashboard.clock.pins`) and are put into the groups `pins` and
`streets` by the page's script.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from dashboard.clock.pins import RADIUS, SHAPES, on_dial
from dashboard.clock.read import Month
from dashboard.hotspots.ground import Frame, path_of
from dashboard.times import month
from dashboard.words import Language, word
from models.analysis.clock import BANDS, INNER, OUTER, by_band
from models.incidents.answer import Hexagons

#: Half of the dial's frame, in its units.
_HALF = 500


def months_html(months: Sequence[Month], frame: Frame, zones: Sequence[str], language: Language) -> str:
    """Each month's dial beside its map, the legend, and a line in which a chosen case is told; of months that are
    counted instead, one scale of both, and how it is read."""
    counted = [one for one in months if one.cases is None]
    scale = _Scale(
        max((n for one in counted for n in one.hours), default=0.0) or 1.0,
        max((cell.n for one in counted if one.cells for cell in one.cells.cells), default=1),
    )
    parts = "".join(_month(one, frame, zones, scale, language) for one in months)
    told = escape(word("clock.many" if counted else "clock.choose", language))
    below = _circle_key(scale, language) if counted else _legend(language)
    return (
        f'<div class="ssz-clocks"><p class="told" aria-live="polite">{told}</p>'
        f'<div class="months">{parts}</div>{below}</div>'
    )


class _Scale(NamedTuple):
    """The most cases of an hour, and of a place, in any of the months: both are drawn as large as they are beside the
    other's."""

    hour: float
    place: int


def _month(one: Month, frame: Frame, zones: Sequence[str], scale: _Scale, language: Language) -> str:
    name = month(one.first, language)
    left = word(
        "clock.left", language, group4=f"{one.group4:,}", no_hour=f"{one.no_hour:,}", no_place=f"{one.no_place:,}"
    )
    head = f"<h3>{escape(name)} · {escape(word('clock.n', language, n=f'{one.total:,}'))}</h3><p>{escape(left)}</p>"
    circles = "" if one.cells is None else _circles(one.cells, frame, scale)
    ground = _ground(circles, frame, zones, name, language)
    pair = f'<div class="pair">{_dial(one, scale, name, language)}{ground}</div>'
    return f'<section class="month" aria-label="{escape(name)}">{head}{pair}</section>'


def _dial(one: Month, scale: _Scale, name: str, language: Language) -> str:
    bands = by_band(np.array(one.hours))
    sectors = "".join(
        f'<path class="band{" dark" if at in (0, 3) else ""}" d="{_sector(0, 1, hour / 24, (hour + 6) / 24)}"/>'
        for at, hour in enumerate(BANDS)
    )
    corners = ((430, -440), (430, 450), (-430, 450), (-430, -440))
    sums = "".join(
        f'<text class="sum" x="{x}" y="{y}" text-anchor="{"end" if x > 0 else "start"}">{hour:02d}-{hour + 6:02d}'
        f'<tspan class="n" dx="10">{_weight(total)}</tspan></text>'
        for (x, y), hour, total in zip(corners, BANDS, bands.tolist(), strict=True)
    )
    rings = "".join(
        f'<circle class="ring" r="{round(RADIUS * part)}"/>' for part in (INNER, (INNER + OUTER) / 2, OUTER)
    )
    ticks = "".join(_tick(hour) for hour in range(24))
    if one.cases is None:
        inner, more = INNER, OUTER - INNER
        pins = "".join(
            f'<path class="wedge" d="{_sector(inner, inner + more * n / scale.hour, hour / 24, (hour + 1) / 24)}">'
            f"<title>{hour:02d}:00 {_weight(n)}</title></path>"
            for hour, n in enumerate(one.hours)
        )
    else:
        pins = '<g class="pins"></g>'
    said = escape(word("clock.dial", language, month=name))
    return (
        f'<svg class="dial" viewBox="{-_HALF} {-_HALF} {2 * _HALF} {2 * _HALF}" role="group" aria-label="{said}">'
        f'{sectors}{rings}{ticks}{sums}<text class="middle" y="-8">{one.total:,}</text>'
        f'<text class="middle small" y="32">{escape(word("clock.cases", language))}</text>{pins}</svg>'
    )


def _circles(cells: Hexagons, frame: Frame, scale: _Scale) -> str:
    """Cases counted by place: a circle for each hexagon, its area by their number."""
    degrees = np.array([[one.lon, one.lat] for one in cells.cells], dtype=np.float64).reshape(-1, 2)
    east = frame.metres(np.array([[frame.lon, frame.lat], [frame.lon + cells.radius_deg, frame.lat]]))
    radius = float(east[1][0] - east[0][0])
    return "".join(
        f'<circle class="cell" cx="{x:.0f}" cy="{y:.0f}" r="{radius * _part(one.n, scale):.1f}">'
        f"<title>{one.n:,}</title></circle>"
        for one, (x, y) in zip(cells.cells, frame.metres(degrees).tolist(), strict=True)
    )


def _part(n: int, scale: _Scale) -> float:
    """Radius of the circle of so many cases, in parts of the largest; never so small that it is not seen."""
    return max(0.15, math.sqrt(n / scale.place))


def _circle_key(scale: _Scale, language: Language) -> str:
    """Circles of the map and how many cases each is."""
    numbers = sorted({scale.place, max(1, scale.place // 4), 1}, reverse=True)
    parts = "".join(
        f'<span><svg viewBox="-14 -14 28 28" aria-hidden="true"><circle class="cell" r="{13 * _part(n, scale):.1f}"/>'
        f"</svg>{escape(word('clock.n', language, n=f'{n:,}'))}</span>"
        for n in numbers
    )
    return f'<div class="legend">{parts}</div>'


def _ground(marks: str, frame: Frame, zones: Sequence[str], name: str, language: Language) -> str:
    """A map with its tools."""
    box = f"{frame.left:.0f} {frame.top:.0f} {frame.width:.0f} {frame.height:.0f}"
    said = escape(word("clock.map", language, month=name))
    tools = "".join(
        f'<button type="button" data-tool="{tool}" title="{escape(word(key, language))}" '
        f'aria-label="{escape(word(key, language))}">{sign}</button>'
        for tool, sign, key in (("in", "+", "cas.zoom_in"), ("out", "−", "cas.zoom_out"), ("fit", "⤢", "cas.fit"))
    )
    return (
        f'<div class="plot"><svg class="ground" viewBox="{box}" role="group" aria-label="{said}">'
        f'<g class="streets"></g><path class="zone" d="{path_of(frame, zones) if zones else ""}"/>{marks}'
        '<g class="pins"></g></svg>'
        f'<div class="tools">{tools}</div></div>'
    )


def _tick(hour: int) -> str:
    (x, y), (to_x, to_y) = on_dial(RADIUS, hour / 24), on_dial(RADIUS * (0.94 if hour % 3 else 0.97), hour / 24)
    line = f'<line class="tick" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'
    if hour % 3:
        return line
    left, top = on_dial(RADIUS + 32, hour / 24)
    return f'{line}<text class="hour" x="{left:.0f}" y="{top + 9:.0f}">{hour:02d}</text>'


def _sector(inner: float, outer: float, begin: float, end: float) -> str:
    near, far = RADIUS * inner, RADIUS * outer
    points = (on_dial(near, begin), on_dial(far, begin), on_dial(far, end), on_dial(near, end))
    (a, b), (c, d), (e, f), (g, h) = points
    back = f"A{near:.1f},{near:.1f} 0 0 0 {a:.1f},{b:.1f}" if near else ""
    return f"M{a:.1f},{b:.1f}L{c:.1f},{d:.1f}A{far:.1f},{far:.1f} 0 0 1 {e:.1f},{f:.1f}L{g:.1f},{h:.1f}{back}Z"


def _weight(total: float) -> str:
    """A sum of weights: whole where it is, else one digit."""
    near = round(total)
    return f"{near:,}" if abs(total - near) < 0.05 else f"{total:,.1f}"


def _legend(language: Language) -> str:
    marks = [
        (f"g{group}", SHAPES[group], word("inc.g_unknown" if group == 0 else f"inc.g{group}", language))
        for group in (1, 2, 3, 0)
    ]
    marks.append(("g1 arrested", SHAPES[1], word("clock.arrested", language)))
    marks.append(("g1 unsure", SHAPES[1], word("clock.windowed", language)))
    parts = "".join(
        f'<span><svg viewBox="-14 -14 28 28" aria-hidden="true"><path class="pin {kind}" d="{shape}"/></svg>'
        f"{escape(words)}</span>"
        for kind, shape, words in marks
    )
    return f'<div class="legend">{parts}</div>'
