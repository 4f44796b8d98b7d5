"""Peak hours and days of a place, told only where they beat chance. Pure, seeded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from models.analysis.discoveries import discoveries

Floats = NDArray[np.float64]

#: The peak holds at least half of what is known by the hour; longer than this it is no peak.
HALF, LONGEST = 0.5, 10
LEVEL = 0.05
#: Thrown once for each number of cases: enough that the luck of the throws does not matter.
THROWS = 999
#: Fewer cases with an hour have no peak: half of three is two, and two are always near each other.
FEWEST = 5
#: Of the runs of 1 to `LONGEST` hours (rows) that begin at each of the 24: first hour, and the hour each ends before.
_BEGINS = np.arange(24)[None, :]
_ENDS = np.arange(1, LONGEST + 1)[:, None] + _BEGINS


def peak_hours(by_hour: Floats) -> tuple[int, int] | None:
    """The shortest run of hours, over midnight too, that holds half of the cases: first hour, hour it ends before.

    `by_hour`: shares of cases (rows, each of sum 1) in the 24 hours. None when as short a run is found in one of
    twenty deals of evenly spread hours.
    """
    if len(by_hour) < FEWEST:
        return None
    found = _shortest(by_hour.sum(axis=0))
    if found is None:
        return None
    length, first = found
    if _by_chance(len(by_hour))[length - 1] > LEVEL:
        return None
    return first, (first + length) % 24


@lru_cache(maxsize=4096)
def _by_chance(cases: int) -> tuple[float, ...]:
    """How often some run of 1, 2 ... `LONGEST` hours holds half of so many cases that know no hour.

    Cases of one hour each: a window spreads a case and makes no peak, so this asks for rather more.
    """
    dealt = np.random.default_rng(cases).multinomial(cases, [1 / 24] * 24, size=THROWS).astype(np.float64)
    # As short a run holds half exactly when the fullest of this length does.
    fullest = (_runs(dealt, width).max(axis=1) for width in range(1, LONGEST + 1))
    return tuple(float((1 + (most >= HALF * cases - 1e-9).sum()) / (THROWS + 1)) for most in fullest)


def peak_days(places: Sequence[Floats]) -> list[tuple[int, ...]]:
    """Of each place the days of the week (0 = Monday) with more cases than a seventh, false discoveries of a place
    held at one in twenty.

    `places`: of each the shares of its cases (rows, each of sum 1) in the seven days; only whole cases count.
    """
    if not len(places):
        return []
    cases = np.array([len(by_day) for by_day in places])
    counts = np.floor(np.array([by_day.sum(axis=0) for by_day in places]) + 1e-9)
    p = np.where(counts > 0, bdtrc(counts - 1, cases[:, None], 1 / 7), 1.0)
    more = discoveries(p, LEVEL) & (cases >= FEWEST)[:, None]
    return [tuple(int(day) for day in np.flatnonzero(days)) for days in more]


def _shortest(hours: Floats) -> tuple[int, int] | None:
    """Length and first hour of the shortest run of 24 hours that holds half, the fullest of equal ones; None when
    that is longer than `LONGEST`."""
    upto = np.concatenate([[0.0], np.cumsum(np.concatenate([hours, hours[: LONGEST - 1]]))])
    sums = upto[_ENDS] - upto[_BEGINS]
    fullest = sums.max(axis=1)
    enough = fullest >= HALF * hours.sum() - 1e-9
    if not enough[-1]:
        return None
    width = int(enough.argmax())
    return width + 1, int(sums[width].argmax())


def _runs(hours: Floats, width: int) -> Floats:
    """What the run of so many hours that begins at each of the 24 holds, for each row."""
    upto = np.zeros((len(hours), 24 + width))
    upto[:, 1:] = np.cumsum(np.concatenate([hours, hours[:, : width - 1]], axis=1), axis=1)
    return np.asarray(upto[:, width:] - upto[:, :24], dtype=np.float64)
