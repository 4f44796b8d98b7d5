"""Dials and maps of the crime clock as SVG: one pin a case in both, by its id. Pure; every text in it is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.clock.read import Case, Month
from dashboard.hotspots.ground import Frame, path_of
from dashboard.incidents.more import offence_text
from dashboard.times import day, month
from dashboard.words import Language, word
from models.analysis.clock import BANDS, INNER, OUTER, by_band
from models.incidents.answer import Hexagons

#: Units of the dial's radius, and the half of its frame.
_R, _HALF = 400, 500

#: The shape of each group, the same as on the incidents' map; sizes as a circle of 9 looks.
_SHAPES = {
    1: '<path d="M0,-11L11,8L-11,8Z"/>',
    2: '<circle r="9"/>',
    3: '<rect x="-8" y="-8" width="16" height="16"/>',
    0: '<circle r="6"/>',
}


def months_html(
    months: Sequence[Month],
    frame: Frame,
    zones: Sequence[str],
    streets: tuple[str, str],
    zone: ZoneInfo,
    language: Language,
) -> str:
    """Each month's dial beside its map, the legend, and a line in which a chosen case is told."""
    parts = "".join(_month(one, frame, zones, streets, zone, language) for one in months)
    told = f'<p class="told" aria-live="polite">{escape(word("clock.choose", language))}</p>'
    return f'<div class="ssz-clocks">{told}<div class="months">{parts}</div>{_legend(language)}</div>'


def case_words(case: Case, zone: ZoneInfo, language: Language) -> str:
    """`ลักทรัพย์ · 5 พ.ย. 2569 22:30 · ยังจับกุมไม่ได้`."""
    begin, end = (datetime.fromtimestamp(at / 1000, zone) for at in (case.start, case.end))
    when = f"{day(begin.date(), language)} {begin:%H:%M}"
    if case.end > case.start:
        after = "" if end.date() == begin.date() else f"{day(end.date(), language)} "
        when = f"{when} - {after}{end:%H:%M}"
    arrest = {True: "inc.arrested", False: "inc.not_arrested", None: "clock.arrest_unknown"}[case.arrested]
    hour = "" if case.at is not None else f" · {word('clock.no_hour', language)}"
    place = "" if case.lat is not None else f" · {word('inc.q_none', language)}"
    return f"{offence_text(case.offence, language)} · {when}{hour}{place} · {word(arrest, language)}"


def _month(
    one: Month, frame: Frame, zones: Sequence[str], streets: tuple[str, str], zone: ZoneInfo, language: Language
) -> str:
    name = month(one.first, language)
    left = word(
        "clock.left", language, group4=f"{one.group4:,}", no_hour=f"{one.no_hour:,}", no_place=f"{one.no_place:,}"
    )
    head = f"<h3>{escape(name)} · {escape(word('clock.n', language, n=f'{one.total:,}'))}</h3><p>{escape(left)}</p>"
    cases = sorted(one.cases or (), key=lambda case: case.start)
    tips = [escape(case_words(case, zone, language)) for case in cases]
    dial = _dial(one, cases, tips, name, language)
    if one.cases is None:
        many = f'<p class="many">{escape(word("clock.many", language))}</p>'
        ground = (
            many
            if one.cells is None
            else f"<div>{_counted_map(one.cells, frame, zones, streets, name, language)}{many}</div>"
        )
    else:
        ground = _map(cases, tips, frame, zones, streets, name, language)
    return (
        f'<section class="month" aria-label="{escape(name)}">{head}<div class="pair">{dial}{ground}</div></section>'
    )


def _dial(one: Month, cases: Sequence[Case], tips: Sequence[str], name: str, language: Language) -> str:
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
    rings = "".join(f'<circle class="ring" r="{round(_R * part)}"/>' for part in (INNER, (INNER + OUTER) / 2, OUTER))
    ticks = "".join(_tick(hour) for hour in range(24))
    if one.cases is None:
        most = max(one.hours) or 1.0
        inner, more = INNER, OUTER - INNER
        pins = "".join(
            f'<path class="wedge" d="{_sector(inner, inner + more * n / most, hour / 24, (hour + 1) / 24)}">'
            f"<title>{hour:02d}:00 {_weight(n)}</title></path>"
            for hour, n in enumerate(one.hours)
        )
    else:
        arcs = "".join(_arc(case) for case in cases if case.arc is not None and not case.certain)
        pins = arcs + "".join(
            _pin(case, tip, f"translate({_R * case.at[0]:.1f} {_R * case.at[1]:.1f})", number == 0)
            for number, (case, tip) in enumerate(
                (case, tip) for case, tip in zip(cases, tips, strict=True) if case.at is not None
            )
            if case.at is not None
        )
    said = escape(word("clock.dial", language, month=name))
    return (
        f'<svg class="dial" viewBox="{-_HALF} {-_HALF} {2 * _HALF} {2 * _HALF}" role="group" aria-label="{said}">'
        f'{sectors}{rings}{ticks}{sums}<text class="middle" y="-8">{one.total:,}</text>'
        f'<text class="middle small" y="32">{escape(word("clock.cases", language))}</text>{pins}</svg>'
    )


