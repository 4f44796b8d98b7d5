"""What is to be expected of a place after it was picked for its high count: it falls back to the mean. Pure.

Empirical Bayes (Robbins 1956; towards what is around, as Marshall 1991): cells' rates are a gamma whose mean and
spread the counts themselves give, so a cell of four among ones is told as two, one of forty as thirty-nine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, nbdtrik

from models.analysis.blur import blur
from models.analysis.grid import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How far a cell's surroundings reach, cells (standard deviation).
AROUND = 1.0
#: A count of nine horizons in ten lies in the interval, and of one in twenty at most below it.
LOW, WITHIN = 0.05, 0.9
YEAR_DAYS = 365.0


def settled(year: Ints, before: Ints, grid: Grid) -> Floats:
    """What is to be expected of each cell, whole grid: in units of the counts "a year's + a third of all" (`year`: of
    the last year, `before`: of the time before it), so over `weighed_days`.

    Each falls back to the mean of the cells around it (of the zone by half a cell's weight), as far as the unevenness
    left over shows to be chance: hot ground is rarely one cell wide.
    """
    inside = grid.inside
    exposure = grid.area / (grid.cell * grid.cell)
    made = np.zeros(len(grid.area))
    counts = year * (4 / 3) + before / 3
    whole = float(counts[inside].sum())
    if whole <= 0:
        return made
    # A sum of cases that count more and less goes as far up and down as so much of a plain count does.
    unit = float((year * (16 / 9) + before / 9)[inside].sum()) / whole
    total = whole / unit / float(exposure.sum())
    around = _around(counts / unit, grid) + total / 2
    mean = (around / (_around(exposure, grid) + 0.5) * exposure)[inside]
    seen = counts[inside] / unit
    spread = float(((seen - mean) ** 2 - mean).sum() / (mean**2).sum())
    if spread > 0:  # else no more uneven than chance: each place is like those around it
        mean = (1 / spread + seen) / (1 / spread + mean) * mean
    made[inside] = mean * unit
    return made


def weighed_days(history: float) -> float:
    """Days that "a year's + a third of all" stands for, of a past of so many days."""
    return min(YEAR_DAYS, history) + history / 3


def _around(values: Floats, grid: Grid) -> Floats:
    """The values around each cell, weighed by distance, without its own."""
    spread = blur(values.reshape(grid.rows, grid.columns), AROUND).ravel()
    alone = np.zeros((15, 15))
    alone[7, 7] = 1.0
    return np.asarray(spread - float(blur(alone, AROUND).max()) * values, dtype=np.float64)


def intervals(expected: Floats, past: Floats, days: int, history: float) -> tuple[Ints, Ints]:
    """Least and greatest counts of nine horizons of `days` in ten, for expectations that rest on `past` cases of the
    last year and so many days of history; of one length.

    Negative binomial: the rate itself is known only as well as so many cases tell it. Counts are whole: what the
    lower end cannot leave out (below 0 is nothing) the upper one may, or nine in ten would be 98 in a hundred where
    less than one case is expected. An expectation of more than the year's count brings is that of a place that turned
    (`turns.py`): it rests on so much shorter a time. Of less than a year of history it is not well known how uneven
    the ground is: then the interval also holds what the plain count would bring.
    """
    plain = past * days / history if history < YEAR_DAYS else expected
    both = np.maximum(np.stack([expected, plain]), 0.0)
    usual = (past + 1) * days / min(history, YEAR_DAYS)
    seen = (past + 0.5) / np.maximum(1.0, both / usual)
    known = (seen, seen / (seen + both))
    ends = np.stack([low := _reaching(LOW, *known), _reaching(WITHIN + _upto(low - 1, *known), *known)])
    least, most = np.where(both > 0, ends, 0.0).astype(np.int64)
    return least.min(axis=0), most.max(axis=0)


def _upto(count: Floats, number: Floats, p: Floats) -> Floats:
    """How likely a negative binomial brings `count` or fewer (Johnson, Kemp and Kotz 2005)."""
    made = np.where(count < 0, 0.0, betainc(number, np.maximum(count, 0.0) + 1, p))
    return np.asarray(made, dtype=np.float64)


def _reaching(share: Floats | float, number: Floats, p: Floats) -> Floats:
    """The least count that so much of a negative binomial reaches: `scipy.stats.nbinom.ppf` (a test holds it to that)
    at a tenth of its time, most of which goes into asking what it was given."""
    count = np.ceil(np.fmax(nbdtrik(share, number, p), 0.0))
    count = np.where(_upto(count, number, p) < share, count + 1, count)
    made: Floats = np.where(_upto(count - 1, number, p) >= share, count - 1, count)
    return made
