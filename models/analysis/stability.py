"""How far a hotspot hangs on single cases: the map made again from the past drawn anew, case by case. Pure, seeded.

Poisson bootstrap (Chamandy et al. 2012): each case counts 0, 1, 2 ... times, one on average.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from models.analysis.candidates import Question
from models.analysis.flagging import flag_all
from models.analysis.resampled import surfaces

Ints = NDArray[np.int64]

RESAMPLES = 20
#: How often a case counts, as often as a Poisson number of mean one is that (to a 65,000th): a look into a table
#: takes a tenth of the time of a draw.
_TIMES = poisson.ppf((np.arange(65_536) + 0.5) / 65_536, 1.0)
#: Weights of all draws held at once: beyond this a draw at a time.
_AT_ONCE = 20_000_000


def stability(groups: Sequence[Ints], asked: Question, method: str, share: float, seed: int) -> list[float]:
    """For each group of cells the mean share of its area that is flagged again, 0 to 1."""
    rng = np.random.default_rng(seed)
    grid, number = asked.ground.grid, len(asked.past)
    again = np.zeros(len(grid.area))
    at_once = RESAMPLES if number * RESAMPLES <= _AT_ONCE else 1
    for _ in range(RESAMPLES // at_once):
        drawn = _TIMES[rng.integers(len(_TIMES), size=(at_once, number), dtype=np.uint16)]
        for cells in flag_all(surfaces(asked, method, drawn), grid, share):
            again[cells] += 1 / RESAMPLES
    return [min(1.0, float(np.average(again[cells], weights=grid.area[cells]))) for cells in groups]
