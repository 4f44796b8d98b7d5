"""The answer to a filter: every figure, chart and table of one page run is read from one of these. Pure.

All counts are of the same cases of one version of the data, so each set of counts sums to `total`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.records.base import Millis

#: Days since 1970-01-01 of the local calendar.
Day = int

HOURS, WEEKDAYS = 24, 7


def no_hours() -> list[list[int]]:
    """A table of weekday x hour with nothing in it."""
    return [[0] * HOURS for _ in range(WEEKDAYS)]


@dataclass(frozen=True, slots=True)
class Days:
    """Pairs (day, n), packed: many answers are kept, and ten years as pairs of Python's numbers take half a MB."""

    numbers: array[int] = field(default_factory=lambda: array("i"))
    counts: array[int] = field(default_factory=lambda: array("i"))

    @classmethod
    def of(cls, pairs: Iterable[tuple[Day, int]]) -> Days:
        """The pairs in their order."""
        numbers, counts = array("i"), array("i")
        for number, n in pairs:
            numbers.append(number)
            counts.append(n)
        return cls(numbers, counts)

    def __iter__(self) -> Iterator[tuple[Day, int]]:
        return zip(self.numbers, self.counts, strict=True)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Answer:
    """Counts of the cases a filter takes.

    `version`: of the data. `newest`: when the newest of the cases came in, ms; 0 without one. `no_place`: without a
    place. `no_hour`: without a certain hour; `windowed` of them lie in a window short enough to be spread over hours.
    `days`: (local day since 1970, n), ascending, days without a case left out; `months`: (first day of the month, n).
    `hours_by_weekday`: 7 rows (0 = Monday) of 24; with `no_hour` they sum to `total`. `offences`: (offence, group,
    n), the most first, as in `by_station`, `statuses` and `sources`. `groups`: group (0 = unknown) -> n.
    """

    version: int
    newest: Millis = 0
    total: int = 0
    no_place: int = 0
    no_hour: int = 0
    windowed: int = 0
    days: Days = field(default_factory=Days)
    months: list[tuple[Day, int]] = field(default_factory=list)
    hours_by_weekday: list[list[int]] = field(default_factory=no_hours)
    offences: list[tuple[str, int, int]] = field(default_factory=list)
    groups: dict[int, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    found_by: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    qualities: dict[str, int] = field(default_factory=dict)
    arrested: dict[str, int] = field(default_factory=dict)
    by_station: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """One case on the map: which (`station`, `source`, `id`), where (degrees), its group (0 = unknown) and offence,
    when; `arrested`: None = not known; `certain`: its hour is."""

    station: str
    source: str
    id: str
    lat: float
    lon: float
    group: int
    offence: str
    occurred_from: Millis
    arrested: bool | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Hexagon:
    """Cases of one cell of a grid of hexagons: its middle in degrees, how many, and of each group (0 to 4)."""

    lat: float
    lon: float
    n: int
    groups: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Hexagons:
    """Cells that hold cases, and the distance from a cell's middle to its corner in degrees of longitude; they are
    regular in Web Mercator (EPSG:3857), corners to the north and south."""

    radius_deg: float
    cells: list[Hexagon]
