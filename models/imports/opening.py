"""A file on disk as a table of text, read in pieces as often as wanted: CSV, XLSX, GeoJSON, Parquet.

CSV and Parquet are never in memory as a whole. A spreadsheet and GeoJSON are: they stay within the limits of
`models.formats.guards`.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from models.formats import guards
from models.formats.geojson import geojson_rows
from models.formats.guards import ABOUT_MARK, CELL_TOO_LONG, EMPTY, MAX_CELL, MAX_COLUMNS, TOO_MANY_ROWS, TOO_WIDE
from models.formats.problems import BadFileError, Problem
from models.formats.tables import NOT_TEXT
from models.formats.text import clean

#: What a file on disk may hold: by command or inbox. The browser's uploads stay at `guards.MAX_BYTES`.
MAX_BYTES = 2 * 1024**3
MAX_ROWS = 10_000_000

#: Rows of a piece.
PIECE = 10_000
_BLOCK = 1 << 20

CHANGED = Problem(
    "changed", "ไฟล์ถูกแก้ไขระหว่างอ่าน ยังไม่ได้นำเข้า กรุณานำเข้าใหม่", "the file changed while it was read: import it again"
)
NO_SHEET = Problem("no_sheet", "ไม่มีแผ่นงานชื่อนี้", "the workbook has no sheet of that name")

Rows = Iterator[list[str]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table: each row's number as a spreadsheet shows it, and the cells by column."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]

    def cells(self, index: int) -> tuple[str, ...]:
        """The cells of one row."""
        return tuple(column[index] for column in self.columns)


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is at one look: while it differs, somebody writes it."""

    size: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was opened. `encoding` and `delimiter` of a CSV, `sheets` and `sheet` of a workbook, else empty."""

    path: Path
    kind: str
    header: tuple[str, ...]
    look: Look
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    _open: Callable[[], Iterator[Piece]] = field(default=lambda: iter(()), repr=False, compare=False)

    def pieces(self) -> Iterator[Piece]:
        """The rows under the header, empty ones left out.

        Raises:
            BadFileError: the file breaks in the middle, is too long, or is not what it was when it was opened.
        """
        for piece in self._open():
            if piece.numbers[-1] > MAX_ROWS:
                raise BadFileError(TOO_MANY_ROWS)
            self.check_same()
            yield piece

    def check_same(self) -> None:
        """Look whether the file is as it was.

        Raises:
            BadFileError: it changed or went.
        """
        if look_at(self.path) != self.look:
            raise BadFileError(CHANGED)


def look_at(path: Path) -> Look | None:
    """What the file is now; None when it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Look(found.st_size, found.st_mtime_ns, found.st_ino)


def open_table(path: Path, name: str = "", sheet: str = "", most_bytes: int = MAX_BYTES) -> Table:
    """Open a file. `name`: what it was called where it comes from, its ending says the kind; `sheet`: of a workbook,
    the first when none is named.

    Raises:
        BadFileError: it cannot be read, is not what its name says, is too large, or has no header or no such sheet.
        OSError: it cannot be opened.
    """
    name = name or path.name
    look = look_at(path)
    if look is None:
        raise FileNotFoundError(2, "no such file", str(path))
    if look.size > most_bytes:
        raise BadFileError(guards.TOO_BIG)
    with path.open("rb") as file:
        kind = guards.kind_of(name, file.read(_BLOCK))
    if kind == "csv":
        encoding = encoding_of(path)
        delimiter = _delimiter(path, encoding)
        rows = _csv_opener(path, encoding, delimiter)
        return Table(path, kind, _first(rows()), look, encoding, delimiter, _open=lambda: _pieces(rows()))
    if look.size > guards.MAX_BYTES and kind != "parquet":
        raise BadFileError(guards.TOO_BIG)
    # The packages of the others take a second to load: only a file that needs them waits, not the product's start.
    if kind == "xlsx":
        from models.formats.spreadsheet import sheet_names, spreadsheet_rows

        body = path.read_bytes()
        sheets = sheet_names(body)
        if sheet and sheet not in sheets:
            raise BadFileError(NO_SHEET)
        chosen = sheet or sheets[0]
        cells = spreadsheet_rows(body, chosen)
        return Table(path, kind, _first(cells), look, sheets=sheets, sheet=chosen, _open=lambda: _pieces(iter(cells)))
    if kind == "geojson":
        body = path.read_bytes()
        return Table(path, kind, _first(geojson_rows(body)), look, _open=lambda: _pieces(geojson_rows(body)))
    from models.formats.parquet import parquet_columns, parquet_names

    header = _first([parquet_names(path)])
    most = max(guards.MAX_UNPACKED, most_bytes)
    return Table(path, kind, header, look, _open=lambda: _whole(parquet_columns(path, PIECE, most), len(header)))


