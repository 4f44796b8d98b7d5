"""The XML of a workbook (XLSX, ECMA-376) taken apart as it unpacks: a sheet as rows of text, and the table of texts.

openpyxl makes an element, a table of values and a cell object of every cell, and of a text several more. Here the
parser's own events are the cells, and nothing is kept of a row that was handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO, TypeAlias
from xml.parsers import expat

from models.formats.faulty import NO_VALUE, FaultyRow
from models.formats.guards import (
    BOMB,
    CELL_TOO_LONG,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    TOO_MANY_ROWS,
    TOO_WIDE,
    UNREADABLE,
)
from models.formats.problems import BadFileError
from models.imports.quick import Remembered

#: Bytes of XML taken at a time.
_CHUNK = 1 << 16

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROW, _CELL, _VALUE, _FORMULA = (f"{_MAIN} {name}" for name in ("row", "c", "v", "f"))
_INLINE, _TEXT, _SOUND, _ITEM = (f"{_MAIN} {name}" for name in ("is", "t", "rPh", "si"))

#: The text of a number under a style; of an ISO date under a style (the `t` of the cell says which it is).
Reading: TypeAlias = Callable[[str, str], str]

Attributes: TypeAlias = dict[str, str]


class _Letters:
    """Letters of an element, as the parser brings them; only while they are wanted."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._held: list[str] = []

    def begin(self) -> None:
        """Take what comes."""
        self._held.clear()
        self._parser.CharacterDataHandler = self._held.append

    def taken(self) -> str:
        """What came."""
        self._parser.CharacterDataHandler = None
        return self._held[0] if len(self._held) == 1 else "".join(self._held)

    def check(self) -> None:
        """Refuse an element that has no end.

        Raises:
            BadFileError: it is longer than a cell may be.
        """
        if sum(map(len, self._held)) > MAX_CELL:
            raise BadFileError(CELL_TOO_LONG)


class _Sheet:
    """Takes the events of a sheet; `rows` is what is ready, each with its number."""

    def __init__(self, parser: expat.XMLParserType, texts: Sequence[str], number: Reading, moment: Reading) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self.letters = _Letters(parser)
        self._texts, self._number, self._moment = texts, number, moment
        self._columns = Remembered[str, int](_column)
        self._at = 0
        self._cells: list[str] = []
        self._lost: list[int] = []
        self._column, self._kind, self._style = 0, "n", "0"
        self._value: str | None = None
        self._formula = self._sound = False
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == _CELL:
            known = attributes.get
            place = known("r")
            self._column = self._columns[place.rstrip("0123456789")] if place else self._column + 1
            self._kind, self._style = known("t", "n"), known("s", "0")
            self._value, self._formula = None, False
        elif name in (_VALUE, _TEXT):
            self.letters.begin()
        elif name == _ROW:
            place = attributes.get("r")
            self._at = (int(place) if place.isdigit() else int(float(place))) if place else self._at + 1
            if self._at > MAX_ROWS + 1:  # the header is none of them
                raise BadFileError(TOO_MANY_ROWS)
            self._column, self._cells, self._lost = 0, [], []
        elif name == _FORMULA:
            self._formula = True
        elif name == _INLINE:
            self._value = ""
        elif name == _SOUND:
            self._sound = True

    def _end(self, name: str) -> None:
        if name == _CELL:
            self._place()
        elif name == _VALUE:
            value = self.letters.taken()
            if self._kind != "inlineStr":
                self._value = value or None
        elif name == _TEXT:
            value = self.letters.taken()
            if self._kind == "inlineStr" and not self._sound:
                self._value = (self._value or "") + value
                if len(self._value) > MAX_CELL:
                    raise BadFileError(CELL_TOO_LONG)
        elif name == _ROW:
            cells = self._cells
            if self._lost:
                cells = FaultyRow(cells, [(at, NO_VALUE) for at in self._lost])
            self.rows.append((self._at, cells))
        elif name == _SOUND:
            self._sound = False

    def _place(self) -> None:
        """Put a cell that has ended into its row."""
        value, kind = self._value, self._kind
        if value is None:
            # `str` without a value is how a formula that gives "" is stored.
            if self._formula and kind != "str":
                self._lost.append(self._column - 1)
            return
        if kind == "n":
            value = self._number(value, self._style)
        elif kind == "s":
            value = self._texts[int(value)]
        elif kind == "b":
            value = "true" if int(value) else "false"
        elif kind == "d":
            value = self._moment(value, self._style)
        if not value:
            return
        cells, column = self._cells, self._column
        if column == len(cells) + 1:
            cells.append(value)
            return
        if column > MAX_COLUMNS:
            raise BadFileError(TOO_WIDE)
        cells += [""] * (column - len(cells))
        cells[column - 1] = value


def sheet_rows(
    stream: IO[bytes], texts: Sequence[str], number: Reading, moment: Reading, most: int
) -> Iterator[list[str]]:
    """The rows of a sheet's XML, each up to its last filled cell; those it leaves out are empty. A formula that no
    program has computed reads as empty: its row comes as a `FaultyRow` that says so.

    `texts`: the table of texts; `most`: bytes of XML at most.

    Raises:
        BadFileError: too many rows, columns, letters or bytes, or a document type.
        ValueError, IndexError, expat.ExpatError: it is none.
    """
    parser = _parser()
    sheet = _Sheet(parser, texts, number, moment)
    due = 1
    for _ in _fed(parser, stream, most):
        sheet.letters.check()
        ready, sheet.rows = sheet.rows, []
        for at, cells in ready:
            if at < due:  # a number that was given already
                continue
            for _ in range(due, at):
                yield []
            due = at + 1
            yield cells


def shared_texts(stream: IO[bytes], most: int) -> list[str]:
    """The table of texts of a workbook; how they are said (Japanese has it) is left out.

    Raises:
        BadFileError: a text longer than a cell may be, too many bytes, or a document type.
        expat.ExpatError: it is none.
    """
    parser = _parser()
    letters = _Letters(parser)
    found: list[str] = []
    parts: list[str] = []
    sound = False

    def start(name: str, _attributes: Attributes) -> None:
        nonlocal sound
        if name == _TEXT:
            letters.begin()
        elif name == _SOUND:
            sound = True

    def end(name: str) -> None:
        nonlocal sound
        if name == _TEXT:
            text = letters.taken()
            if not sound:
                parts.append(text)
        elif name == _SOUND:
            sound = False
        elif name == _ITEM:
            found.append("".join(parts))
            parts.clear()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    for _ in _fed(parser, stream, most):
        letters.check()
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:  # it has no place in a workbook, and is how small text is made to grow
        raise BadFileError(UNREADABLE)

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _fed(parser: expat.XMLParserType, stream: IO[bytes], most: int) -> Iterator[None]:
    """Give the parser its XML, a chunk a step; what a handler raises comes out here."""
    while chunk := stream.read(_CHUNK):
        most -= len(chunk)
        if most < 0:
            raise BadFileError(BOMB)
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def _column(letters: str) -> int:
    """A -> 1, Z -> 26, AA -> 27."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError(f"{letters} is no column")
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number
