"""How far a hotspot hangs on single cases: the map made again from the past drawn anew, case by case. Pure, seeded.

Poisson bootstrap (Chamandy et al. 2012): each case counts 0, 1, 2 ... times, one on average.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.analysis.cases import Cases
from models.analysis.flagging import flag
from models.analysis.grid import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 25


def stability(
    groups: Sequence[Ints], cases: Cases, grid: Grid, share: float, surface: Callable[[Cases], Floats], seed: int
) -> list[float]:
    """For each group of cells the mean share of its area that is flagged again, 0 to 1."""
    rng = np.random.default_rng(seed)
    again = np.zeros(len(grid.area))
    for _ in range(RESAMPLES):
        drawn = cases.take(np.repeat(np.arange(len(cases)), rng.poisson(1.0, len(cases))))
        again[flag(surface(drawn), grid, share)] += 1 / RESAMPLES
    return [min(1.0, float(np.average(again[cells], weights=grid.area[cells]))) for cells in groups]
