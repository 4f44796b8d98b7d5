"""A workbook (XLSX) sent while it is made: sheet after sheet, row by row, into a ZIP that is never gone back in.

openpyxl makes the whole file before its first byte can leave, a cell object at a time: a million incidents took
minutes of one processor. Here a sheet is its XML (ECMA-376, inline texts), made a column of a batch at a time.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from models.formats.sink import Sink
from models.imports.quick import Remembered

#: Letters a cell may hold; Excel calls a file with more broken.
MOST_LETTERS = 32_767

#: How hard the ZIP is pressed, 1 to 9: beyond this it takes twice the time for a tenth of the size.
_LEVEL = 3

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

#: A column of cells, each as its XML.
Cells = Sequence[str]


class TextCells:
    """Texts as cells, never read as a formula, blanks kept; each spelling that repeats is made once."""

    def __init__(self) -> None:
        self._known = Remembered[str, str](_text_cell)

    def all(self, texts: Iterable[str]) -> list[str]:
        """The cells of a column of texts, which must be free of what XML cannot hold."""
        return self._known.all(texts)

    @staticmethod
    def each(texts: Iterable[str]) -> list[str]:
        """The same of texts that hardly repeat: nothing of them is kept."""
        return list(map(_text_cell, texts))


def number_cells(numbers: Iterable[float | None]) -> list[str]:
    """The cells of a column of finite numbers; None is an empty cell."""
    return ["<c/>" if number is None else f"<c><v>{number!r}</v></c>" for number in numbers]


def flag_cells(flags: Iterable[bool | None]) -> list[str]:
    """The cells of a column of yes or no; None is an empty cell."""
    cells = {None: "<c/>", True: '<c t="b"><v>1</v></c>', False: '<c t="b"><v>0</v></c>'}
    return [cells[flag] for flag in flags]


def workbook(sheets: Sequence[tuple[str, Iterable[Sequence[Cells]]]]) -> Iterator[bytes]:
    """The bytes of a workbook of sheets, each a name (letters and digits) and batches of columns of cells."""
    out = Sink()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as packed:
        for path, text in _frame([name for name, _ in sheets]):
            packed.writestr(path, _XML + text)
        yield out.taken()
        for number, (_, batches) in enumerate(sheets, 1):
            with packed.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
                sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for columns in batches:
                    rows = "</row><row>".join(map("".join, zip(*columns, strict=True)))
                    if rows:
                        sheet.write(f"<row>{rows}</row>".encode())
                    # What is still being pressed comes with the next batch.
                    if made := out.taken():
                        yield made
                sheet.write(b"</sheetData></worksheet>")
    yield out.taken()


def _text_cell(text: str) -> str:
    if not text:
        return "<c/>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text[:MOST_LETTERS], quote=False)}</t></is></c>'


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The parts of a workbook beside its sheets."""
    numbers = range(1, len(names) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for number in numbers
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{parts}</Types>',
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    ways = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    yield "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{ways}</Relationships>'
