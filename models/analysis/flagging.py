"""Which cells a patrol can hold: those a surface expects most in, up to a share of the zone's area. Pure."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from models.analysis.blur import blur
from models.analysis.grid import Grid

#: A billion has so many bits; twice it and one more make 61 with it.
_BITS = 30
#: A cell in a million more fits: 5 % of 400 cells are 20, whatever the sum of their areas rounds to.
_A_LITTLE_MORE = 1 + 1e-6


def flag(expected: NDArray[np.float64], grid: Grid, share: float, last: Collection[int] = ()) -> NDArray[np.int64]:
    """Cells in order of rank, together at most `share` of the zone's area but at least one; none expects nothing.

    Ranked by cases, as `scores` ranks. Counts are full of ties: of two equal cells the one flagged in the `last` map
    comes first, then the one with more around it, then the lower index, so that a map does not change for nothing.
    """
    [found] = flag_all(expected[None], grid, share, last)
    return found


def flag_all(
    expected: NDArray[np.float64], grid: Grid, share: float, last: Collection[int] = ()
) -> list[NDArray[np.int64]]:
    """`flag` of many surfaces at once, shape (number, cells of the whole grid)."""
    values = np.where((grid.area > 0) & np.isfinite(expected), np.maximum(expected, 0.0), 0.0)
    shape = (len(values), grid.rows, grid.columns)
    near = blur(values.reshape(shape), 1.0).reshape(values.shape)
    # One whole number a cell orders as the three keys one after the other do: value, whether it was flagged, around.
    ranks = _rounded(values) * 2
    kept = [cell for cell in last if 0 <= cell < len(grid.area)]
    ranks[:, kept] += 1
    ranks = (ranks << _BITS) + _rounded(near)
    room = share * grid.total_m2
    # Only so many can be flagged as fit of the smallest ones: the others need not be ordered.
    most = fitting(np.sort(grid.area[grid.area > 0]), room)
    backwards = -ranks
    least = np.partition(backwards, most - 1, axis=1)[:, most - 1 : most]
    row, cell = np.nonzero((backwards <= least) & (values > 0))
    order = np.lexsort((backwards[row, cell], row))
    row, cell = row[order], cell[order]
    ends = np.searchsorted(row, np.arange(len(values) + 1))
    # The areas of each surface's cells one after the other, as `fitting` adds them up.
    place = np.arange(len(row)) - ends[row]
    areas = np.full((len(values), int(place.max(initial=-1)) + 1), np.inf)
    areas[row, place] = grid.area[cell]
    fit = np.maximum((np.cumsum(areas, axis=1) <= room * _A_LITTLE_MORE).sum(axis=1), 1)
    return [cell[first : min(first + number, last)] for first, last, number in zip(ends, ends[1:], fit, strict=False)]


def fitting(areas: NDArray[np.float64], room_m2: float) -> int:
    """How many of the areas, in their order, fit into the room; at least one when there are any."""
    if not len(areas):
        return 0
    return max(1, int(np.searchsorted(np.cumsum(areas), room_m2 * _A_LITTLE_MORE, side="right")))


def _rounded(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """In billionths of the greatest of each row: keeps what only the order of additions tells apart from ordering the
    cells."""
    top = values.max(axis=1, initial=0.0, keepdims=True)
    return np.rint(values * (1e9 / np.where(top > 0, top, 1.0))).astype(np.int64)
