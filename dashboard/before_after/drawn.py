"""The drawings of before and after: ratios with their intervals, and their ground. Pure SVG, all escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import shapely

from dashboard.before_after.read import Found
from dashboard.before_after.told import area_names, number, span
from dashboard.hotspots.ground import frame_of, path_of, streets_of
from dashboard.ratio_axis import Axis, axis_of
from dashboard.words import Language, word
from models.analysis.rate_ratio import RateRatio
from models.incidents.areas import Ground
from models.records.station import Street

#: Pixels of the drawing of ratios, and where its axis begins and ends.
_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 760, 250, 740, 62, 18
_KINDS = ("zone", "ring", "rest")


def _x(axis: Axis, ratio: float) -> int:
    """Where a ratio stands, in pixels."""
    return round((_LEFT + _RIGHT) / 2 + axis.share(ratio) * (_RIGHT - _LEFT) / 2)


def forest_html(found: Found, language: Language) -> str:
    """Each area's ratio as a mark of its own shape on a doubling axis, with its interval."""
    bottom = _TOP + 3 * _ROW
    ratios = (found.zone, found.ring, found.rest)
    axis = axis_of((one.low, one.high) for one in ratios)
    lines = "".join(
        f'<line class="{"one" if tick == 1 else "grid"}" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>'
        f'<text class="tick" x="{x}" y="{bottom + 22}">{tick:g}</text>'
        for tick, x in ((tick, _x(axis, tick)) for tick in axis.ticks)
    )
    names = area_names(found, language)
    rows = "".join(
        _row(axis, kind, name, ratio, _TOP + _ROW * at + _ROW // 2, language)
        for at, (kind, name, ratio) in enumerate(zip(_KINDS, names, ratios, strict=True))
    )
    ends = "".join(
        f'<text class="end" x="{(edge + _x(axis, 1.0)) // 2}" y="{bottom + 48}">{escape(word(key, language))}</text>'
        for edge, key in ((_LEFT, "ba.fewer"), (_RIGHT, "ba.more"))
    )
    said = escape(word("ba.chart", language))
    box = f"0 0 {_WIDTH} {bottom + 60}"
    return (
        f'<div class="ssz-forest"><svg viewBox="{box}" role="img" aria-label="{said}">{lines}{rows}{ends}</svg></div>'
    )


def _row(axis: Axis, kind: str, name: str, ratio: RateRatio, y: int, language: Language) -> str:
    words = f'<text class="name" x="0" y="{y + 6}">{escape(name)}</text>'
    if not ratio.before + ratio.after:
        return words
    low, high = _x(axis, ratio.low), _x(axis, ratio.high)
    tip = escape(f"{name}: {number(ratio.ratio)} ({span(ratio.low, ratio.high, language)})")
    ends = "".join(
        f'<path class="{kind}" d="M{x},{y - 8}L{x + way * 12},{y}L{x},{y + 8}Z"/>'
        for x, way, goes_on in zip((low, high), (-1, 1), axis.beyond(ratio.low, ratio.high), strict=True)
        if goes_on
    )
    mark = "" if ratio.ratio is None else _mark(kind, _x(axis, ratio.ratio), y)
    line = f'<line class="span {kind}" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
    return f"<g><title>{tip}</title>{words}{line}{ends}{mark}</g>"


def _mark(kind: str, x: int, y: int) -> str:
    if kind == "zone":
        return f'<rect class="zone" x="{x - 8}" y="{y - 8}" width="16" height="16"/>'
    if kind == "ring":
        return f'<path class="ring" d="M{x},{y - 11}L{x + 11},{y}L{x},{y + 11}L{x - 11},{y}Z"/>'
    return f'<circle class="rest" cx="{x}" cy="{y}" r="8"/>'


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
