"""XLSX as rows of text: one sheet, the values last computed, dates as ISO text.

openpyxl reads what stands round the sheets (their names, styles, the calendar); the cells are `sheet_cells`' affair.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.parsers import expat

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS

from models.formats.guards import MAX_UNPACKED, UNREADABLE, check_packed
from models.formats.problems import BadFileError
from models.formats.sheet_cells import shared_texts, sheet_rows
from models.imports.quick import Remembered

#: A file on disk, or one in memory.
Source = Path | bytes

#: What a file that is no workbook, or is cut or changed in the middle, makes its readers raise.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, expat.ExpatError,
    ValueError, LookupError, ArithmeticError,
)  # fmt: skip


class Book:
    """A workbook that was checked, and what stands round its sheets. Nothing is held open: each reading opens the
    file anew. `names`: of its sheets, in order; at least one.

    Raises:
        BadFileError: not a spreadsheet, too many entries or too much when unpacked.
    """

    def __init__(self, source: Source, most_unpacked: int = MAX_UNPACKED) -> None:
        check_packed(source, most_unpacked)
        self._source, self._most = source, most_unpacked
        with _trouble():
            frame = _Frame(_file(source), read_only=True, keep_links=False)
            try:
                self._paths, self._texts, self._book = frame.parts()
            finally:
                frame.archive.close()
            if not self._paths:
                raise BadFileError(UNREADABLE)
        self.names = tuple(self._paths)

    def first_filled(self) -> str:
        """The name of the first sheet with a filled cell; of the first sheet when none has one.

        Raises:
            BadFileError: as for `rows`.
        """
        filled = (name for name in self.names if any(cell.strip() for row in self.rows(name) for cell in row))
        return next(filled, self.names[0])

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """Header and rows of a sheet; each ends with its last filled cell. They are read some at a time: a sheet is
        never in memory as a whole, the workbook's table of texts is.

        A formula that no program has computed reads as empty: its row comes as a `FaultyRow` that says so.

        Raises:
            BadFileError: it cannot be read, or has too many rows, columns or letters.
        """
        cells = _Cells(self._book)
        try:
            with zipfile.ZipFile(_file(self._source)) as packed:
                texts: list[str] = []
                if self._texts:
                    with packed.open(self._texts) as stream:
                        texts = shared_texts(stream, MAX_UNPACKED)
                with packed.open(self._paths[sheet]) as stream:
                    yield from sheet_rows(stream, texts, cells.number, cells.moment, self._most)
        except BadFileError:
            raise
        except _BROKEN as error:
            raise BadFileError(UNREADABLE) from error


def spreadsheet_rows(source: Source, sheet: str = "", most_unpacked: int = MAX_UNPACKED) -> Iterator[list[str]]:
    """Header and rows of a sheet, the first filled one when none is named, as `Book.rows`.

    Raises:
        BadFileError: as for `Book` and its rows.
    """
    book = Book(source, most_unpacked)
    yield from book.rows(sheet or book.first_filled())


class _Frame(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's reader without cells and texts."""

    def parts(self) -> tuple[dict[str, str], str, Any]:
        """Sheets by name with their paths, the path of the table of texts (empty: none), and the workbook."""
        self.read_manifest()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        paths = {
            str(sheet.name): str(link.target)
            for sheet, link in self.parser.find_sheets()
            if link.target in self.valid_files and "chartsheet" not in link.Type
        }
        texts = self.package.find(SHARED_STRINGS)
        return paths, "" if texts is None else str(texts.PartName[1:]), self.wb


class _Cells:
    """Values of a workbook's cells as text, by what its styles make of them."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._sheet = SimpleNamespace(parent=book)
        self._dated = Remembered[str, bool](lambda style: int(style) in book._date_formats)
        self._dates = Remembered[tuple[str, str], str](lambda asked: self._date(*asked))

    def number(self, text: str, style: str) -> str:
        """A number, which under the style may be a date."""
        if self._dated[style]:
            return self._dates[text, style]
        if text.isdigit() and text.isascii() and text[0] != "0":
            return text
        return _plain(_value(text))

    def moment(self, text: str, style: str) -> str:
        """A date in ISO 8601."""
        return self._told(from_ISO8601(text), style)

    def _date(self, text: str, style: str) -> str:
        try:
            at = from_excel(_value(text), self._book.epoch, timedelta=int(style) in self._book._timedelta_formats)
        except (OverflowError, ValueError):
            return "#VALUE!"
        return self._told(at, style)

    def _told(self, at: object, style: str) -> str:
        if isinstance(at, datetime):
            cell = ReadOnlyCell(self._sheet, 1, 1, None, "d", int(style))
            return _moment_text(at, str(cell.number_format))
        return at.isoformat() if isinstance(at, (date, time)) else str(at)


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


def _value(text: str) -> int | float:
    return float(text) if "." in text or "e" in text or "E" in text else int(text)


def _plain(value: int | float) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _moment_text(value: datetime, number_format: str) -> str:
    """A date cell. One whose format shows no hours was typed as a date: its midnight is nobody's word."""
    if value.time() == time.min and "h" not in number_format.lower():
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")
