"""Which cells a patrol can hold: those a surface expects most in, up to a share of the zone's area. Pure."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.analysis.grid import Grid


def flag(expected: NDArray[np.float64], grid: Grid, share: float, last: Collection[int] = ()) -> NDArray[np.int64]:
    """Cells in order of rank, together at most `share` of the zone's area but at least one; none expects nothing.

    Ranked by cases, as `scores` ranks. Counts are full of ties: of two equal cells the one flagged in the `last` map
    comes first, then the one with more around it, then the lower index, so that a map does not change for nothing.
    """
    values = np.where((grid.area > 0) & np.isfinite(expected), np.maximum(expected, 0.0), 0.0)
    near = ndimage.gaussian_filter(values.reshape(grid.rows, grid.columns), 1.0, mode="constant").ravel()
    kept = np.zeros(len(values), dtype=bool)
    kept[[cell for cell in last if 0 <= cell < len(kept)]] = True
    # Rounding keeps what only the order of additions tells apart from ordering the cells.
    order = np.lexsort((-_rounded(near), ~kept, -_rounded(values)))
    order = order[values[order] > 0]
    return order[: fitting(grid.area[order], share * grid.total_m2)]


def fitting(areas: NDArray[np.float64], room_m2: float) -> int:
    """How many of the areas, in their order, fit into the room; at least one when there are any."""
    if not len(areas):
        return 0
    # A cell in a million more: 5 % of 400 cells are 20, whatever the sum of their areas rounds to.
    return max(1, int(np.searchsorted(np.cumsum(areas), room_m2 * (1 + 1e-6), side="right")))


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    top = float(values.max(initial=0.0))
    return np.round(values / top, 9) if top > 0 else values
