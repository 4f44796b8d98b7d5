"""The rows of a text file: its encoding, its delimiter, and what stands in a row that cannot be taken apart."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.formats.faulty import FaultyRow
from models.formats.guards import CELL_TOO_LONG, MAX_CELL
from models.formats.problems import BadFileError, Problem
from models.formats.tables import NOT_TEXT

BLOCK = 1 << 20

CHANGED = Problem(
    "changed", "ไฟล์ถูกแก้ไขระหว่างอ่าน ยังไม่ได้นำเข้า กรุณานำเข้าใหม่", "the file changed while it was read: import it again"
)

Rows = Iterator[list[str]]

#: Lines of a broken row that are kept, and characters of them.
_LINES, _LETTERS = 100, 2_000


def encoding_of(path: Path) -> str:
    """The encoding of a whole text file: UTF-8 (`utf-8-sig`), UTF-16 with its mark, else Windows-874 (`cp874`).

    Raises:
        BadFileError: none of them, or a zero character in it; the line is named.
    """
    with path.open("rb") as file:
        marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    tried = ("utf-16",) if marked else ("utf-8-sig", "cp874")
    for encoding in tried:
        try:
            if _decodes(path, encoding):
                return encoding
        except UnicodeDecodeError:
            continue
    if marked:
        raise BadFileError(NOT_TEXT)
    # The encoding that goes on longest is the likeliest to be meant.
    line = max(_bad_line(path, encoding) for encoding in tried)
    raise BadFileError(Problem(NOT_TEXT.code, f"บรรทัดที่ {line}: {NOT_TEXT.th}", f"line {line}: {NOT_TEXT.en}"))


def _bad_line(path: Path, encoding: str) -> int:
    """The first line that does not decode or holds a zero."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while part := file.readline(BLOCK):
            try:
                if "\0" in decoder.decode(part):
                    return line
            except UnicodeDecodeError:
                return line
            line += part.endswith(b"\n")
    return line


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if "\0" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    return True


def delimiter_of(path: Path, encoding: str) -> str:
    """Comma, semicolon or tab: which stands most often in the first line."""
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(MAX_CELL)
    return max(",;\t", key=first.count)


def csv_opener(path: Path, encoding: str, delimiter: str) -> Callable[[], Rows]:
    """Begins to read the rows, as often as it is called. A row with a wrong quote comes as a `FaultyRow`.

    Raises, while it is read:
        BadFileError: a cell is too long, a quote never ends, or the file changed.
    """

    def rows() -> Rows:
        with path.open(encoding=encoding, newline="") as file, _long_cells():
            lately: deque[str] = deque(maxlen=_LINES)
            reader = csv.reader(_kept(file, lately), delimiter=delimiter, strict=True)
            line = 0
            while True:
                try:
                    for cells in reader:
                        line = reader.line_num
                        yield cells
                    return
                except csv.Error as error:
                    problem = _csv_problem(error, line + 1, reader.line_num)
                    lines = list(lately)[line - reader.line_num :]
                    line = reader.line_num
                    # The reader goes on with the line after.
                    yield FaultyRow(["".join(lines)[:_LETTERS].rstrip("\r\n")], [(-1, problem)])
                except UnicodeDecodeError as error:
                    raise BadFileError(CHANGED) from error

    return rows


def _kept(lines: Iterable[str], lately: deque[str]) -> Iterator[str]:
    for line in lines:
        lately.append(line)
        yield line


def _csv_problem(error: csv.Error, first: int, last: int) -> Problem:
    """What is wrong with one row.

    Raises:
        BadFileError: a cell is too long, or its quote never ends: what stands behind it cannot be told apart.
    """
    said = str(error)
    if "field larger" in said:
        raise BadFileError(CELL_TOO_LONG) from error
    at = f"{first}" if first >= last else f"{first}-{last}"
    problem = Problem("csv", f"อ่านบรรทัดที่ {at} ไม่ได้ เครื่องหมายคำพูดไม่ถูกต้อง", f"line {at} cannot be read: {error}")
    if "end of data" in said:
        raise BadFileError(problem) from error
    return problem


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells may be as long as the guards say. The limit is the process's, so it is only ever raised."""
    if csv.field_size_limit() < MAX_CELL:
        csv.field_size_limit(MAX_CELL)
    yield