def _pieces(rows: Rows) -> Iterator[Piece]:
    """The rows under the header, each cut or filled to its width, empty ones left out."""
    numbered = enumerate(rows, 1)
    width = next((len(header) for _, cells in numbered if (header := _header(cells))), 0)
    while block := list(islice(numbered, PIECE)):
        numbers, kept = [], []
        for number, cells in block:
            if len(cells) != width:
                if not any(cells):
                    continue
                cells = (cells + [""] * width)[:width]
            if not cells[0] and not any(cell.strip() for cell in cells):
                continue
            numbers.append(number)
            kept.append(cells)
        if kept:
            yield Piece(numbers, list(zip(*kept, strict=True)))


def _whole(blocks: Iterable[list[list[str]]], width: int) -> Iterator[Piece]:
    """Columns as they come, in pieces; the header would be row 1. Rows with nothing in them are left out."""
    start = 2
    for columns in blocks:
        columns = columns[:width]
        much = len(columns[0])
        numbers: Sequence[int] = range(start, start + much)
        start += much
        if not all(columns[0]):
            held = [index for index, cells in enumerate(zip(*columns, strict=True)) if any(map(str.strip, cells))]
            numbers = [numbers[index] for index in held]
            columns = [[column[index] for index in held] for column in columns]
        if numbers:
            yield Piece(numbers, columns)


def encoding_of(path: Path) -> str:
    """The encoding of a whole text file: UTF-8 (`utf-8-sig`), UTF-16 with its mark, else Windows-874 (`cp874`).

    Raises:
        BadFileError: none of them, or a zero character in it.
    """
    with path.open("rb") as file:
        marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp874"):
        try:
            if _decodes(path, encoding):
                return encoding
        except UnicodeDecodeError:
            continue
    raise BadFileError(NOT_TEXT)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if "\0" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    return True


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(MAX_CELL)
    return max(",;\t", key=first.count)


def _csv_opener(path: Path, encoding: str, delimiter: str) -> Callable[[], Rows]:
    def rows() -> Rows:
        with path.open(encoding=encoding, newline="") as file, _long_cells():
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            try:
                yield from reader
            except csv.Error as error:
                if "field larger" in str(error):
                    raise BadFileError(CELL_TOO_LONG) from error
                at = reader.line_num
                raise BadFileError(
                    Problem("csv", f"อ่านบรรทัดที่ {at} ไม่ได้", f"line {at} cannot be read: {error}")
                ) from error
            except UnicodeDecodeError as error:
                raise BadFileError(CHANGED) from error

    return rows


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells may be as long as the guards say. The limit is the process's, so it is only ever raised."""
    if csv.field_size_limit() < MAX_CELL:
        csv.field_size_limit(MAX_CELL)
    yield


def _first(rows: Iterable[list[str]]) -> tuple[str, ...]:
    for cells in rows:
        header = _header(cells)
        if header:
            return header
    raise BadFileError(EMPTY)


def _header(cells: list[str]) -> tuple[str, ...]:
    if cells and cells[0].startswith(ABOUT_MARK):  # what a file of ours says of itself is no header
        return ()
    names = [clean(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise BadFileError(TOO_WIDE)
    return tuple(names)