def _map(
    cases: Sequence[Case],
    tips: Sequence[str],
    frame: Frame,
    zones: Sequence[str],
    streets: tuple[str, str],
    name: str,
    language: Language,
) -> str:
    scale = frame.width / 520
    placed = [(case, tip) for case, tip in zip(cases, tips, strict=True) if case.lat is not None]
    degrees = np.array([[case.lon, case.lat] for case, _ in placed], dtype=np.float64).reshape(-1, 2)
    pins = "".join(
        _pin(case, tip, f"translate({x:.0f} {y:.0f}) scale({scale:.3f})", number == 0)
        for number, ((case, tip), (x, y)) in enumerate(zip(placed, frame.metres(degrees).tolist(), strict=True))
    )
    return _ground(pins, frame, zones, streets, name, language)


def _counted_map(
    cells: Hexagons, frame: Frame, zones: Sequence[str], streets: tuple[str, str], name: str, language: Language
) -> str:
    """Cases counted by place: a circle for each hexagon, its area by their number."""
    most = max((one.n for one in cells.cells), default=1)
    degrees = np.array([[one.lon, one.lat] for one in cells.cells], dtype=np.float64).reshape(-1, 2)
    east = frame.metres(np.array([[frame.lon, frame.lat], [frame.lon + cells.radius_deg, frame.lat]]))
    radius = float(east[1][0] - east[0][0])
    circles = "".join(
        f'<circle class="cell" cx="{x:.0f}" cy="{y:.0f}" r="{radius * max(0.2, math.sqrt(one.n / most)):.0f}">'
        f"<title>{one.n:,}</title></circle>"
        for one, (x, y) in zip(cells.cells, frame.metres(degrees).tolist(), strict=True)
    )
    return _ground(circles, frame, zones, streets, name, language)


def _ground(
    marks: str, frame: Frame, zones: Sequence[str], streets: tuple[str, str], name: str, language: Language
) -> str:
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
        f'<path class="street" d="{streets[1]}"/><path class="street main" d="{streets[0]}"/>'
        f'<path class="zone" d="{path_of(frame, zones) if zones else ""}"/>{marks}</svg>'
        f'<div class="tools">{tools}</div></div>'
    )


def _pin(case: Case, tip: str, where: str, first: bool) -> str:
    kinds = ["pin", f"g{case.group}"]
    if case.arrested:
        kinds.append("arrested")
    if not case.certain:
        kinds.append("unsure")
    return (
        f'<g class="{" ".join(kinds)}" data-case="{escape(case.id)}" role="button" tabindex="{0 if first else -1}" '
        f'aria-label="{tip}" transform="{where}"><title>{tip}</title><circle class="halo" r="17"/>'
        f"{_SHAPES.get(case.group, _SHAPES[0])}</g>"
    )


def _arc(case: Case) -> str:
    assert case.arc is not None  # noqa: S101 - only cases with an hour are given
    radius, begin, end = case.arc
    far = _R * radius
    (x, y), (to_x, to_y) = _at(far, begin), _at(far, end)
    large = 1 if end - begin > 0.5 else 0
    return (
        f'<path class="arc g{case.group}" data-arc="{escape(case.id)}" '
        f'd="M{x:.1f},{y:.1f}A{far:.1f},{far:.1f} 0 {large} 1 {to_x:.1f},{to_y:.1f}"/>'
    )


def _tick(hour: int) -> str:
    (x, y), (to_x, to_y) = _at(_R, hour / 24), _at(_R * (0.94 if hour % 3 else 0.97), hour / 24)
    line = f'<line class="tick" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'
    if hour % 3:
        return line
    left, top = _at(_R + 32, hour / 24)
    return f'{line}<text class="hour" x="{left:.0f}" y="{top + 9:.0f}">{hour:02d}</text>'


def _sector(inner: float, outer: float, begin: float, end: float) -> str:
    near, far = _R * inner, _R * outer
    points = (_at(near, begin), _at(far, begin), _at(far, end), _at(near, end))
    (a, b), (c, d), (e, f), (g, h) = points
    back = f"A{near:.1f},{near:.1f} 0 0 0 {a:.1f},{b:.1f}" if near else ""
    return f"M{a:.1f},{b:.1f}L{c:.1f},{d:.1f}A{far:.1f},{far:.1f} 0 0 1 {e:.1f},{f:.1f}L{g:.1f},{h:.1f}{back}Z"


def _at(radius: float, turn: float) -> tuple[float, float]:
    return radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn)


def _weight(total: float) -> str:
    """A sum of weights: whole where it is, else one digit."""
    near = round(total)
    return f"{near:,}" if abs(total - near) < 0.05 else f"{total:,.1f}"


def _legend(language: Language) -> str:
    marks = [
        (f"g{group}", _SHAPES[group], word("inc.g_unknown" if group == 0 else f"inc.g{group}", language))
        for group in (1, 2, 3, 0)
    ]
    marks.append(("g1 arrested", _SHAPES[1], word("clock.arrested", language)))
    marks.append(("g1 unsure", _SHAPES[1], word("clock.windowed", language)))
    parts = "".join(
        f'<span><svg viewBox="-14 -14 28 28" aria-hidden="true"><g class="pin {kind}">{shape}</g></svg>'
        f"{escape(words)}</span>"
        for kind, shape, words in marks
    )
    return f'<div class="legend">{parts}</div>'
