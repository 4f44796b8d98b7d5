"""Figures of a report drawn on paper, as lines and shapes: sharp at every size, no picture inside. Sizes in mm."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.report.content import TONES, Bars, Course, Dials, Figure, Intervals, Table
from dashboard.report.intervals import draw_intervals, height_of_intervals
from dashboard.report.maps import draw_places, height_of_places
from dashboard.report.marks import draw_dials, draw_legend, height_of_dials
from dashboard.sheet.page import BAND, INK, LINE, MARGIN, SOFT, Paper

_BAR, _MOST_BARS = 6.2, 20
_COURSE = 42.0
_CELL = 6.0


def draw(paper: Paper, figure: Figure) -> None:
    """Draw a figure with its title, on the next page when there is no room left on this one."""
    if isinstance(figure, Bars):
        height = _BAR * min(len(figure.items), _MOST_BARS)
        _framed(paper, figure.title, figure.note, height, lambda: _bars(paper, figure))
    elif isinstance(figure, Course):
        _framed(paper, figure.title, figure.note, _COURSE + 12, lambda: _course(paper, figure))
    elif isinstance(figure, Table):
        _framed(paper, figure.title, figure.note, _CELL * (len(figure.rows) + 1), lambda: _table(paper, figure))
    elif isinstance(figure, Dials):
        _framed(paper, figure.title, figure.note, height_of_dials(paper, figure), lambda: draw_dials(paper, figure))
    elif isinstance(figure, Intervals):
        _framed(paper, figure.title, figure.note, height_of_intervals(figure), lambda: draw_intervals(paper, figure))
    else:
        _framed(paper, figure.title, figure.note, height_of_places(paper, figure), lambda: draw_places(paper, figure))


def _framed(paper: Paper, title: str, note: str, height: float, drawing: Callable[[], None]) -> None:
    paper.ink(9)
    paper.room(height + 12 + (6 * len(paper.wrapped(note, paper.epw)) if note else 0))
    paper.ln(2)
    paper.told(title, 12, bold=True)
    paper.ln(1)
    top = paper.get_y()
    drawing()
    paper.set_xy(MARGIN, top + height)
    if note:
        paper.told(note, 9, colour=SOFT)


def _bars(paper: Paper, figure: Bars) -> None:
    items = figure.items[:_MOST_BARS]
    most = max((value for _, value, _ in items), default=0) or 1
    label, behind = paper.epw * 0.32, 30.0
    room = paper.epw - label - behind
    top = paper.get_y()
    for number, (name, value, said) in enumerate(items):
        y = top + number * _BAR
        paper.ink(9.5)
        paper.set_xy(MARGIN, y)
        paper.cell(label - 2, _BAR, paper.fitted(name, label - 3))
        paper.set_fill_color(*TONES[0])
        width = max(room * value / most, 0.0)
        if width:
            paper.rect(MARGIN + label, y + 1.1, width, _BAR - 2.2, style="F")
        paper.set_xy(MARGIN + label + width + 1, y)
        paper.cell(behind, _BAR, said or number_text(value))


def _course(paper: Paper, figure: Course) -> None:
    left, width = MARGIN + 12, paper.epw - 12
    top = paper.get_y() + 5
    most = max([*figure.values, *figure.second], default=0) or 1
    if most == round(most):  # of counts the line in the middle is a count too
        most += most % 2
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.15)
    for share in (0.0, 0.5, 1.0):
        y = top + _COURSE * (1 - share)
        paper.line(left, y, left + width, y)
        paper.set_xy(MARGIN, y - 2)
        _shrunk(paper, number_text(most * share), 11, 8.5, SOFT)
        paper.cell(11, 4, number_text(most * share), align="R")
    step = width / max(len(figure.values), 1)
    paper.set_fill_color(*TONES[0])
    for number, value in enumerate(figure.values):
        height = _COURSE * value / most
        if height:
            paper.rect(left + number * step, top + _COURSE - height, max(step * 0.84, 0.1), height, style="F")
    if figure.second:
        paper.set_draw_color(*TONES[1])
        paper.set_line_width(0.5)
        paper.polyline(
            [(left + (n + 0.42) * step, top + _COURSE * (1 - value / most)) for n, value in enumerate(figure.second)]
        )
    paper.ink(8.5, colour=SOFT)
    for at, words in figure.labels:
        wide = min(paper.get_string_width(words) + 2, width / len(figure.labels))
        paper.set_xy(min(left + at * step, left + width - wide), top + _COURSE + 0.5)
        paper.cell(wide, 4.5, paper.fitted(words, wide))
    if any(figure.names):
        draw_legend(paper, list(enumerate(figure.names)), MARGIN + 12, top - 5)


def _table(paper: Paper, figure: Table) -> None:
    label = 20.0
    width = (paper.epw - label) / max(len(figure.columns), 1)
    top = paper.get_y()
    most = max((value for _, values in figure.rows for value in values), default=0) or 1
    paper.ink(7.5, colour=SOFT)
    for number, words in enumerate(figure.columns):
        paper.set_xy(MARGIN + label + number * width, top)
        paper.cell(width, _CELL, paper.fitted(words, width), align="C")
    for row, (name, values) in enumerate(figure.rows, 1):
        y = top + row * _CELL
        paper.ink(9)
        paper.set_xy(MARGIN, y)
        paper.cell(label, _CELL, paper.fitted(name, label - 1))
        for number, value in enumerate(values):
            share = value / most
            shade = [round(light + (dark - light) * share) for light, dark in zip(BAND, TONES[0], strict=True)]
            paper.set_fill_color(*shade)
            paper.rect(MARGIN + label + number * width, y, width - 0.2, _CELL - 0.2, style="F")
            if value:
                _shrunk(paper, number_text(value), width - 0.6, 7, (255, 255, 255) if share > 0.5 else INK)
                paper.set_xy(MARGIN + label + number * width, y)
                paper.cell(width, _CELL, number_text(value), align="C")


def number_text(value: float) -> str:
    """A number as people write it: whole with groups of three digits, below a hundred with one place where it has
    one; never with a power of ten."""
    if value != round(value) and abs(value) < 99.95:
        return f"{value:,.1f}"
    return f"{value:,.0f}"


def _shrunk(paper: Paper, text: str, width: float, size: float, colour: tuple[int, int, int]) -> None:
    """Take the ink of a size in points, smaller where the text would not fit into a width in mm."""
    paper.ink(size, colour=colour)
    wide = paper.get_string_width(text)
    if wide > width:
        paper.ink(size * width / wide, colour=colour)
