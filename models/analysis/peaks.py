"""Peak hours and days of a place, told only where they beat chance. Pure, seeded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, false_discovery_control

Floats = NDArray[np.float64]

#: The peak holds at least half of what is known by the hour; longer than this it is no peak.
HALF, LONGEST = 0.5, 10
LEVEL = 0.05
THROWS = 99
#: Fewer cases with an hour have no peak: half of three is two, and two are always near each other.
FEWEST = 5


def peak_hours(by_hour: Floats, seed: int) -> tuple[int, int] | None:
    """The shortest run of hours, over midnight too, that holds half of the cases: first hour, hour it ends before.

    `by_hour`: shares of cases (rows, each of sum 1) in the 24 hours. None when as short a run is found in one of
    twenty deals of evenly spread hours.
    """
    if len(by_hour) < FEWEST:
        return None
    length, first = _shortest(by_hour.sum(axis=0)[None])
    if length[0] > LONGEST:
        return None
    rng = np.random.default_rng(seed)
    # Cases of one hour each: a window spreads a case and makes no peak, so this asks for rather more.
    dealt = rng.multinomial(len(by_hour), [1 / 24] * 24, size=THROWS).astype(np.float64)
    chance = (1 + (_shortest(dealt)[0] <= length[0]).sum()) / (THROWS + 1)
    if chance > LEVEL:
        return None
    return int(first[0]), int((first[0] + length[0]) % 24)


def peak_days(by_day: Floats) -> tuple[int, ...]:
    """Days of the week (0 = Monday) with more cases than a seventh, false discoveries held at one in twenty.

    `by_day`: shares of cases (rows, each of sum 1) in the seven days. Of shares only whole cases count.
    """
    if len(by_day) < FEWEST:
        return ()
    counts = np.floor(by_day.sum(axis=0) + 1e-9)
    p = binom.sf(counts - 1, len(by_day), 1 / 7)
    return tuple(int(day) for day in np.flatnonzero(false_discovery_control(p) <= LEVEL))


def _shortest(hours: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Length and first hour of the shortest run that holds half, for each row of 24, the fullest of equal ones.

    A length of 24: longer than `LONGEST`.
    """
    total = hours.sum(axis=1)
    length = np.full(len(hours), 24, dtype=np.int64)
    first = np.zeros(len(hours), dtype=np.int64)
    sums = np.zeros_like(hours)
    for width in range(1, LONGEST + 1):
        sums = sums + np.roll(hours, -(width - 1), axis=1)
        found = (length == 24) & (sums.max(axis=1) >= HALF * total - 1e-9)
        length[found] = width
        first[found] = sums[found].argmax(axis=1)
    return length, first
