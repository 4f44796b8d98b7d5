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

from models.analysis.blur import blur
from models.analysis.flagging import fitting
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
#: After so many throws it is looked at whether more can change what is claimed; most maps without any hotspot are
#: known for one after the first.
LOOKS = (19, 39, 59, THROWS)
#: A group is claimed without more throws when it stands so many standard deviations above what they have shown: of a
#: Gumbel distribution, which the strongest of many follow, one in a thousand is as far out (Abrams, Kulldorff and
#: Kleinman 2010, "Gumbel based p-value approximations for spatial scan statistics").
SURE = 5.0
#: Cells of all throws worked on at once: about 100 MB.
_AT_ONCE = 4_000_000
#: So many events a cell of the zone are thrown one by one; more are dealt by cell.
_EVENTS_A_CELL = 4
#: A grid of so many cells is ordered as a whole.
_FEW_CELLS = 2_000
_ROUND_A_CELL = np.zeros((3, 3, 3), dtype=bool)
_ROUND_A_CELL[1] = True


class Chance:
    """What chance can do with the events of a map. Throws are made when they are asked for and kept, so that maps of
    the same events (other methods, other horizons) are held against the same ones.

    `counts`: events per cell in each window (the last year; the time before it), shape of the grid. `share`: of the
    area, flagged in each throw as it was in the map. `likely`: how likely an event is recorded in
    each cell (`events.reached`); None: as its area is.
    """

    def __init__(
        self, counts: Sequence[Ints], grid: Grid, share: float, seed: int, likely: Floats | None = None,
    ) -> None:  # fmt: skip
        p = np.where(grid.area > 0, grid.area if likely is None else likely, 0.0)
        self._p = p / p.sum()
        self._seen = np.stack([np.where(grid.area > 0, count, 0) for count in counts])
        self._grid, self._share = grid, share
        self._rng = np.random.default_rng(seed)
        self._best = np.zeros(0)

    def of(self, groups: Sequence[Ints], throws: int = THROWS) -> Floats:
        """For each group of cells how often chance alone shows one as strong, 1 / (throws + 1) to 1.

        Throws end early once each group has been matched too often to be claimed, or is so strong that it will be
        (after Besag and Clifford 1991, "Sequential Monte Carlo p-values"); such a one is said to be matched in no
        throw.
        """
        cases = self._seen.sum(axis=1)
        within = np.array([[window[cells].sum() for cells in groups] for window in self._seen])
        strengths = _strength(within, cases, np.array([self._p[cells].sum() for cells in groups]))
        for wanted in (*(look for look in LOOKS if look < throws), throws):
            best = self._first(wanted)
            beaten = (best[None, :] >= strengths[:, None] - 1e-9).sum(axis=1)
            hopeless = (1 + beaten) / (throws + 1) > ALPHA
            sure = ~hopeless & (strengths >= best.mean() + SURE * best.std(ddof=1))
            if (hopeless | sure).all():
                break
        return np.where(sure, 1 / (throws + 1), (1 + beaten) / (wanted + 1)).astype(np.float64)

    def _first(self, number: int) -> Floats:
        """The strongest group of each of the first so many throws; those that were not made yet are made."""
        most = max(1, _AT_ONCE // len(self._grid.area))
        while len(self._best) < number:
            more = min(most, number - len(self._best))
            made = _strongest(self._seen.sum(axis=1), self._grid, self._p, self._share, self._rng, more)
            self._best = np.append(self._best, made)
        return self._best[:number]


def chances(
    groups: Sequence[Ints], counts: Sequence[Ints], grid: Grid, share: float, seed: int, throws: int = THROWS,
    likely: Floats | None = None,
) -> Floats:  # fmt: skip
    """`Chance.of` for the groups of one map."""
    return Chance(counts, grid, share, seed, likely).of(groups, throws)


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
    thrown = _thrown(cases, p, rng, throws)
    counts = thrown[0] + thrown.sum(axis=0) / 3
    near = blur(counts.reshape(throws, grid.rows, grid.columns), BLUR).reshape(throws, -1)
    near[:, grid.area <= 0] = 0.0
    # A little of the blur orders equal counts as `flagging.flag` does.
    values = np.concatenate([counts + 1e-6 * near, near])
    return np.asarray(_best(thrown, values, grid, p, share).reshape(2, throws).max(axis=0), dtype=np.float64)


def _thrown(cases: Ints, p: Floats, rng: np.random.Generator, throws: int) -> Ints:
    """Events of each window in each cell, (windows, throws, cells)."""
    made = np.zeros((len(cases), throws, len(p)), dtype=np.int64)
    inside = np.flatnonzero(p)
    if cases.sum() > _EVENTS_A_CELL * len(inside):
        for window, count in enumerate(cases):
            made[window][:, inside] = rng.multinomial(count, p[inside], size=throws)
        return made
    # Few events: each one is thrown by itself, which is quicker than asking of each cell how many it got.
    edges = np.cumsum(p[inside])
    number = int(cases.sum())
    where = inside[_places(edges / edges[-1], rng.random((throws, number)))]
    where += np.arange(throws)[:, None] * len(p)
    ends = np.cumsum(cases)
    for window, (first, last) in enumerate(zip(ends - cases, ends, strict=True)):
        made[window] = np.bincount(where[:, first:last].ravel(), minlength=throws * len(p)).reshape(throws, len(p))
    return made


def _places(edges: Floats, drawn: Floats) -> Ints:
    """`np.searchsorted(edges, drawn, side="right")` of numbers of 0 to 1, three times as fast where they are many:
    each begins at the edge its place in a table names (indexed search, Chen and Asau 1974) and goes up to its own."""
    table = 4 * len(edges)
    begin = np.searchsorted(edges, np.arange(table) / table, side="right")
    found = begin[np.minimum((drawn * table).astype(np.int64), table - 1)]
    while (below := edges[found] <= drawn).any():
        found += below
    return found


def _best(thrown: Ints, values: Floats, grid: Grid, p: Floats, share: float) -> Floats:
    """The strongest group of each row of values when its cells of the greatest are flagged; the rows are of the
    throws, over and over."""
    number, cells = values.shape
    room = share * grid.total_m2
    # No more cells than the smallest ones that fit can be flagged.
    most = fitting(np.sort(grid.area[grid.area > 0]), room)
    backwards = -values
    if cells > _FEW_CELLS and most < cells:  # ordering all of them would take longer than all else
        top = np.argpartition(backwards, most, axis=1)[:, :most]
        order = np.take_along_axis(top, np.argsort(np.take_along_axis(backwards, top, axis=1), axis=1), axis=1)
    else:
        order = np.argsort(backwards, axis=1)[:, :most]
    fits = np.cumsum(grid.area[order], axis=1) <= room * (1 + 1e-6)
    fits[:, 0] = True
    fits &= np.take_along_axis(values, order, axis=1) > 0
    flagged = np.zeros((number, cells), dtype=bool)
    throw = np.nonzero(fits)[0]
    cell = order[fits]
    flagged[throw, cell] = True
    named, groups = ndimage.label(flagged.reshape(number, grid.rows, grid.columns), structure=_ROUND_A_CELL)
    label = named.reshape(number, cells)[throw, cell] - 1
    events = thrown[:, throw % thrown.shape[1], cell]
    within = np.stack([np.bincount(label, window, groups) for window in events])
    likely = np.bincount(label, p[cell], groups)
    strength = _strength(within, thrown[:, 0].sum(axis=1), likely.astype(np.float64))
    of = np.zeros(groups, dtype=np.int64)
    of[label] = throw
    best = np.zeros(number)
    np.maximum.at(best, of, strength)
    return best
