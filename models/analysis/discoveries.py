"""Which of many tests have found something: false discoveries held (Benjamini and Hochberg 1995). Pure.

The same as SciPy's `false_discovery_control` (a test holds it to that), which looks at its arguments for longer than
a map's few dozen tests take.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def discoveries(p: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Which probabilities are discoveries when at most a share of `level` of these is to be false; along the last
    axis, each row of tests by itself."""
    number = p.shape[-1]
    if not number:
        return np.zeros(p.shape, dtype=bool)
    ordered = np.sort(p, axis=-1)
    held = ordered * (number / np.arange(1, number + 1)) <= level
    # All up to the last one that holds.
    last = number - 1 - held[..., ::-1].argmax(axis=-1)
    bound = np.where(held.any(axis=-1), np.take_along_axis(ordered, last[..., None], axis=-1)[..., 0], -1.0)
    return np.asarray(p <= bound[..., None])
