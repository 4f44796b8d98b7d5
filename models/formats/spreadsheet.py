"""XLSX as rows of text: one sheet, the values last computed, dates as ISO text."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, TypeVar

import openpyxl

from models.formats.guards import MAX_COLUMNS, MAX_ROWS, TOO_MANY_ROWS, TOO_WIDE, UNREADABLE, check_packed
from models.formats.problems import BadFileError

_R = TypeVar("_R")


def sheet_names(body: bytes) -> tuple[str, ...]:
    """The names of a workbook's sheets, in order; at least one.

    Raises:
        BadFileError: as for `spreadsheet_rows`.
    """
    return _guarded(body, lambda book: tuple(sheet.title for sheet in book.worksheets))


def spreadsheet_rows(body: bytes, sheet: str = "") -> list[list[str]]:
    """Header and rows of a sheet, the first when none is named; each ends with its last filled cell.

    Raises:
        BadFileError: not a spreadsheet, too many entries, rows or columns, or too much when unpacked.
    """
    return _guarded(body, lambda book: _read(book[sheet] if sheet else book.worksheets[0]))


def _guarded(body: bytes, read: Callable[[Any], _R]) -> _R:
    check_packed(body)
    with warnings.catch_warnings():
        # openpyxl warns of styles and validations it leaves out; none of them carries data.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True, keep_links=False)
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
