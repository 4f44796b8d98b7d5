"""Reading one row: columns found by any of their names, every wrong cell collected, nothing raised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from models.formats.faulty import FaultyRow, blamed
from models.formats.numbers import parse_pair, parse_place
from models.formats.problems import NOT_ALLOWED, REQUIRED, TOO_LONG, BadValueError, Problem, RowError
from models.formats.text import clean, name_key

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cell holds which field. `ignored` are the header's names that mean nothing to this file's reader."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    ignored: tuple[str, ...]

    def has(self, *fields: str) -> bool:
        """Whether the file has a column for any of the fields."""
        return any(name in self.places for name in fields)


def find_columns(header: tuple[str, ...], names: Mapping[str, Collection[str]]) -> Columns:
    """Match a header against `names`: field -> every name it is known by, the best first.

    Of two columns that mean the same field, the one with the earlier name wins and the other is ignored.
    """
    at = {name_key(title): index for index, title in reversed(list(enumerate(header))) if title}
    places: dict[str, int] = {}
    for wanted, known in names.items():
        for name in (wanted, *known):
            index = at.get(name_key(name))
            if index is not None and index not in places.values():
                places[wanted] = index
                break
    used = set(places.values())
    ignored = tuple(title for index, title in enumerate(header) if title and index not in used)
    return Columns(header, places, ignored)


@dataclass(slots=True)
class Row:
    """One row under reading. Every method returns a value or None, and notes what was wrong. `came`: the cells as
    they came, where that is not `cells`."""

    columns: Columns
    number: int
    cells: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    came: tuple[str, ...] = ()

    def blame(self, fault: FaultyRow | None) -> Row:
        """Note what the file itself got wrong in this row, None for nothing; returns the row."""
        if fault is not None:
            self.problems += blamed(fault, self.columns.header, set(self.columns.places.values()))
            self.came = tuple(fault)
        return self

    def raw(self, name: str) -> str:
        """The cell as it came; empty when the file has no such column."""
        index = self.columns.places.get(name)
        return "" if index is None else self.cells[index]

    def title(self, name: str) -> str:
        """What the file calls the field; the field's own name when the file has no such column."""
        index = self.columns.places.get(name)
        return name if index is None else self.columns.header[index]

    def wrong(self, name: str, problem: Problem) -> None:
        """Note a reason against a field."""
        self.problems.append(problem.of(self.title(name)))

    def text(self, name: str, most: int, required: bool = False) -> str:
        """The trimmed text of a field of at most `most` characters."""
        cell = self.raw(name)
        value = clean(cell) if cell else ""
        if required and not value:
            self.wrong(name, REQUIRED)
        if len(value) > most:
            self.wrong(name, TOO_LONG)
        return value[:most]

    def parse(self, name: str, parser: Callable[[str], Value], required: bool = False) -> Value | None:
        """What `parser` makes of a field; None when the cell is empty or wrong."""
        value = self.raw(name)
        if not value.strip():
            if required:
                self.wrong(name, REQUIRED)
            return None
        try:
            return parser(value)
        except BadValueError as error:
            self.wrong(name, error.problem)
            return None

    def choice(self, name: str, words: Mapping[str, Value], default: Value) -> Value:
        """The value of one of some allowed words (any spelling of `name_key`); `default` for an empty cell."""
        cell = self.raw(name)
        if not cell:
            return default
        key = name_key(cell)
        if not key:
            return default
        for word, value in words.items():
            if name_key(word) == key:
                return value
        self.wrong(name, NOT_ALLOWED)
        return default

    def place(self, required: bool = False) -> tuple[float, float] | None:
        """`(lat, lon)` from the fields `lat` and `lon`, or from `coords` with both in one cell."""
        at_fault = "lat" if self.columns.has("lat") else "coords"
        try:
            found = parse_place(self.raw("lat"), self.raw("lon")) or parse_pair(self.raw("coords"))
        except BadValueError as error:
            self.wrong(at_fault, error.problem)
            return None
        if found is None and required:
            self.wrong(at_fault, REQUIRED)
        return found

    def error(self) -> RowError:
        """The row as it came, with what was found wrong."""
        return RowError(self.number, self.came or self.cells, tuple(self.problems))
