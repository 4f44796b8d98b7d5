"""How far two clusterings are the same: by the area of the squares that hold cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array

from models.analysis.clusters import Clusters


def agreement(made: Clusters, x: NDArray[np.float64], y: NDArray[np.float64], raw: NDArray[np.int64]) -> float:
    """Share of the squares in a cluster of either that are in the same cluster in both, 0 to 1.

    `raw`: label of each case (x, y metres; -1 none); a square belongs to the cluster most of its cases are in. Which
    cluster is which: pairs of the greatest common area altogether.
    """
    square = {(a, b): number for number, (a, b) in enumerate(zip(made.x, made.y, strict=True))}
    corner = zip(np.floor(x / made.bin_m) * made.bin_m, np.floor(y / made.bin_m) * made.bin_m, strict=True)
    at = np.array([square[one] for one in corner], dtype=np.int64)
    votes = coo_array((np.ones(len(raw)), (at, raw + 1)), shape=(len(made.x), int(raw.max()) + 2)).tocsr()
    theirs = np.asarray(votes.argmax(axis=1)).ravel() - 1
    either = (made.label >= 0) | (theirs >= 0)
    both = (made.label >= 0) & (theirs >= 0)
    if not both.any():
        return 0.0 if either.any() else 1.0
    shared = coo_array((np.ones(both.sum()), (made.label[both], theirs[both]))).toarray()
    rows, columns = linear_sum_assignment(-shared)
    return float(shared[rows, columns].sum() / either.sum())
