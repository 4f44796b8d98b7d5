"""What a risk surface is mixed from: the past seen with several memories, each spread with several widths. Pure.

Each component is a density over the cells inside a grid: how likely the next case is to fall into each, as far as
that memory and that width know. A mixture of many, weighted by how well each foretold the past, adapts to dense and
sparse offences, to fast and slow change and to places that are off by a street, where one fixed bandwidth fails.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.analysis.cases import Cases
from models.analysis.grid import Grid
from models.records.base import Millis

Floats = NDArray[np.float64]

DAY_MS = 86_400_000
YEAR_MS = 365 * DAY_MS

#: Days a memory reaches back; None: all there is. Within it every case counts alike.
MEMORIES: tuple[int | None, ...] = (14, 45, 120, 365, None)

#: Standard deviation of the spread, in cells.
WIDTHS = (0.0, 0.3, 0.75, 1.5, 4.0)

#: Days before and after the coming window's middle, in each year before, that the season's component takes.
SEASON_DAYS = 28
SEASON_WIDTH = 0.75

#: Memory (days) and width (cells) of what other families add to a rare one.
OTHERS = ((365, 0.75), (None, 1.5))

#: Names of the components, in the order of every weight and density.
NAMES = (
    *(f"{'all' if memory is None else memory}d/{width:g}" for memory in MEMORIES for width in WIDTHS),
    "season",
    "uniform",
    *(f"others {'all' if memory is None else memory}d/{width:g}" for memory, width in OTHERS),
)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A grid made ready for spreading: its cells inside, and for each width the share of a case that stays inside."""

    grid: Grid
    inside: NDArray[np.int64]
    share: Floats
    kept: dict[float, Floats]

    @classmethod
    def of(cls, grid: Grid) -> Ground:
        """Make a grid ready."""
        share = (grid.area / grid.cell**2).reshape(grid.rows, grid.columns)
        widths = {*WIDTHS, *(width for _, width in OTHERS)} - {0.0}
        kept = {width: np.maximum(_spread(share, width), 1e-12) for width in widths}
        return cls(grid, grid.inside, share, kept)

    def counts(self, cases: Cases, weights: Floats | None = None) -> Floats:
        """Cases in each cell of the whole grid; those on no cell of the zone count nowhere."""
        cells = self.grid.cell_of(cases.x, cases.y)
        placed = cells >= 0
        given = None if weights is None else weights[placed]
        return np.bincount(cells[placed], weights=given, minlength=len(self.grid.area)).astype(np.float64)

    def spread(self, counts: Floats, width: float) -> Floats:
        """Counts of the whole grid spread by a Gaussian; none gets lost over the edge: each case's kernel is
        scaled to the part of it that lies inside.
        """
        if width == 0.0:
            return counts
        shaped = counts.reshape(self.share.shape)
        return (self.share * _spread(shaped / self.kept[width], width)).ravel()

    def spread_all(self, counts: Floats, width: float) -> Floats:
        """`spread` of many counts at once, shape (number, cells of the whole grid)."""
        if width == 0.0:
            return counts
        shaped = counts.reshape(len(counts), *self.share.shape) / self.kept[width]
        spread = ndimage.gaussian_filter(shaped, (0, width, width), mode="constant", truncate=3.5)
        return np.asarray((self.share * spread).reshape(len(counts), -1), dtype=np.float64)

    def reach(self, wanted: Floats, width: float) -> Floats:
        """`spread` backwards: how much of a case in each cell ends up in the wanted ones (a weight for each cell)."""
        if width == 0.0:
            return wanted
        shaped = wanted.reshape(self.share.shape)
        return (_spread(self.share * shaped, width) / self.kept[width]).ravel()

    @property
    def uniform(self) -> Floats:
        """The density of knowing nothing: area alone, over the cells inside."""
        area = self.grid.area[self.inside]
        return np.asarray(area / area.sum(), dtype=np.float64)


def densities(
    past: Cases, ground: Ground, at: Millis, days: int, others: Cases | None = None, weights: Floats | None = None
) -> Floats:
    """The components' densities for the `days` after `at`, shape (components, cells inside), float64; rows sum to 1.

    `past` may reach beyond `at`: only what began before it is used. A component without a case is the uniform one.
    `weights`: how much each case counts (a shift's share of it).
    """
    until = int(np.searchsorted(past.start, at))
    past, weights = past.take(slice(until)), None if weights is None else weights[:until]
    counts = np.array([_recent(past, ground, at, memory, weights) for memory in MEMORIES])
    by_width = [ground.spread_all(counts, width) for width in WIDTHS]
    rows = [spread[number] for number in range(len(MEMORIES)) for spread in by_width]
    rows.append(ground.spread(_seasonal(past, ground, at, days, weights), SEASON_WIDTH))
    rows.append(np.zeros(len(ground.grid.area)))
    # Without other families the own past, spread, says best where people and goods are.
    told = past if others is None else others.take(slice(int(np.searchsorted(others.start, at))))
    rows += [ground.spread(_recent(told, ground, at, memory, None), width) for memory, width in OTHERS]
    found = np.array(rows)[:, ground.inside]
    total = found.sum(axis=1, keepdims=True)
    return np.where(total > 0, found / np.where(total > 0, total, 1.0), ground.uniform)


def _recent(past: Cases, ground: Ground, at: Millis, memory: int | None, weights: Floats | None) -> Floats:
    first = 0 if memory is None else int(np.searchsorted(past.start, at - memory * DAY_MS))
    return ground.counts(past.take(slice(first, None)), None if weights is None else weights[first:])


def _seasonal(past: Cases, ground: Ground, at: Millis, days: int, weights: Floats | None) -> Floats:
    if not len(past):
        return np.zeros(len(ground.grid.area))
    rows = season_rows(past, at, days)
    return ground.counts(past.take(rows), None if weights is None else weights[rows])


def season_rows(past: Cases, at: Millis, days: int) -> NDArray[np.int64]:
    """The cases of the coming window's season in the years before."""
    middle = at + days * DAY_MS // 2
    away = np.abs((past.start - middle + YEAR_MS // 2) % YEAR_MS - YEAR_MS // 2)
    return np.flatnonzero((away <= SEASON_DAYS * DAY_MS) & (past.start < middle - YEAR_MS + SEASON_DAYS * DAY_MS))


def _spread(counts: Floats, width: float) -> Floats:
    made: Floats = ndimage.gaussian_filter(counts, width, mode="constant", truncate=3.5)
    return made
