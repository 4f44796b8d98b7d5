"""What stands on a report of a view: words, figures and a table. Pure; `dashboard.report.paper` draws it.

Every report says what it is of: title, period, number of cases, source, age of the data, and the method in two lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.sheet.content import Grid
from dashboard.words import Language

#: Colours of figures, RGB: blue, orange, green, grey. Red is for open alarms only. Told apart in grey print too,
#: because each series has its word and its own darkness.
TONES = ((0, 82, 150), (214, 126, 44), (120, 170, 120), (150, 158, 166))


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars lying down, a line each: label, value, and what is written behind it ("" = the value)."""

    title: str
    items: Sequence[tuple[str, float, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """Columns over time: the values in order, and the labels that stand under some of them (index, words).

    `second`: another series of the same length, drawn as a line (the period before); `names`: what
    the two are called.
    """

    title: str
    values: Sequence[float]
    labels: Sequence[tuple[int, str]]
    second: Sequence[float] = ()
    names: tuple[str, str] = ("", "")
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Shaded cells with their numbers in them: rows with a label, columns with a label (such as hour x weekday)."""

    title: str
    rows: Sequence[tuple[str, Sequence[float]]]
    columns: Sequence[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Points on plain ground: `points` as (lon, lat, tone), tone an index of `TONES`; `outlines` as rings of
    (lon, lat), drawn under them; `key`: what each tone means. Instead of points `cells`: hexagons as (lon, lat, n),
    `radius` degrees of longitude from middle to corner (Web Mercator), shaded by n. `lines`: streets, below all."""

    title: str
    points: Sequence[tuple[float, float, int]]
    outlines: Sequence[Sequence[tuple[float, float]]] = ()
    key: Sequence[tuple[int, str]] = ()
    note: str = ""
    cells: Sequence[tuple[float, float, int]] = ()
    radius: float = 0.0
    lines: Sequence[Sequence[tuple[float, float]]] = ()


@dataclass(frozen=True, slots=True)
class Dial:
    """A round of 24 hours, midnight on top: `hours` as sectors, or `pins` as (x, y, tone, arrested), x to the right
    and y down, the rim at 1; an arrested one is white. `total` is written in its middle."""

    name: str
    total: str
    hours: Sequence[float] = ()
    pins: Sequence[tuple[float, float, int, bool]] = ()


@dataclass(frozen=True, slots=True)
class Dials:
    """Two dials side by side, such as two months; `key` as for `Places`."""

    title: str
    dials: Sequence[Dial]
    key: Sequence[tuple[int, str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A ratio with the ends of its interval, in a tone; None where it has none, an end that is infinite goes on.
    `said`: what is written behind it."""

    name: str
    ratio: float | None
    low: float | None
    high: float | None
    said: str
    tone: int


@dataclass(frozen=True, slots=True)
class Intervals:
    """Ratios with their intervals, a line each; `ends`: what it means to lie left and right of no change."""

    title: str
    rows: Sequence[Interval]
    ends: tuple[str, str]
    note: str = ""


Figure = Bars | Course | Table | Places | Dials | Intervals


@dataclass(frozen=True, slots=True)
class Said:
    """What a report says of itself. All in the reader's language; `method` is two lines or fewer.

    `period` in the Buddhist era for a Thai reader (`dashboard.times.day`); `n` the number of cases, written;
    `left_out` what is not in it (cases without a place, without an hour, of group 4), "" when nothing is.
    """

    title: str
    under: str
    period: str
    n: str
    source: str
    data_age: str
    method: Sequence[str]
    left_out: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: what it says of itself, its figures in order, its tables, and who made it when (`foot`)."""

    said: Said
    figures: Sequence[Figure]
    grids: Sequence[Grid]
    foot: str
    page: str
    language: Language
