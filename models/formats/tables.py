"""A file as a table of text: CSV, XLSX, GeoJSON or Parquet in, a header and rows of `str` out.

Cells of a spreadsheet become the text a person would type: dates as ISO, whole numbers without `.0`, empty cells "".
A GeoJSON feature becomes a row of its properties with `lat` and `lon` (points) or `geometry` (GeoJSON text).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO

from models.formats import guards
from models.formats.faulty import BEYOND, FaultyRow
from models.formats.geojson import geojson_rows
from models.formats.guards import CELL_TOO_LONG, EMPTY, MAX_CELL, MAX_ROWS, TOO_MANY_ROWS
from models.formats.header import header_of
from models.formats.problems import BadFileError, Problem

NOT_TEXT = Problem("encoding", "ไฟล์ไม่ใช่ UTF-8 หรือ Windows-874", "the text is neither UTF-8 nor Windows-874 (Thai)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text. `rows` yields `(number, cells)` once; cells are as many as the header has.

    Reading on may raise `BadFileError`: a file can break in the middle. `faults`: of the rows read so far those that
    the file itself got wrong, by their number: a formula without a value, cells beyond the header.
    """

    header: tuple[str, ...]
    rows: Iterator[tuple[int, tuple[str, ...]]]
    faults: dict[int, FaultyRow] = field(default_factory=dict)


def read_table(name: str, body: bytes) -> Sheet:
    """Read a file by its name's ending and its content.

    Raises:
        BadFileError: the file cannot be read, is not what its name says, or is larger than what is allowed.
    """
    kind = guards.kind_of(name, body)
    # The two packages take a second to load: only a file that needs them waits, not the product's start.
    if kind == "xlsx":
        from models.formats.spreadsheet import spreadsheet_rows

        return _sheet(spreadsheet_rows(body))
    if kind == "geojson":
        return _sheet(geojson_rows(body))
    if kind == "parquet":
        from models.formats.parquet import parquet_rows

        return _sheet(parquet_rows(body))
    return _sheet(_csv_rows(_text(body)))


def _text(body: bytes) -> str:
    """The text of a CSV: UTF-8 (with or without its mark), UTF-16 with its mark, else Windows-874."""
    encodings = ("utf-16",) if body[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp874")
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFileError(NOT_TEXT)


def _csv_rows(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise BadFileError(
            Problem("csv", f"อ่านบรรทัดที่ {reader.line_num} ไม่ได้", f"line {reader.line_num} cannot be read: {error}")
        ) from error


def _sheet(lines: Iterable[list[str]]) -> Sheet:
    numbered = enumerate(lines, 1)
    for number, cells in numbered:
        header = header_of(cells)
        if header:
            faults: dict[int, FaultyRow] = {}
            return Sheet(header, _rows(numbered, len(header), number, faults), faults)
    raise BadFileError(EMPTY)


def _rows(
    lines: Iterator[tuple[int, list[str]]], width: int, start: int, faults: dict[int, FaultyRow]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows under the header, empty ones left out, each cut or filled to the header's width."""
    for number, cells in lines:
        if number - start > MAX_ROWS:
            raise BadFileError(TOO_MANY_ROWS)
        if max(map(len, cells), default=0) > MAX_CELL:
            raise BadFileError(CELL_TOO_LONG)
        faulty = cells if isinstance(cells, FaultyRow) else None
        if any(cell.strip() for cell in cells[width:]):
            faulty = FaultyRow(cells, [*(faulty.problems if faulty else ()), (-1, BEYOND)])
        if faulty is not None:
            faults[number] = faulty
        elif not any(cell.strip() for cell in cells):
            continue
        yield number, tuple((cells + [""] * width)[:width])
