"""A page of paper: A4, the app's own Thai face, shaped by HarfBuzz so that every mark is in its place; a foot on each
page; tables. What every printed thing of the product is drawn on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from dashboard.sheet.content import Grid
from dashboard.sheet.thai_lines import lines, one_line, spelled
from dashboard.words import Language, word

FONTS = Path(__file__).with_name("fonts")
MARGIN = 15.0
_BOTTOM = 20.0
INK, SOFT, LINE, BAND = (20, 28, 36), (90, 100, 110), (190, 198, 206), (238, 242, 246)
BLUE = (0, 82, 150)
#: What stands for a letter the face has not, and what needs no shape to be drawn.
_MOST_ABSENT = 12
_STANDS_FOR, _UNDRAWN = "?", frozenset(" \t\n\u00a0\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands round what is printed: the file's title, the foot, `page {n} of {of}`, and the language."""

    title: str
    foot: str
    page: str
    language: Language


class Paper(FPDF):
    """Pages with a foot: who printed it, when, and the number of the page."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(format="A4")
        self._frame = frame
        self._absent: dict[str, None] = {}
        self.add_font("Sarabun", "", FONTS / "Sarabun-Regular.ttf")
        self.add_font("Sarabun", "B", FONTS / "Sarabun-SemiBold.ttf")
        self.set_text_shaping(True)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.set_title(frame.title)
        self.set_lang(frame.language)

    def footer(self) -> None:
        """The foot of every page; the number of pages is known when the last one is made."""
        self.set_y(-14)
        self.ink(9, colour=SOFT)
        page = self._frame.page.format(n=self.page_no(), of="{nb}")
        self.cell(
            self.epw * 0.75, 5, self.fitted(self._frame.foot, self.epw * 0.75 - 2), new_x=XPos.RIGHT, new_y=YPos.TOP
        )
        self.cell(self.epw * 0.25, 5, page, align="R")

    @property
    def language(self) -> Language:
        """The language of what is printed."""
        return self._frame.language

    @property
    def absent(self) -> list[str]:
        """Letters that were to be drawn and that the face has not: a question mark stands where each of them is."""
        return list(self._absent)

    def normalize_text(self, text: str) -> str:
        """What is drawn of a text. A letter the face has not is never left out unsaid."""
        text = spelled(text)
        face = self.current_font
        known = face.cmap if isinstance(face, TTFFont) else None
        if known is not None and not all(ord(letter) in known or letter in _UNDRAWN for letter in text):
            lost = [letter for letter in text if ord(letter) not in known and letter not in _UNDRAWN]
            self._absent.update(dict.fromkeys(lost))
            text = "".join(_STANDS_FOR if letter in lost else letter for letter in text)
        return super().normalize_text(text)

    def ink(self, size: float, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        """Face, size in points, and colour of what comes next."""
        self.set_font("Sarabun", "B" if bold else "", size)
        self.set_text_color(*colour)

    def wrapped(self, text: str, width: float) -> list[str]:
        """A text in lines of a width in mm."""
        return lines(text, width, self.get_string_width)

    def fitted(self, text: str, width: float) -> str:
        """A text on one line of a width in mm; one that is cut ends with an ellipsis."""
        return one_line(text, width, self.get_string_width)

    def room(self, height: float) -> None:
        """A new page where less than so many mm are left."""
        if self.get_y() + height > self.h - _BOTTOM:
            self.add_page()

    @property
    def beyond(self) -> float:
        """How many mm what was drawn reaches beyond the end of the first page; 0 or less where it stands on it."""
        high = self.h - _BOTTOM
        return (self.page_no() - 1) * (high - MARGIN) + self.get_y() - high

    def told(self, text: str, size: float = 10.5, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        """A paragraph over the whole width."""
        self.ink(size, bold, colour)
        for row in self.wrapped(text, self.epw):
            self.cell(0, size * 0.52, row, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, title: str, under: str) -> None:
        """The title of the first page, and whose it is."""
        for text, size, height, bold in ((title, 19, 10, True), (under, 14, 8, False)):
            self.ink(size, bold=bold)
            for row in self.wrapped(text, self.epw):
                self.cell(0, height, row, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def mark(self, text: str) -> None:
        """What it is not, or with what care it is to be read: in a frame."""
        self.ink(12, bold=True)
        self.set_draw_color(*INK)
        rows = self.wrapped(text, self.epw - 4)
        for number, row in enumerate(rows):
            sides = "LR" + ("T" if number == 0 else "") + ("B" if number == len(rows) - 1 else "")
            self.cell(0, 8, row, border=sides, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)


def draw_grid(paper: Paper, grid: Grid) -> None:
    """A table; its head stands again on the next page, and no row is parted by a page's end."""
    paper.room(26)
    paper.ln(2)
    paper.ink(13, bold=True)
    for row in paper.wrapped(grid.title, paper.epw):
        paper.cell(0, 8, row, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    share = sum(part for _, part in grid.columns)
    widths = [paper.epw * part / share for _, part in grid.columns]
    if not grid.rows:
        paper.told(grid.empty, 10.5, colour=SOFT)
        return
    names = tuple(name for name, _ in grid.columns)
    named = any(names)  # a list of one column may need no head
    if named:
        _row(paper, names, widths, head=True)
    for cells in grid.rows:
        page = paper.page_no()
        paper.room(_height(paper, cells, widths))
        if named and paper.page_no() != page:
            _row(paper, names, widths, head=True)
        _row(paper, cells, widths)
    if grid.note:
        paper.ln(1)
        paper.told(grid.note, 9.5, colour=SOFT)


def _height(paper: Paper, cells: tuple[str, ...], widths: list[float]) -> float:
    paper.ink(10)
    return 5.4 * max(len(paper.wrapped(cell, width - 2)) for cell, width in zip(cells, widths, strict=True)) + 1.4


def _row(paper: Paper, cells: tuple[str, ...], widths: list[float], head: bool = False) -> None:
    paper.ink(9.5 if head else 10, bold=head)
    pieces = [paper.wrapped(cell, width - 2) for cell, width in zip(cells, widths, strict=True)]
    height = 5.4 * max(len(rows) for rows in pieces) + 1.4
    x, y = MARGIN, paper.get_y()
    paper.set_draw_color(*LINE)
    paper.set_fill_color(*BAND)
    paper.set_line_width(0.2)
    paper.rect(x, y, sum(widths), height, style="FD" if head else "D")
    for rows, width in zip(pieces, widths, strict=True):
        for number, row in enumerate(rows):
            paper.set_xy(x, y + 0.7 + 5.4 * number)
            paper.cell(width, 5.4, row)
        x += width
    paper.set_xy(MARGIN, y + height)


def tell_absent(paper: Paper) -> None:
    """Say at the end which letters could not be drawn; nothing when all were."""
    lost = paper.absent
    if lost:
        paper.room(14)
        paper.ln(2)
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in lost[:_MOST_ABSENT])
        codes += " …" if len(lost) > _MOST_ABSENT else ""
        paper.told(word("sheet.absent", paper.language, n=f"{len(lost):,}", codes=codes), 9, colour=SOFT)
