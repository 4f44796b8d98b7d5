"""Ratios with their intervals on a report's paper: a line each on a doubling axis, no change in its middle. Sizes in
mm."""

from __future__ import annotations

from dashboard.ratio_axis import axis_of
from dashboard.report.content import TONES, Interval, Intervals
from dashboard.report.marks import draw_pin
from dashboard.sheet.page import INK, LINE, MARGIN, SOFT, Paper

_ROW, _UNDER, _MARK, _ARROW = 9.0, 12.0, 1.5, 2.2
#: Share of the width that the names take, and that what is written behind takes.
_NAMES, _BEHIND = 0.3, 0.22


def height_of_intervals(figure: Intervals) -> float:
    """The room it takes."""
    return _ROW * len(figure.rows) + _UNDER


def draw_intervals(paper: Paper, figure: Intervals) -> None:
    """Draw it here."""
    top, left = paper.get_y(), MARGIN + paper.epw * _NAMES
    right = MARGIN + paper.epw * (1 - _BEHIND)
    bottom = top + _ROW * len(figure.rows)
    ended = ((one.low, one.high) for one in figure.rows if one.low is not None and one.high is not None)
    axis = axis_of(ended)

    def x(ratio: float) -> float:
        return (left + right) / 2 + axis.share(ratio) * (right - left) / 2

    for tick in axis.ticks:
        paper.set_draw_color(*(INK if tick == 1 else LINE))
        paper.set_line_width(0.4 if tick == 1 else 0.15)
        paper.line(x(tick), top, x(tick), bottom)
        paper.ink(8.5, colour=SOFT)
        paper.set_xy(x(tick) - 6, bottom + 0.5)
        paper.cell(12, 4.5, f"{tick:g}", align="C")
    half = (right - left) / 2
    for at, words in enumerate(figure.ends):
        paper.ink(9, colour=SOFT)
        paper.set_xy(left + half * at, bottom + 5.5)
        paper.cell(half, 4.5, paper.fitted(words, half), align="C")
    for number, one in enumerate(figure.rows):
        y = top + _ROW * (number + 0.5)
        paper.ink(9.5)
        paper.set_xy(MARGIN, y - 3)
        paper.cell(left - MARGIN - 2, 6, paper.fitted(one.name, left - MARGIN - 3))
        paper.set_xy(right + 3, y - 3)
        paper.cell(MARGIN + paper.epw - right - 3, 6, paper.fitted(one.said, MARGIN + paper.epw - right - 3))
        if one.low is not None and one.high is not None:
            _line(paper, one, (x(one.low), x(one.high)), axis.beyond(one.low, one.high), y)
        if one.ratio is not None:
            draw_pin(paper, x(one.ratio), y, one.tone, _MARK)


def _line(paper: Paper, one: Interval, ends: tuple[float, float], beyond: tuple[bool, bool], y: float) -> None:
    paper.set_draw_color(*TONES[one.tone])
    paper.set_fill_color(*TONES[one.tone])
    paper.set_line_width(0.6)
    paper.line(ends[0], y, ends[1], y)
    for end, way, goes_on in zip(ends, (-1, 1), beyond, strict=True):
        if goes_on:
            tips = [(end, y - _ARROW / 2), (end + way * _ARROW, y), (end, y + _ARROW / 2)]
            paper.polygon(tips, style="F")
        else:
            paper.line(end, y - 1, end, y + 1)
