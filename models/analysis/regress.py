"""What is to be expected of a place after it was picked for its high count: it falls back to the mean. Pure.

Empirical Bayes (Robbins 1956; for crime Marshall 1991): cells' rates are a gamma whose mean and spread the counts
themselves give, so a cell of four in a zone of ones is told as two, and one of forty as thirty-nine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from models.analysis.grid import Grid

Floats = NDArray[np.float64]

#: A count of nine horizons in ten lies in the interval.
LOW, HIGH = 0.05, 0.95


def settled(counts: NDArray[np.int64], grid: Grid) -> Floats:
    """Counts of cells as they are to be expected over as long a time again."""
    inside = grid.inside
    exposure = grid.area[inside] / (grid.cell * grid.cell)
    seen = counts[inside].astype(np.float64)
    made = np.zeros(len(grid.area))
    total = exposure.sum()
    mean = seen.sum() / total
    if mean <= 0:
        return made
    rates = seen / exposure
    spread = float((exposure * (rates - mean) ** 2).sum() / total) - mean * len(inside) / total
    if spread <= 0:  # no more unequal than chance: every place is like every other
        made[inside] = mean * exposure
        return made
    shape, rate = mean * mean / spread, mean / spread
    made[inside] = (shape + seen) / (rate + exposure) * exposure
    return made


def interval(expected: float, past: int) -> tuple[int, int]:
    """Least and greatest count of nine horizons in ten, for an expectation that rests on `past` cases.

    Negative binomial: the rate itself is known only as well as so many cases tell it.
    """
    if expected <= 0:
        return 0, 0
    shape = past + 0.5
    least, most = nbinom.ppf([LOW, HIGH], shape, shape / (shape + expected))
    return int(least), int(most)
