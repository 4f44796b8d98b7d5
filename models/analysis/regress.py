"""What is to be expected of a place after it was picked for its high count: it falls back to the mean. Pure.

Empirical Bayes (Robbins 1956; towards what is around, as Marshall 1991): cells' rates are a gamma whose mean and
spread the counts themselves give, so a cell of four among ones is told as two, one of forty as thirty-nine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from models.analysis.blur import blur
from models.analysis.grid import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How far a cell's surroundings reach, cells (standard deviation).
AROUND = 1.0
#: A count of nine horizons in ten lies in the interval.
LOW, HIGH = 0.05, 0.95


def settled(counts: NDArray[np.int64], grid: Grid) -> Floats:
    """Counts of cells as they are to be expected over as long a time again, whole grid.

    Each falls back to the mean of the cells around it (of the zone by half a cell's weight), as far as the unevenness
    left over shows to be chance: hot ground is rarely one cell wide.
    """
    inside = grid.inside
    exposure = grid.area / (grid.cell * grid.cell)
    made = np.zeros(len(grid.area))
    total = float(counts[inside].sum()) / float(exposure.sum())
    if total <= 0:
        return made
    around = _around(counts.astype(np.float64), grid) + total / 2
    mean = (around / (_around(exposure, grid) + 0.5) * exposure)[inside]
    seen = counts[inside]
    spread = float(((seen - mean) ** 2 - mean).sum() / (mean**2).sum())
    if spread <= 0:  # no more uneven than chance: each place is like those around it
        made[inside] = mean
        return made
    made[inside] = (1 / spread + seen) / (1 / spread + mean) * mean
    return made


def _around(values: Floats, grid: Grid) -> Floats:
    """The values around each cell, weighed by distance, without its own."""
    spread = blur(values.reshape(grid.rows, grid.columns), AROUND).ravel()
    alone = np.zeros((15, 15))
    alone[7, 7] = 1.0
    return np.asarray(spread - float(blur(alone, AROUND).max()) * values, dtype=np.float64)


def intervals(expected: Floats, past: Floats, settled: Floats) -> tuple[Ints, Ints]:
    """Least and greatest counts of nine horizons in ten, for expectations that rest on `past` cases; of one length.

    Negative binomial: the rate itself is known only as well as so many cases tell it. `settled`: what is expected
    when the past falls back to the mean; the interval then holds what both allow, for neither is right everywhere.
    """
    both = np.maximum(np.stack([expected, settled]), 0.0)
    shape = past + 0.5
    ends = nbinom.ppf(np.array([LOW, HIGH])[:, None, None], shape, shape / (shape + both))
    least, most = np.where(both > 0, ends, 0.0).astype(np.int64)
    return least.min(axis=0), most.max(axis=0)
