"""Clusters of cases: where they have lain close together, for the eye. No forecast: that is what hotspots are. Pure.

DBSCAN (Ester et al. 1996) over squares of 5 m that carry their cases as weight, in place of the cases themselves: a
square stands where its cases lie on average. As ranking clusters do worse than counting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BIN_M = 5.0
EPS_M = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Squares that hold cases: south-west corner in metres (multiples of `bin_m`), how many, and the cluster of each.

    `label` 0 is the cluster of most cases, -1 no cluster. Squares are sorted by their place.
    """

    bin_m: float
    x: Floats
    y: Floats
    cases: Ints
    label: Ints

    @property
    def sizes(self) -> Ints:
        """Cases of each cluster, the largest first."""
        own = self.label >= 0
        return np.bincount(self.label[own], self.cases[own]).astype(np.int64)

    def shape(self, number: int) -> shapely.Geometry:
        """The squares of a cluster united, in metres."""
        own = self.label == number
        x, y = self.x[own], self.y[own]
        return shapely.union_all(shapely.box(x, y, x + self.bin_m, y + self.bin_m))


def clusters(x: Floats, y: Floats, fewest: int, eps_m: float = EPS_M, bin_m: float = BIN_M) -> Clusters:
    """Clusters of places in metres: `fewest` cases within `eps_m` of a square make it a core. NaN is no place.

    Raises:
        ValueError: a size of 0 or less.
    """
    if min(eps_m, bin_m, fewest) <= 0:
        raise ValueError("sizes must be above 0")
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    column, row = np.floor(x / bin_m).astype(np.int64), np.floor(y / bin_m).astype(np.int64)
    # One number a square sorts many times faster than pairs do.
    first = int(row.min()) if len(row) else 0
    high = int(row.max()) - first + 1 if len(row) else 1
    keys, own, cases = np.unique(column * high + row - first, return_inverse=True, return_counts=True)
    middle = np.stack([np.bincount(own, x), np.bincount(own, y)], axis=1) / cases[:, None] if len(keys) else None
    label = np.zeros(0, dtype=np.int64)
    if middle is not None:
        label = _by_size(_dbscan(middle, cases, fewest, eps_m), cases)
    return Clusters(bin_m, keys // high * bin_m, (keys % high + first) * bin_m, cases.astype(np.int64), label)


def _dbscan(places: Floats, cases: Ints, fewest: int, eps_m: float) -> Ints:
    """The cluster of each place, -1 none: cores that are chained by steps of `eps_m`, and what lies that near to one.

    The same as scikit-learn's with `sample_weight` (a test holds it to that), which adds the weights of each place's
    neighbours one place at a time: here that is one product of a sparse matrix.
    """
    number = len(places)
    pairs = cKDTree(places).query_pairs(eps_m, output_type="ndarray")
    near = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(number, number))
    core = near @ cases + near.T @ cases + cases >= fewest
    chained = pairs[core[pairs].all(axis=1)]
    links = csr_array((np.ones(len(chained)), (chained[:, 0], chained[:, 1])), shape=(number, number))
    _, group = connected_components(links, directed=False)
    label = np.where(core, group, -1).astype(np.int64)
    for one, other in ((0, 1), (1, 0)):  # a rim: it goes to one of the cores near to it
        rim = pairs[~core[pairs[:, one]] & core[pairs[:, other]]]
        label[rim[:, one]] = group[rim[:, other]]
    # Every place that stands alone is a group of the graph as well: number those that hold a core.
    label[label >= 0] = np.unique(label[label >= 0], return_inverse=True)[1]
    return label


def _by_size(label: Ints, cases: Ints) -> Ints:
    """Labels renumbered: most cases first."""
    own = label >= 0
    if not own.any():
        return label
    order = np.argsort(-np.bincount(label[own], cases[own]), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    renamed = np.full(len(label), -1, dtype=np.int64)
    renamed[own] = rank[label[own]]
    return renamed
