"""Near repeats: whether cases of a place follow each other sooner than chance has it. Pure, seeded.

Knox's test (Knox 1964; Johnson et al. 2007 for burglary): pairs within 200 m and 14 days are counted, then again with
the times dealt anew to the same places. Within one hotspot every case is near every other in space, so what is tested
is whether they come in bursts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]

NEAR_M, SOON_DAYS = 200.0, 14.0
#: Times are dealt anew so often, with a look in between whether that can still show a repeat.
DEALS, LOOKS = 99, (9, 19, 99)
#: Above this nobody calls it a repeat, however many deals follow.
LEVEL = 0.05
#: The newest so many cases of a place are enough to see it, and bound the pairs at 20,000.
NEWEST = 200
#: Times of the zone that are dealt from.
MOST_OTHERS = 500
DAY_MS = 86_400_000


def chance_of_repeats(x: Floats, y: Floats, at: Floats, others: Floats, seed: int) -> float:
    """How often dealing the times anew gives as many pairs, 1 / 100 to 1; 1 under four cases. Where that is more
    than one in twenty already after the first deals they end.

    `x`, `y` metres, `at` ms of a place's cases, ascending in time. `others`: times of all cases of the zone, ms;
    times are dealt from these, so that a season or a holiday that fills the whole zone is no near repeat.
    """
    if len(x) < 4 or len(others) < len(x):
        return 1.0
    x, y, at = x[-NEWEST:], y[-NEWEST:], at[-NEWEST:]
    pairs = cKDTree(np.stack([x, y], axis=1)).query_pairs(NEAR_M, output_type="ndarray")
    if not len(pairs):
        return 1.0
    rng = np.random.default_rng(seed)
    others = others[others >= at[0]]
    most = max(len(at), MOST_OTHERS)
    others = rng.choice(others, most, replace=False) if len(others) > most else others
    seen = int(_soon(at[None], pairs)[0])
    if not seen:
        return 1.0
    deals = beaten = 0
    for more in np.diff(LOOKS, prepend=0).tolist():
        dealt = rng.permuted(np.broadcast_to(others, (more, len(others))), axis=1)[:, : len(at)]
        deals, beaten = deals + more, beaten + int((_soon(dealt, pairs) >= seen).sum())
        if (1 + beaten) / (DEALS + 1) > LEVEL:
            break
    return (1 + beaten) / (deals + 1)


def _soon(at: Floats, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs that are soon, in each row of times; all rows of a pair lie together in memory."""
    by_case = np.ascontiguousarray(at.T)
    apart = by_case[pairs[:, 0]] - by_case[pairs[:, 1]]
    return np.asarray((np.abs(apart) <= SOON_DAYS * DAY_MS).sum(axis=0), dtype=np.int64)
