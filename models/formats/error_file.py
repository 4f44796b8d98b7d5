"""The rows that could not be taken, as a CSV that can be opened in a spreadsheet, mended and read again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO

from models.formats.problems import RowError

#: The columns added in front; a reader of the mended file leaves them alone.
ADDED = ("row", "reason_th", "reason_en")

#: How a formula begins, also behind what a program does not see; line breaks and tabs begin a cell of their own.
_FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")

#: What XML cannot hold: control characters, halves of a pair, and two that are none. One of them stops a whole XLSX.
_NEVER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def formula_safe(cell: str) -> str:
    """The cell so that no spreadsheet runs it: text that begins like a formula gets an apostrophe in front.

    A plain number may begin with a sign: `-123.1` stays as it is. What no file of a spreadsheet may hold is left out.
    """
    cell = _NEVER.sub("", cell)
    if not _FORMULA.match(cell):
        return cell
    return cell if _is_number(cell) else f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip("+-.0123456789eE") == ""


class ErrorLines:
    """The same CSV piece by piece: `begin` first, then the lines of the rows as they are found."""

    def __init__(self, header: tuple[str, ...]) -> None:
        self._header = header

    def begin(self) -> bytes:
        """The mark and the line of the names."""
        return b"\xef\xbb\xbf" + self._lines([(*ADDED, *self._header)])

    def lines(self, errors: Iterable[RowError]) -> bytes:
        """The lines of some rows."""
        return self._lines((str(error.number), error.th, error.en, *error.cells) for error in errors)

    @staticmethod
    def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
        out = StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows([formula_safe(cell) for cell in row] for row in rows)
        return out.getvalue().encode("utf-8", "replace")


def error_csv(header: tuple[str, ...], errors: Iterable[RowError]) -> bytes:
    """CSV in UTF-8 with its mark: the row's number, the reasons in Thai and English, then the row as it came."""
    lines = ErrorLines(header)
    return lines.begin() + lines.lines(errors)
