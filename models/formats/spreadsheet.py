"""XLSX as rows of text: one sheet, the values last computed, dates as ISO text."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from models.formats.faulty import NO_VALUE, FaultyRow
from models.formats.guards import (
    CELL_TOO_LONG,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED,
    TOO_MANY_ROWS,
    TOO_WIDE,
    UNREADABLE,
    check_packed,
)
from models.formats.problems import BadFileError

#: A file on disk, or one in memory.
Source = Path | bytes

#: Rows taken at a time, and bytes of a packed sheet.
_BLOCK, _CHUNK = 500, 1 << 16

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def sheet_names(source: Source) -> tuple[str, ...]:
    """The names of a workbook's sheets, in order; at least one.

    Raises:
        BadFileError: as for `spreadsheet_rows`.
    """
    with _opened(source) as book:
        return tuple(sheet.title for sheet in book.worksheets)


def first_filled(source: Source) -> str:
    """The name of the first sheet with a filled cell; of the first sheet when none has one.

    Raises:
        BadFileError: as for `spreadsheet_rows`.
    """
    with _opened(source) as book:
        return str(next((sheet for sheet in book.worksheets if _is_filled(sheet)), book.worksheets[0]).title)


def spreadsheet_rows(source: Source, sheet: str = "", most_unpacked: int = MAX_UNPACKED) -> Iterator[list[str]]:
    """Header and rows of a sheet, the first filled one when none is named; each ends with its last filled cell. They
    are read some at a time: a sheet is never in memory as a whole.

    A formula that no program has computed reads as empty: its row comes as a `FaultyRow` that says so.

    Raises:
        BadFileError: not a spreadsheet, too many entries, rows, columns or letters, or too much when unpacked.
    """
    check_packed(source, most_unpacked)
    with _opened(source) as values:
        chosen = sheet or str(next((one for one in values.worksheets if _is_filled(one)), values.worksheets[0]).title)
        cells = _cells(values[chosen])
        if not _has_formulas(source):
            yield from (_texts(row) for row in cells)
            return
        with _opened(source, values=False) as said:
            for row, formulas in zip(cells, _cells(said[chosen]), strict=True):
                texts = _texts(row)
                lost = _uncomputed(row, formulas)
                yield FaultyRow(texts, [(at, NO_VALUE) for at in lost]) if lost else texts


def _has_formulas(source: Source) -> bool:
    """Whether any sheet has a formula, by its letters: nothing is taken apart."""
    try:
        with zipfile.ZipFile(_file(source)) as packed:
            return any(_holds_formula(packed, name) for name in packed.namelist() if _SHEET.fullmatch(name))
    except zipfile.BadZipFile as error:
        raise BadFileError(UNREADABLE) from error


def _holds_formula(packed: zipfile.ZipFile, name: str) -> bool:
    tail = b""
    with packed.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-64:]
    return False


def _uncomputed(row: Sequence[Any], formulas: Sequence[Any]) -> list[int]:
    """Indexes of formulas that no program has computed. One whose value is an empty text is none."""
    return [
        index
        for index, (cell, formula) in enumerate(zip(row, formulas, strict=False))
        # `str` without a value is how a formula that gives "" is stored.
        if cell.value is None and formula.data_type == "f" and cell.data_type != "str"
    ]


def _is_filled(sheet: Any) -> bool:
    return any(_cell_text(cell.value, cell).strip() for row in _cells(sheet) for cell in row)


@contextmanager
def _opened(source: Source, values: bool = True) -> Iterator[Any]:
    """The workbook, to be read through; `values` or formulas."""
    with _trouble():
        book = openpyxl.load_workbook(_file(source), read_only=True, data_only=values, keep_links=False)
    try:
        yield book
    finally:
        book.close()


@contextmanager
def _trouble() -> Iterator[None]:
    """While openpyxl works: what it warns of is not told, what it stumbles over is a file that cannot be read."""
    with warnings.catch_warnings():
        # It warns of styles and validations it leaves out; none of them carries data.
        warnings.simplefilter("ignore")
        try:
            yield
        except BadFileError:
            raise
        except Exception as error:
            raise BadFileError(UNREADABLE) from error


def _file(source: Source) -> Path | BytesIO:
    return source if isinstance(source, Path) else BytesIO(source)


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:
    """The rows of a sheet as cells; a row that the sheet leaves out, or that is the same as the one before it, is
    empty: a cell far below makes a million of them."""
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    # Each row as wide as it is: filled up to the widest allowed, most of the time would go into empty cells.
    rows = sheet.iter_rows()
    before: object = None
    seen = 0
    while True:
        # Some rows at a time: between them others may read another workbook, and the filter of warnings is theirs.
        with _trouble():
            block = list(islice(rows, _BLOCK))
        if not block:
            return
        seen += len(block)
        if seen > MAX_ROWS + 1:  # the header is none of them
            raise BadFileError(TOO_MANY_ROWS)
        for cells in block:
            yield () if cells is before else cells
            before = cells


def _texts(cells: Sequence[Any]) -> list[str]:
    if any(cell.value is not None for cell in cells[MAX_COLUMNS:]):
        raise BadFileError(TOO_WIDE)
    try:
        texts = [_cell_text(cell.value, cell) for cell in cells]
    except (IndexError, KeyError) as error:  # a style that the workbook has not
        raise BadFileError(UNREADABLE) from error
    while texts and not texts[-1]:
        texts.pop()
    if max(map(len, texts), default=0) > MAX_CELL:
        raise BadFileError(CELL_TOO_LONG)
    return texts


def _cell_text(value: object, cell: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # A spreadsheet can spell characters that no text may hold: halves of a pair, and zero.
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _moment_text(value, str(getattr(cell, "number_format", "")))
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _moment_text(value: datetime, number_format: str) -> str:
    """A date cell. One whose format shows no hours was typed as a date: its midnight is nobody's word."""
    if value.time() == time.min and "h" not in number_format.lower():
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")
