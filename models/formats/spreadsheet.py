"""XLSX as rows of text: one sheet, the values last computed, dates as ISO text."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, TypeVar

import openpyxl

from models.formats.guards import (
    CELL_TOO_LONG,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    TOO_MANY_ROWS,
    TOO_WIDE,
    UNREADABLE,
    check_packed,
)
from models.formats.problems import BadFileError

_R = TypeVar("_R")

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def sheet_names(body: bytes) -> tuple[str, ...]:
    """The names of a workbook's sheets, in order; at least one.

    Raises:
        BadFileError: as for `spreadsheet_rows`.
    """
    return _guarded(body, lambda book: tuple(sheet.title for sheet in book.worksheets))


def first_filled(body: bytes) -> str:
    """The name of the first sheet with a filled cell; of the first sheet when none has one.

    Raises:
        BadFileError: as for `spreadsheet_rows`.
    """
    return _guarded(body, lambda book: str(_first_filled(book).title))


def spreadsheet_rows(body: bytes, sheet: str = "") -> list[list[str]]:
    """Header and rows of a sheet, the first filled one when none is named; each ends with its last filled cell.

    Raises:
        BadFileError: not a spreadsheet, too many entries, rows, columns or letters, or too much when unpacked.
    """
    return _guarded(body, lambda book: _read(book[sheet] if sheet else _first_filled(book)))


def uncomputed(body: bytes, sheet: str) -> dict[int, list[int]]:
    """Formulas of a sheet that no program has computed, which read as empty: number of the row (from 1) -> indexes of
    its cells. A formula whose value is an empty text is none.

    Raises:
        BadFileError: as for `spreadsheet_rows`.
    """
    check_packed(body)
    if not _has_formulas(body):
        return {}
    return _guarded(
        body, lambda values: _guarded(body, lambda said: _uncomputed(values[sheet], said[sheet]), values=False)
    )


def _has_formulas(body: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            return any(_FORMULA.search(packed.read(name)) for name in packed.namelist() if _SHEET.fullmatch(name))
    except zipfile.BadZipFile as error:
        raise BadFileError(UNREADABLE) from error


def _uncomputed(values: Any, said: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    before: object = None
    values.reset_dimensions()
    said.reset_dimensions()
    both = zip(values.iter_rows(max_col=MAX_COLUMNS), said.iter_rows(max_col=MAX_COLUMNS), strict=True)
    for number, (cells, formulas) in enumerate(both, 1):
        if formulas is before:
            continue
        before = formulas
        lost = [
            index
            for index, (cell, formula) in enumerate(zip(cells, formulas, strict=True))
            # `str` without a value is how a formula that gives "" is stored.
            if cell.value is None and formula.data_type == "f" and cell.data_type != "str"
        ]
        if lost:
            found[number] = lost
    return found


def _first_filled(book: Any) -> Any:
    return next((sheet for sheet in book.worksheets if _is_filled(sheet)), book.worksheets[0])


def _is_filled(sheet: Any) -> bool:
    sheet.reset_dimensions()
    before: object = None
    for cells in sheet.iter_rows(max_col=MAX_COLUMNS + 1):
        if cells is not before and any(_cell_text(cell.value, cell).strip() for cell in cells):
            return True
        before = cells
    return False


def _guarded(body: bytes, read: Callable[[Any], _R], values: bool = True) -> _R:
    check_packed(body)
    with warnings.catch_warnings():
        # openpyxl warns of styles and validations it leaves out; none of them carries data.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=values, keep_links=False)
            try:
                return read(book)
            finally:
                book.close()
        except BadFileError:
            raise
        except Exception as error:
            raise BadFileError(UNREADABLE) from error


def _read(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    rows: list[list[str]] = []
    nothing: list[str] = []
    before: object = None
    for cells in sheet.iter_rows(max_col=MAX_COLUMNS + 1):
        if len(rows) > MAX_ROWS:
            raise BadFileError(TOO_MANY_ROWS)
        if cells is before:  # rows a sheet leaves out come as one and the same: a cell far below makes a million
            rows.append(nothing)
            continue
        before = cells
        if len(cells) > MAX_COLUMNS and cells[-1].value is not None:
            raise BadFileError(TOO_WIDE)
        texts = [_cell_text(cell.value, cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if max(map(len, texts), default=0) > MAX_CELL:
            raise BadFileError(CELL_TOO_LONG)
        rows.append(texts)
    return rows


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
