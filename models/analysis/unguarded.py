"""Hours with more cases than the patrols' minutes there answer for: a list for the roster, with its rule. Pure.

If patrols were where the cases are, an hour's share of the cases would be its share of the minutes. An hour is
"unguarded" when it has more cases than that by more than chance (binomial, at most one in twenty of those listed by
chance: Benjamini and Hochberg 1995) and at least `FEWEST` of them. Single hours are asked only with enough cases for
`PER_CELL` in each; with fewer, bands of six hours of each day of the week, then bands of any day; with fewer still
nothing is said. Minutes and cases are of the same days and the same ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, false_discovery_control

from models.analysis.clock import by_band

Floats = NDArray[np.float64]

Unit = Literal["hour", "band_of_day", "band"]
#: Why there is no list.
Why = Literal["", "few", "no_minutes", "none"]

#: Cases a cell has in the mean before cells of that size are judged.
PER_CELL = 5
#: Cases of a cell that is listed, at the least.
FEWEST = 5
LEVEL = 0.05
_UNITS: Sequence[tuple[Unit, int]] = (("hour", 168), ("band_of_day", 28), ("band", 4))


@dataclass(frozen=True, slots=True)
class Cell:
    """One listed cell: day of the week (None: any day), hours `[first, until)`, cases, patrol minutes a day of that
    kind, and how many minutes more would be its share. `p` of the test."""

    weekday: int | None
    first: int
    until: int
    cases: float
    minutes: float
    missing: float
    p: float


@dataclass(frozen=True, slots=True)
class Unguarded:
    """The list, the most cases over its share first; `unit`: the size of the cells judged."""

    unit: Unit | None
    cells: tuple[Cell, ...]
    why: Why


def unguarded(cases: Floats, minutes: Floats, days: Sequence[int]) -> Unguarded:
    """The list of a period. `cases`, `minutes`: sums by weekday and hour, (7, 24); `days`: how many of each weekday
    the period has.

    Raises:
        ValueError: other shapes.
    """
    if cases.shape != (7, 24) or minutes.shape != (7, 24) or len(days) != 7:
        raise ValueError("cases and minutes are by weekday and hour, days by weekday")
    total, patrolled = float(cases.sum()), float(minutes.sum())
    if patrolled <= 0:
        return Unguarded(None, (), "no_minutes")
    unit = next((name for name, cells in _UNITS if total >= PER_CELL * cells), None)
    if unit is None:
        return Unguarded(None, (), "few")
    seen, driven, number = _of(unit, cases, minutes, np.asarray(days, dtype=np.float64))
    share = driven / patrolled
    # A case spread over a window is no whole one in a cell: what is there for certain is counted.
    p = binom.sf(np.floor(seen + 1e-9) - 1, round(total), share)
    held = false_discovery_control(p.ravel()).reshape(p.shape)
    listed = (held <= LEVEL) & (seen >= FEWEST) & (seen > share * total)
    rows = sorted(np.argwhere(listed).tolist(), key=lambda at: float(share[tuple(at)] * total - seen[tuple(at)]))
    made = tuple(_cell(unit, at, seen, driven, number, patrolled / total, p) for at in rows)
    return Unguarded(unit, made, "" if made else "none")


def _of(unit: Unit, cases: Floats, minutes: Floats, days: Floats) -> tuple[Floats, Floats, Floats]:
    """Cases, minutes and number of days of each cell of a size."""
    if unit == "hour":
        return cases, minutes, np.repeat(days[:, None], 24, axis=1)
    seen, driven = by_band(cases), by_band(minutes)
    if unit == "band_of_day":
        return seen, driven, np.repeat(days[:, None], 4, axis=1)
    return seen.sum(axis=0), driven.sum(axis=0), np.full(4, days.sum())


def _cell(unit: Unit, at: list[int], seen: Floats, driven: Floats, number: Floats, a_case: float, p: Floats) -> Cell:
    where = tuple(at)
    length = 1 if unit == "hour" else 6
    often = max(1.0, float(number[where]))
    return Cell(
        weekday=None if unit == "band" else at[0],
        first=at[-1] * length,
        until=at[-1] * length + length,
        cases=float(seen[where]),
        minutes=float(driven[where]) / often,
        missing=max(0.0, float(seen[where]) * a_case - float(driven[where])) / often,
        p=float(p[where]),
    )
