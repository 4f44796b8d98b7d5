"""The drawings of before and after: ratios with their intervals, and their ground. Pure SVG, all escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import shapely

from dashboard.before_after.read import Found
from dashboard.before_after.told import area_names, number, span
from dashboard.hotspots.ground import frame_of, path_of, streets_of
from dashboard.words import Language, word
from models.analysis.rate_ratio import RateRatio
from models.incidents.areas import Ground
from models.records.station import Street

#: Pixels of the drawing of ratios, and where its axis begins and ends.
_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 760, 250, 740, 62, 18
#: Ratios at the ends of the axis; what lies beyond ends in an arrow.
_LEAST, _MOST = 0.125, 8.0
_TICKS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_KINDS = ("zone", "ring", "rest")


def forest_html(found: Found, language: Language) -> str:
    """Each area's ratio as a mark of its own shape on a doubling axis, with its interval."""
    bottom = _TOP + 3 * _ROW
    lines = "".join(
        f'<line class="{"one" if tick == 1 else "grid"}" x1="{_x(tick)}" x2="{_x(tick)}" y1="{_TOP}" y2="{bottom}"/>'
        f'<text class="tick" x="{_x(tick)}" y="{bottom + 22}">{tick:g}</text>'
        for tick in _TICKS
    )
    names = area_names(found, language)
    ratios = (found.zone, found.ring, found.rest)
    rows = "".join(
        _row(kind, name, ratio, _TOP + _ROW * at + _ROW // 2, language)
        for at, (kind, name, ratio) in enumerate(zip(_KINDS, names, ratios, strict=True))
    )
    ends = "".join(
        f'<text class="end" x="{(edge + _x(1.0)) // 2}" y="{bottom + 48}">{escape(word(key, language))}</text>'
        for edge, key in ((_LEFT, "ba.fewer"), (_RIGHT, "ba.more"))
    )
    said = escape(word("ba.chart", language))
    box = f"0 0 {_WIDTH} {bottom + 60}"
    return (
        f'<div class="ssz-forest"><svg viewBox="{box}" role="img" aria-label="{said}">{lines}{rows}{ends}</svg></div>'
    )


def _row(kind: str, name: str, ratio: RateRatio, y: int, language: Language) -> str:
    words = f'<text class="name" x="0" y="{y + 6}">{escape(name)}</text>'
    if not ratio.before + ratio.after:
        return words
    low, high = _x(ratio.low), _x(ratio.high)
    tip = escape(f"{name}: {number(ratio.ratio)} ({span(ratio.low, ratio.high, language)})")
    ends = "".join(
        f'<path class="{kind}" d="M{x},{y - 8}L{x + way * 12},{y}L{x},{y + 8}Z"/>'
        for x, way, beyond in ((low, -1, ratio.low < _LEAST), (high, 1, ratio.high > _MOST))
        if beyond
    )
    mark = "" if ratio.ratio is None else _mark(kind, _x(ratio.ratio), y)
    line = f'<line class="span {kind}" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
    return f"<g><title>{tip}</title>{words}{line}{ends}{mark}</g>"


def _mark(kind: str, x: int, y: int) -> str:
    if kind == "zone":
        return f'<rect class="zone" x="{x - 8}" y="{y - 8}" width="16" height="16"/>'
    if kind == "ring":
        return f'<path class="ring" d="M{x},{y - 11}L{x + 11},{y}L{x},{y + 11}L{x - 11},{y}Z"/>'
    return f'<circle class="rest" cx="{x}" cy="{y}" r="8"/>'


def _x(ratio: float) -> int:
    held = min(max(ratio, _LEAST), _MOST)
    part = math.log(held / _LEAST) / math.log(_MOST / _LEAST)
    return round(_LEFT + part * (_RIGHT - _LEFT))


def ground_html(ground: Ground, name: str, streets: Sequence[Street], language: Language) -> str:
    """The zone, its ring, other safety zones and the streets."""
    zone, ring = (shapely.to_geojson(shape) for shape in (ground.zone, ground.ring))
    others = [] if ground.others is None else [shapely.to_geojson(ground.others)]
    frame = frame_of([ring])
    main, other = streets_of(frame, streets)
    box = f"{frame.left:.0f} {frame.top:.0f} {frame.width:.0f} {frame.height:.0f}"
    keys = [("zone", name), ("ring", word("ba.ring", language, m=f"{ground.width_m:,.0f}"))]
    if others:
        keys.append(("other", word("ba.other", language)))
    legend = "".join(f'<span><i class="{kind}"></i>{escape(words)}</span>' for kind, words in keys)
    return (
        f'<div class="ssz-ground"><svg viewBox="{box}" role="img" aria-label="{escape(word("ba.map", language))}">'
        f'<path class="street" d="{other}"/><path class="street main" d="{main}"/>'
        f'<path class="other" d="{path_of(frame, others) if others else ""}"/>'
        f'<path class="ring" d="{path_of(frame, [ring])}"/><path class="zone" d="{path_of(frame, [zone])}"/></svg>'
        f'<div class="ssz-keys">{legend}</div></div>'
    )
