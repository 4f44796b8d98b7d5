"""A report drawn as a PDF, and its pages as pictures."""

from __future__ import annotations

from io import BytesIO

from dashboard.report.content import Report
from dashboard.report.figures import draw
from dashboard.sheet.page import MARGIN, SOFT, Frame, Paper, draw_grid, tell_absent
from dashboard.words import Language, word

#: Dots of a picture for each point (1/72 inch) of paper: 150 dots an inch.
_SCALE = 150 / 72
#: Most pages in one picture: a longer report is for the PDF.
_PAGES = 4


def pdf_of(report: Report) -> bytes:
    """The report as a PDF file: what it says of itself first, then figures, then tables."""
    said = report.said
    paper = Paper(Frame(said.title, report.foot, report.page, report.language))
    paper.add_page()
    paper.heading(said.title, said.under)
    if said.mark:
        paper.mark(said.mark)
    paper.ln(1)
    _facts(paper, report)
    for figure in report.figures:
        draw(paper, figure)
    for grid in report.grids:
        draw_grid(paper, grid)
    tell_absent(paper)
    return bytes(paper.output())


def _facts(paper: Paper, report: Report) -> None:
    said, label = report.said, 32.0
    facts = [("period", said.period), ("n", said.n), ("left_out", said.left_out), ("source", said.source)]
    facts += [("data_age", said.data_age), ("method", " ".join(said.method))]
    for key, value in facts:
        if not value:
            continue
        paper.ink(10)
        rows = paper.wrapped(value, paper.epw - label)
        y = paper.get_y()
        paper.ink(10, colour=SOFT)
        paper.cell(label, 5.6, word(f"rep.{key}", report.language))
        paper.ink(10, bold=key in ("period", "n"))
        for number, row in enumerate(rows):
            paper.set_xy(MARGIN + label, y + 5.6 * number)
            paper.cell(paper.epw - label, 5.6, row)
        paper.set_xy(MARGIN, y + 5.6 * len(rows))


def png_of(pdf: bytes, language: Language) -> bytes:
    """The pages of a PDF one under the other as a PNG, 150 dots an inch; at most four, and then it says how many more
    the PDF has."""
    # Loaded when a picture is asked for: nobody who opens a page waits for it.
    import pypdfium2
    from PIL import Image

    document = pypdfium2.PdfDocument(pdf)
    try:
        shown, more = min(len(document), _PAGES), len(document) - _PAGES
        pages = [document[number].render(scale=_SCALE).to_pil() for number in range(shown)]
    finally:
        document.close()
    if more > 0:
        strip = pypdfium2.PdfDocument(_strip(word("rep.more_pages", language, n=more), language))
        try:
            pages.append(strip[0].render(scale=_SCALE).to_pil())
        finally:
            strip.close()
    whole = Image.new("RGB", (max(page.width for page in pages), sum(page.height for page in pages)), "white")
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    out = BytesIO()
    whole.save(out, "PNG", optimize=False)
    return out.getvalue()


def _strip(words: str, language: Language) -> bytes:
    """A low page with one line in a frame."""
    paper = Paper(Frame(words, "", "", language))
    paper.add_page(format=(210, 30))
    paper.set_y(8)
    paper.mark(words)
    return bytes(paper.output())
