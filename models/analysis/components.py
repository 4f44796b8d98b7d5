"""What a risk surface is mixed from: the past seen with several memories, each spread with several widths. Pure.

Each component is a density over the cells inside a grid: how likely the next case is to fall into each, as far as
that memory and that width know. A mixture of many, weighted by how well each foretold the past, adapts to dense and
sparse offences, to fast and slow change and to places that are off by a street, where one fixed bandwidth fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.analysis.blur import blur
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

#: Numbers of densities that are worked on at once: about 30 MB.
_AT_ONCE = 4_000_000

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
        return np.asarray((self.share * _spread(shaped, width)).reshape(len(counts), -1), dtype=np.float64)

    def reach(self, wanted: Floats, width: float) -> Floats:
        """`spread_all` backwards: how much of a case in each cell ends up in the wanted ones (a weight for each
        cell), for several wishes, shape (number, cells of the whole grid)."""
        if width == 0.0:
            return wanted
        shaped = wanted.reshape(len(wanted), *self.share.shape)
        return np.asarray((_spread(self.share * shaped, width) / self.kept[width]).reshape(len(wanted), -1))

    @property
    def uniform(self) -> Floats:
        """The density of knowing nothing: area alone, over the cells inside."""
        area = self.grid.area[self.inside]
        return np.asarray(area / area.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Cases on the cells of a grid, those on none left away: when each began (ascending), its cell, what it counts
    (None: 1)."""

    start: NDArray[np.int64]
    cell: NDArray[np.int64]
    weights: Floats | None = None

    @classmethod
    def of(cls, cases: Cases, ground: Ground, weights: Floats | None = None) -> Dots:
        """The cases of a ground."""
        cell = ground.grid.cell_of(cases.x, cases.y)
        placed = cell >= 0
        return cls(cases.start[placed], cell[placed], None if weights is None else weights[placed])

    def counts(self, rows: slice | NDArray[np.int64], cells: int) -> Floats:
        """Some of them in each cell of the whole grid."""
        given = None if self.weights is None else self.weights[rows]
        return np.bincount(self.cell[rows], given, cells).astype(np.float64)

    def remembered(self, moments: Sequence[Millis], memories: Sequence[int | None], cells: int) -> Floats:
        """How many each memory holds of each cell at each moment, shape (moments, memories, cells of the grid)."""
        at = np.array(moments, dtype=np.int64)
        ends = np.searchsorted(self.start, at)
        firsts = [
            np.zeros_like(ends) if memory is None else np.searchsorted(self.start, at - memory * DAY_MS)
            for memory in memories
        ]
        first = np.stack(firsts, axis=1)
        if self.weights is not None:
            rows = ((slice(a, b) for a in own) for own, b in zip(first.tolist(), ends.tolist(), strict=True))
            return np.array([[self.counts(row, cells) for row in own] for own in rows])
        # Counted once from edge to edge and added up: what a memory holds is the difference of two sums. Of weights
        # that would leave a little where nothing is.
        edges, edge = np.unique(np.append(first.ravel(), ends), return_inverse=True)
        after = np.searchsorted(edges, np.arange(len(self.cell)), side="right")
        upto = np.bincount(after * cells + self.cell, minlength=(len(edges) + 1) * cells)
        upto = upto.reshape(-1, cells)[: len(edges)].cumsum(axis=0)
        begin, end = edge[: first.size].reshape(first.shape), edge[first.size :]
        return np.asarray(upto[end][:, None] - upto[begin], dtype=np.float64)


def densities(
    past: Cases, ground: Ground, at: Millis, days: int, others: Cases | None = None, weights: Floats | None = None
) -> Floats:
    """The components' densities for the `days` after `at`, shape (components, cells inside), float64; rows sum to 1.

    `past` may reach beyond `at`: only what began before it is used. A component without a case is the uniform one.
    `weights`: how much each case counts (a shift's share of it).
    """
    dots = Dots.of(past, ground, weights)
    [made] = densities_each(dots, ground, [at], days, None if others is None else Dots.of(others, ground))
    return made


def densities_each(
    dots: Dots, ground: Ground, moments: Sequence[Millis], days: int, others: Dots | None = None
) -> Iterator[Floats]:
    """`densities` for several moments, in their order; as many are made at once as fit into the memory of a few."""
    at_once = max(1, _AT_ONCE // (len(NAMES) * len(ground.grid.area)))
    for first in range(0, len(moments), at_once):
        yield from _densities(dots, ground, moments[first : first + at_once], days, others)


def _densities(dots: Dots, ground: Ground, moments: Sequence[Millis], days: int, others: Dots | None) -> Floats:
    cells = len(ground.grid.area)
    # Without other families the own past, spread, says best where people and goods are.
    told = dots if others is None else replace(others, weights=None)
    own = dots.remembered(moments, MEMORIES, cells)
    season = np.array([[dots.counts(season_rows(dots.start, at, days), cells)] for at in moments])
    around = {memory: told.remembered(moments, (memory,), cells) for memory, _ in OTHERS}
    found = np.zeros((len(moments), len(NAMES), cells))
    memories = np.arange(len(MEMORIES)) * len(WIDTHS)
    after = len(MEMORIES) * len(WIDTHS)
    # Each width once, over all that is spread so far.
    asked = [(memories + number, width, own) for number, width in enumerate(WIDTHS)]
    asked += [(np.array([after]), SEASON_WIDTH, season)]
    asked += [
        (np.array([after + 2 + number]), width, around[memory]) for number, (memory, width) in enumerate(OTHERS)
    ]
    for width in dict.fromkeys(width for _, width, _ in asked):
        mine = [(rows, counts) for rows, of, counts in asked if of == width]
        whole = np.concatenate([counts for _, counts in mine], axis=1)
        spread = ground.spread_all(whole.reshape(-1, cells), width).reshape(whole.shape)
        found[:, np.concatenate([rows for rows, _ in mine])] = spread
    if len(ground.inside) < cells:
        found = found[:, :, ground.inside]
    total = found.sum(axis=2, keepdims=True)
    found /= np.where(total > 0, total, 1.0)
    return found if (total > 0).all() else np.where(total > 0, found, ground.uniform)


def season_rows(start: NDArray[np.int64], at: Millis, days: int) -> NDArray[np.int64]:
    """The cases (`start`: when each began) of the coming window's season in the years before."""
    middle = at + days * DAY_MS // 2
    until = int(np.searchsorted(start, min(at, middle - YEAR_MS + SEASON_DAYS * DAY_MS)))
    away = np.abs((start[:until] - middle + YEAR_MS // 2) % YEAR_MS - YEAR_MS // 2)
    return np.flatnonzero(away <= SEASON_DAYS * DAY_MS)


def _spread(counts: Floats, width: float) -> Floats:
    return blur(counts, width, truncate=3.5)
