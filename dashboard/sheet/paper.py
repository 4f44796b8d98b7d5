"""Drawing the after-action sheet as a PDF."""

from __future__ import annotations

from dashboard.sheet.content import Sheet
from dashboard.sheet.page import BLUE, LINE, MARGIN, SOFT, Frame, Paper, draw_grid, tell_absent
from dashboard.sheet.sketch import Sketch

_MAP = (72.0, 62.0)

#: Radius of the place on the map, in m: that within which a unit counts as being there.
_THERE_M = 40.0


def pdf_of(sheet: Sheet, sketch: Sketch | None) -> bytes:
    """The sheet as a PDF file. `sketch` None: the place is not known."""
    paper = Paper(Frame(f"{sheet.title} {sheet.facts[0][1]}", sheet.foot, sheet.page, sheet.language))
    paper.add_page()
    _head(paper, sheet)
    _map(paper, sheet, sketch, _facts(paper, sheet))
    for grid in sheet.grids:
        draw_grid(paper, grid)
    tell_absent(paper)
    _signatures(paper, sheet)
    return bytes(paper.output())


def _head(paper: Paper, sheet: Sheet) -> None:
    paper.heading(sheet.title, sheet.station)
    for mark in sheet.marks:
        paper.mark(mark)
    paper.ln(2)


def _facts(paper: Paper, sheet: Sheet) -> float:
    """The facts on the left; returns where they begin."""
    top = paper.get_y()
    width = paper.epw - _MAP[0] - 6
    label = 36.0
    for name, value in sheet.facts:
        paper.ink(10.5)
        rows = paper.wrapped(value, width - label)
        y = paper.get_y()
        paper.ink(10.5, colour=SOFT)
        paper.cell(label, 6, name)
        paper.ink(10.5, bold=True)
        for number, row in enumerate(rows):
            paper.set_xy(MARGIN + label, y + 6 * number)
            paper.cell(width - label, 6, row)
        paper.set_xy(MARGIN, y + 6 * len(rows) + 0.6)
    return top


def _map(paper: Paper, sheet: Sheet, sketch: Sketch | None, top: float) -> None:
    """The map on the right, beside the facts."""
    below = paper.get_y()
    width, height = _MAP
    left = paper.w - MARGIN - width
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.3)
    words = sheet.no_place if sketch is None else sheet.map_words
    if sketch is not None:
        for main in (False, True):
            paper.set_draw_color(*(SOFT if main else LINE))
            paper.set_line_width(0.9 if main else 0.45)
            for line in sketch.lines:
                if line.main is main:
                    paper.polyline([(left + x, top + y) for x, y in line.points])
        middle = (left + width / 2, top + height / 2)
        paper.set_draw_color(*BLUE)
        paper.set_line_width(0.5)
        paper.circle(*middle, radius=_THERE_M * sketch.scale)
        paper.set_fill_color(*BLUE)
        paper.circle(*middle, radius=1.3, style="F")
    paper.set_draw_color(*SOFT)
    paper.set_line_width(0.3)
    paper.rect(left, top, width, height)
    paper.ink(8.5, colour=SOFT)
    for number, row in enumerate(paper.wrapped(words, width)):
        paper.set_xy(left, top + height + 1 + 4.2 * number)
        paper.cell(width, 4.2, row)
    paper.set_xy(MARGIN, max(below, top + height + 11))


def _signatures(paper: Paper, sheet: Sheet) -> None:
    paper.room(30)
    paper.ln(14)
    width = paper.epw / len(sheet.signatures)
    y = paper.get_y()
    paper.ink(10.5)
    for number, name in enumerate(sheet.signatures):
        paper.set_xy(MARGIN + number * width, y)
        paper.cell(width, 6, f"{name} {'.' * 46}", align="C")
        paper.set_xy(MARGIN + number * width, y + 8)
        paper.cell(width, 6, f"({'.' * 46})", align="C")
