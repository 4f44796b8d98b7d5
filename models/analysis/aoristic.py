"""Cases over the hours of the week: the certain ones counted, those known to a window spread over it. Pure.

A case known only to a window is spread evenly over it (Ratcliffe 2000, "Aoristic analysis"); it weighs 1 in all. A
case is certain of its hour when the whole of its window lies in that hour. A window of a day or longer
(`shifts.NO_HOUR_MS`) tells no hour: such a case is in no cell and is counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.analysis.shifts import DAY_MS, HOUR_MS, NO_HOUR_MS, Shifts, one_hour

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOURS, WEEK = 24, 168
#: 1 January 1970 was a Thursday: days after Monday.
_THURSDAY = 3


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """Cases by day of the week (rows, 0 = Monday) and local hour (columns).

    `certain`: of a known hour. `spread`: the weights of those known to a window. `unknown`: cases without an hour.
    """

    certain: Ints
    spread: Floats
    unknown: int

    @property
    def cases(self) -> Floats:
        """All that have an hour: their sum is whole."""
        return np.asarray(self.certain + self.spread, dtype=np.float64)

    @property
    def windowed(self) -> int:
        """How many are known to a window only."""
        return round(float(self.spread.sum()))


def week_of(start: Ints, end: Ints, shifts: Shifts) -> Week:
    """Windows `[start, end]` (ms UTC, `end` = `start` for a moment) over the local week."""
    long = np.maximum(end - start, 0)
    known = long < NO_HOUR_MS
    begin, length = shifts.wall_ms(start)[known] + _THURSDAY * DAY_MS, long[known]
    slot = begin // HOUR_MS
    certain = one_hour(begin, length)
    counts = np.bincount(slot[certain] % WEEK, minlength=WEEK)
    spread = np.zeros(WEEK)
    begin, length, slot = begin[~certain], length[~certain], slot[~certain]
    for hour in range(HOURS + 1):  # a window of less than a day touches so many hours at most
        from_, until = np.maximum(begin, (slot + hour) * HOUR_MS), (slot + hour + 1) * HOUR_MS
        part = np.clip(np.minimum(begin + length, until) - from_, 0, None) / np.maximum(length, 1)
        spread += np.bincount((slot + hour) % WEEK, part, WEEK)
    return Week(counts.reshape(7, HOURS), spread.reshape(7, HOURS), int((~known).sum()))
