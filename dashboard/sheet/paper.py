"""Drawing the sheet as a PDF: A4, the app's own Thai face, shaped by HarfBuzz so that every mark is in its place."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from dashboard.sheet.content import Grid, Sheet
from dashboard.sheet.sketch import Sketch
from dashboard.sheet.thai_lines import lines, spelled

FONTS = Path(__file__).with_name("fonts")
_MARGIN = 15.0
_BOTTOM = 20.0
_MAP = (72.0, 62.0)
_INK, _SOFT, _LINE, _BAND = (20, 28, 36), (90, 100, 110), (190, 198, 206), (238, 242, 246)
_BLUE = (0, 82, 150)

#: Radius of the place on the map, in m: that within which a unit counts as being there.
_THERE_M = 40.0


class _Paper(FPDF):
    """Pages with a foot: who printed it, when, and the number of the page."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(format="A4")
        self._sheet = sheet
        self.add_font("Sarabun", "", FONTS / "Sarabun-Regular.ttf")
        self.add_font("Sarabun", "B", FONTS / "Sarabun-SemiBold.ttf")
        self.set_text_shaping(True)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(False)
        self.set_title(f"{sheet.title} {sheet.facts[0][1]}")
        self.set_lang(sheet.language)

    def footer(self) -> None:
        """The foot of every page; the number of pages is known when the last one is made."""
        self.set_y(-14)
        self.ink(9, colour=_SOFT)
        page = self._sheet.page.format(n=self.page_no(), of="{nb}")
        self.cell(self.epw * 0.75, 5, self._sheet.foot, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(self.epw * 0.25, 5, page, align="R")

    def normalize_text(self, text: str) -> str:
        """What is drawn of a text."""
        return super().normalize_text(spelled(text))

    def ink(self, size: float, bold: bool = False, colour: tuple[int, int, int] = _INK) -> None:
        """Face, size in points, and colour of what comes next."""
        self.set_font("Sarabun", "B" if bold else "", size)
        self.set_text_color(*colour)

    def wrapped(self, text: str, width: float) -> list[str]:
        """A text in lines of a width in mm."""
        return lines(text, width, self.get_string_width)

    def room(self, height: float) -> None:
        """A new page where less than so many mm are left."""
        if self.get_y() + height > self.h - _BOTTOM:
            self.add_page()


def pdf_of(sheet: Sheet, sketch: Sketch | None) -> bytes:
    """The sheet as a PDF file. `sketch` None: the place is not known."""
    paper = _Paper(sheet)
    paper.add_page()
    _head(paper, sheet)
    _map(paper, sheet, sketch, _facts(paper, sheet))
    for grid in sheet.grids:
        _grid(paper, grid)
    _signatures(paper, sheet)
    return bytes(paper.output())


def _head(paper: _Paper, sheet: Sheet) -> None:
    paper.ink(19, bold=True)
    paper.cell(0, 10, sheet.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ink(14)
    paper.cell(0, 8, sheet.station, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for mark in sheet.marks:
        paper.ink(12, bold=True)
        paper.set_draw_color(*_INK)
        paper.cell(0, 8, mark, border=1, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(1)
    paper.ln(2)


def _facts(paper: _Paper, sheet: Sheet) -> float:
    """The facts on the left; returns where they begin."""
    top = paper.get_y()
    width = paper.epw - _MAP[0] - 6
    label = 36.0
    for name, value in sheet.facts:
        paper.ink(10.5)
        rows = paper.wrapped(value, width - label)
        y = paper.get_y()
        paper.ink(10.5, colour=_SOFT)
        paper.cell(label, 6, name)
        paper.ink(10.5, bold=True)
        for number, row in enumerate(rows):
            paper.set_xy(_MARGIN + label, y + 6 * number)
            paper.cell(width - label, 6, row)
        paper.set_xy(_MARGIN, y + 6 * len(rows) + 0.6)
    return top


def _map(paper: _Paper, sheet: Sheet, sketch: Sketch | None, top: float) -> None:
    """The map on the right, beside the facts."""
    below = paper.get_y()
    width, height = _MAP
    left = paper.w - _MARGIN - width
    paper.set_draw_color(*_LINE)
    paper.set_line_width(0.3)
    words = sheet.no_place if sketch is None else sheet.map_words
    if sketch is not None:
        for main in (False, True):
            paper.set_draw_color(*(_SOFT if main else _LINE))
            paper.set_line_width(0.9 if main else 0.45)
            for line in sketch.lines:
                if line.main is main:
                    paper.polyline([(left + x, top + y) for x, y in line.points])
        middle = (left + width / 2, top + height / 2)
        paper.set_draw_color(*_BLUE)
        paper.set_line_width(0.5)
        paper.circle(*middle, radius=_THERE_M * sketch.scale)
        paper.set_fill_color(*_BLUE)
        paper.circle(*middle, radius=1.3, style="F")
    paper.set_draw_color(*_SOFT)
    paper.set_line_width(0.3)
    paper.rect(left, top, width, height)
    paper.ink(8.5, colour=_SOFT)
    for number, row in enumerate(paper.wrapped(words, width)):
        paper.set_xy(left, top + height + 1 + 4.2 * number)
        paper.cell(width, 4.2, row)
    paper.set_xy(_MARGIN, max(below, top + height + 11))


def _grid(paper: _Paper, grid: Grid) -> None:
    """A table; its head stands again on the next page, and no row is parted by a page's end."""
    paper.room(26)
    paper.ln(2)
    paper.ink(13, bold=True)
    paper.cell(0, 8, grid.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    share = sum(part for _, part in grid.columns)
    widths = [paper.epw * part / share for _, part in grid.columns]
    if not grid.rows:
        paper.ink(10.5, colour=_SOFT)
        paper.cell(0, 6, grid.empty, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        return
    names = tuple(name for name, _ in grid.columns)
    _row(paper, names, widths, head=True)
    for cells in grid.rows:
        page = paper.page_no()
        paper.room(_height(paper, cells, widths))
        if paper.page_no() != page:
            _row(paper, names, widths, head=True)
        _row(paper, cells, widths)
    if grid.note:
        paper.ink(9.5, colour=_SOFT)
        paper.ln(1)
        paper.cell(0, 5, grid.note, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _height(paper: _Paper, cells: tuple[str, ...], widths: list[float]) -> float:
    paper.ink(10)
    return 5.4 * max(len(paper.wrapped(cell, width - 2)) for cell, width in zip(cells, widths, strict=True)) + 1.4


def _row(paper: _Paper, cells: tuple[str, ...], widths: list[float], head: bool = False) -> None:
    paper.ink(9.5 if head else 10, bold=head)
    pieces = [paper.wrapped(cell, width - 2) for cell, width in zip(cells, widths, strict=True)]
    height = 5.4 * max(len(rows) for rows in pieces) + 1.4
    x, y = _MARGIN, paper.get_y()
    paper.set_draw_color(*_LINE)
    paper.set_fill_color(*_BAND)
    paper.set_line_width(0.2)
    paper.rect(x, y, sum(widths), height, style="FD" if head else "D")
    for rows, width in zip(pieces, widths, strict=True):
        for number, row in enumerate(rows):
            paper.set_xy(x, y + 0.7 + 5.4 * number)
            paper.cell(width, 5.4, row)
        x += width
    paper.set_xy(_MARGIN, y + height)


def _signatures(paper: _Paper, sheet: Sheet) -> None:
    paper.room(30)
    paper.ln(14)
    width = paper.epw / len(sheet.signatures)
    y = paper.get_y()
    paper.ink(10.5)
    for number, name in enumerate(sheet.signatures):
        paper.set_xy(_MARGIN + number * width, y)
        paper.cell(width, 6, f"{name} {'.' * 46}", align="C")
        paper.set_xy(_MARGIN + number * width, y + 8)
        paper.cell(width, 6, f"({'.' * 46})", align="C")
