"""Whether a concentration beats chance: as many events thrown anywhere in the zone, flagged alike. Where places are
shared (blocks, villages) an event goes to the nearest of them: two on one are no sign there.

The statistic is Kulldorff's likelihood ratio of a group of cells (Kulldorff 1997, "A spatial scan statistic"), over
all cases and over those of the last 365 days. Each throw counts its strongest group, so a map as a whole is wrong at
most as often as `ALPHA` says, however many groups it has: stricter than control of the false discovery rate. Pure,
seeded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import xlogy

from models.analysis.grid import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A group is claimed when a map without any hotspot shows one as strong in at most this share of throws. Below the
#: 5 % that is promised, for the throws are a sample.
ALPHA = 0.02
THROWS = 99
#: Groups are looked for in the counts "365 + all / 3" of a throw and in those under this blur (cells): what any of
#: the methods could have picked.
BLUR = 1.0
#: Throws after which a map without any hotspot is mostly known for one.
FIRST = 19
#: Cells of all throws worked on at once: about 100 MB.
_AT_ONCE = 4_000_000
_ROUND_A_CELL = np.zeros((3, 3, 3), dtype=bool)
_ROUND_A_CELL[1] = True


def chances(
    groups: Sequence[Ints], counts: Sequence[Ints], grid: Grid, share: float, seed: int, throws: int = THROWS,
    likely: Floats | None = None,
) -> Floats:  # fmt: skip
    """For each group of cells how often chance alone shows one as strong, 1 / (throws + 1) to 1. Where none can be
    claimed any more the throws end early.

    `counts`: events per cell in each window (the last year; the time before it), shape of the grid. `share`: of the
    area, flagged in each throw as it was in the map. `likely`: how likely an event is recorded in
    each cell (`events.reached`); None: as its area is.
    """
    p = np.where(grid.area > 0, grid.area if likely is None else likely, 0.0)
    p /= p.sum()
    seen = np.stack([np.where(grid.area > 0, count, 0) for count in counts])
    within = np.array([[window[cells].sum() for cells in groups] for window in seen])
    strengths = _strength(within, seen.sum(axis=1), np.array([p[cells].sum() for cells in groups]))
    rng, cases = np.random.default_rng(seed), seen.sum(axis=1)
    at_once = max(1, min(FIRST, _AT_ONCE // len(grid.area)))
    best = np.zeros(0)
    while len(best) < throws:
        best = np.append(best, _strongest(cases, grid, p, share, rng, min(at_once, throws - len(best))))
        beaten = (best[None, :] >= strengths[:, None] - 1e-9).sum(axis=1)
        # Once every group has been matched too often to be claimed, further throws change nothing.
        if ((1 + beaten) / (throws + 1) > ALPHA).all():
            break
        at_once = max(1, min(throws, _AT_ONCE // len(grid.area)))
    return np.asarray((1 + beaten) / (len(best) + 1), dtype=np.float64)


def _strength(within: Ints, cases: Ints, p: Floats) -> Floats:
    """Likelihood ratio of groups: `within` cases of each window, (windows, groups); the best of year and all."""
    year = _ratio(within[0], cases[0], p)
    ever = _ratio(within.sum(axis=0), cases.sum(), p)
    return np.maximum(year, ever)


def _ratio(within: Ints, cases: np.int64, p: Floats) -> Floats:
    """Log likelihood ratio of `within` of `cases` in a share `p` of the area against `p` of them; 0 when fewer."""
    outside = cases - within
    expected = np.maximum(cases * p, 1e-300)
    ratio = xlogy(within, within / expected) + xlogy(outside, outside / np.maximum(cases - expected, 1e-300))
    made: Floats = np.where(within > cases * p, ratio, 0.0)
    return made


def _strongest(
    cases: Ints, grid: Grid, p: Floats, share: float, rng: np.random.Generator, throws: int
) -> Floats:  # fmt: skip
    """The strongest group of each throw of `cases` of each window, each into a cell with probability `p`."""
    inside = np.flatnonzero(p)
    thrown = np.zeros((len(cases), throws, len(grid.area)), dtype=np.int64)
    for window, count in enumerate(cases):
        thrown[window][:, inside] = rng.multinomial(count, p[inside], size=throws)
    counts = thrown[0] + thrown.sum(axis=0) / 3
    near = ndimage.gaussian_filter(counts.reshape(throws, grid.rows, grid.columns), (0, BLUR, BLUR), mode="constant")
    blurred = np.where(grid.area > 0, near.reshape(throws, -1), 0.0)
    # A little of the blur orders equal counts as `flagging.flag` does.
    return np.maximum(_best(thrown, counts + 1e-6 * blurred, grid, p, share), _best(thrown, blurred, grid, p, share))


def _best(thrown: Ints, values: Floats, grid: Grid, p: Floats, share: float) -> Floats:
    """The strongest group of each throw when its cells of the greatest values are flagged."""
    number = thrown.shape[1]
    shape = (number, grid.rows, grid.columns)
    order = np.argsort(-values, axis=1)
    fits = np.cumsum(grid.area[order], axis=1) <= share * grid.total_m2 * (1 + 1e-6)
    fits[:, 0] = True
    flagged = np.zeros((number, len(grid.area)), dtype=bool)
    np.put_along_axis(flagged, order, fits, axis=1)
    flagged &= values > 0
    named, groups = ndimage.label(flagged.reshape(shape), structure=_ROUND_A_CELL)
    named = named.reshape(number, -1)
    own = named > 0
    label = named[own]
    within = np.stack([np.bincount(label, window[own], groups + 1) for window in thrown])[:, 1:]
    likely = np.bincount(label, np.broadcast_to(p, own.shape)[own], groups + 1)[1:]
    strength = _strength(within, thrown[:, 0].sum(axis=1), likely.astype(np.float64))
    throw = np.zeros(groups, dtype=np.int64)
    throw[label - 1] = np.nonzero(own)[0]
    best = np.zeros(number)
    np.maximum.at(best, throw, strength)
    return best
