"""The crime clock as Thai police draw it: where a case stands on a 24-hour dial. Pure.

Midnight is at the top and the day goes round to the right; the first of the month is nearest the middle and the last
at the rim, so that two cases of one hour seldom hide each other. A case known to a window is an arc over it with its
pin at the middle; one without an hour is in a list beside the dial. Lengths in parts of the dial's radius.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.analysis.shifts import DAY_MS, NO_HOUR_MS, Shifts, one_hour

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Radii of the first and of the last day of a month.
INNER, OUTER = 0.36, 0.93
_LONGEST = 31

#: The bands of the reports, by the hour they begin at.
BANDS = (0, 6, 12, 18)


@dataclass(frozen=True, slots=True, eq=False)
class Pins:
    """Where cases stand: columns of one length. `x` to the right, `y` down, from the middle.

    `turn`, `until`: where the window begins and ends, in turns of the dial (0.25 = 06:00; `until` may pass 1).
    `radius`: of the pin and its arc. `certain`: within one hour. `known`: has an hour; without one the rest is NaN.
    """

    x: Floats
    y: Floats
    radius: Floats
    turn: Floats
    until: Floats
    certain: Flags
    known: Flags


def pins(start: Ints, end: Ints, shifts: Shifts) -> Pins:
    """The pins of cases whose windows are `[start, end]` (ms UTC) on the dial of their local month."""
    long = np.maximum(end - start, 0)
    wall = shifts.wall_ms(start)
    day = wall.astype("datetime64[ms]").astype("datetime64[D]")
    of_month = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    radius = INNER + (OUTER - INNER) * of_month / (_LONGEST - 1)
    turn = (wall % DAY_MS) / DAY_MS
    until = turn + long / DAY_MS
    known = long < NO_HOUR_MS
    begin = wall % DAY_MS
    certain = known & one_hour(begin, long)
    angle = np.pi * (turn + until)  # of the middle, in radians
    x, y = radius * np.sin(angle), -radius * np.cos(angle)
    for column in (x, y, turn, until):
        column[~known] = np.nan
    return Pins(x, y, radius, turn, until, certain, known)


def by_band(hours: Floats) -> Floats:
    """Sums of the four bands of six hours, of columns of 24 hours (the last axis)."""
    return np.asarray(hours.reshape(*hours.shape[:-1], len(BANDS), 6).sum(axis=-1))
