"""A file on disk as a table of text, read in pieces as often as wanted: CSV, XLSX, GeoJSON, Parquet.

None of them is ever in memory as a whole; of a spreadsheet the table of its texts is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from models.formats import guards
from models.formats.faulty import BEYOND, FaultyRow
from models.formats.geojson import geojson_cells, geojson_names
from models.formats.guards import EMPTY
from models.formats.header import header_of
from models.formats.problems import BadFileError, Problem
from models.imports.lines import BLOCK, CHANGED, Rows, csv_opener, delimiter_of, encoding_of

#: What a file on disk may hold, by command or inbox.
MAX_BYTES = 2 * 1024**3
MAX_ROWS = 10_000_000

#: How many times its size a workbook may unpack to, beyond `guards.MAX_UNPACKED`.
_MOST_GROWN = 60

TOO_LARGE = Problem("file_too_big", "ไฟล์ใหญ่เกินกำหนด โปรดแบ่งไฟล์", "the file is larger than is allowed: split it")
TOO_LONG = Problem(
    "too_many_rows", "แถวเกิน 10,000,000 โปรดแบ่งไฟล์", "the file has more than 10,000,000 rows: split it"
)

#: Rows of a piece.
PIECE = 10_000
NO_SHEET = Problem("no_sheet", "ไม่มีแผ่นงานชื่อนี้", "the workbook has no sheet of that name")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table: each row's number as a spreadsheet shows it, and the cells by column. `faults`: of some
    rows, by their index here, how they came and what is wrong with them."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]
    faults: Mapping[int, FaultyRow] = field(default_factory=dict)

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
                raise BadFileError(TOO_LONG)
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
    the first with a filled cell when none is named.

    Raises:
        BadFileError: it cannot be read, is not what its name says, is too large, or has no header or no such sheet.
        OSError: it cannot be opened.
    """
    name = name or path.name
    look = look_at(path)
    if look is None:
        raise FileNotFoundError(2, "no such file", str(path))
    if look.size > most_bytes:
        raise BadFileError(TOO_LARGE)
    with path.open("rb") as file:
        kind = guards.kind_of(name, file.read(BLOCK))
    if kind == "csv":
        encoding = encoding_of(path)
        delimiter = delimiter_of(path, encoding)
        rows = csv_opener(path, encoding, delimiter)
        return Table(path, kind, _first(rows()), look, encoding, delimiter, _open=lambda: _pieces(rows()))
    # The packages of the others take a second to load: only a file that needs them waits, not the product's start.
    most = max(guards.MAX_UNPACKED, most_bytes)
    if kind == "xlsx":
        # A sheet's XML packs to a tenth, sometimes a thirtieth: what grows more was made to.
        return _workbook(path, sheet, look, max(guards.MAX_UNPACKED, min(most, _MOST_GROWN * look.size)))
    if kind == "geojson":
        names = geojson_names(path)
        return Table(
            path, kind, _first([names]), look, _open=lambda: _pieces(chain([names], geojson_cells(path, names)))
        )
    from models.formats.parquet import parquet_columns, parquet_names

    header = _first([parquet_names(path, most)])
    return Table(path, kind, header, look, _open=lambda: _whole(parquet_columns(path, PIECE, most), len(header)))


def _workbook(path: Path, sheet: str, look: Look, most: int) -> Table:
    from models.formats.spreadsheet import Book

    book = Book(path, most)
    if sheet and sheet not in book.names:
        raise BadFileError(NO_SHEET)
    chosen = sheet or book.first_filled()

    def rows() -> Rows:
        return book.rows(chosen)

    return Table(path, "xlsx", _first(rows()), look, sheets=book.names, sheet=chosen, _open=lambda: _pieces(rows()))


def _pieces(rows: Rows) -> Iterator[Piece]:
    """The rows under the header, each cut or filled to its width, empty ones left out. One with more is at fault."""
    numbered = enumerate(rows, 1)
    width = next((len(header) for _, cells in numbered if (header := header_of(cells))), 0)
    while block := list(islice(numbered, PIECE)):
        numbers: list[int] = []
        kept: list[list[str]] = []
        faults: dict[int, FaultyRow] = {}
        for number, cells in block:
            faulty = cells if isinstance(cells, FaultyRow) else None
            if len(cells) != width:
                if faulty is None and not any(cells):
                    continue
                if any(cell.strip() for cell in cells[width:]):
                    faulty = FaultyRow(cells, [*(faulty.problems if faulty else ()), (-1, BEYOND)])
                cells = (list(cells) + [""] * width)[:width]
            if faulty is not None:
                faults[len(numbers)] = faulty
            elif not cells[0] and not any(cell.strip() for cell in cells):
                continue
            numbers.append(number)
            kept.append(cells)
        if kept:
            yield Piece(numbers, list(zip(*kept, strict=True)), faults)


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


def _first(rows: Iterable[list[str]]) -> tuple[str, ...]:
    for cells in rows:
        if isinstance(cells, FaultyRow) and (broken := [why for at, why in cells.problems if at < 0]):
            raise BadFileError(broken[0])
        header = header_of(cells)
        if header:
            return header
    raise BadFileError(EMPTY)
