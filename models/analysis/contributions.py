"""What each case gave to the expectation of some cells: the kernel of its method, read backwards. Pure.

Every method is a sum over cases, so the parts add up: cases plus what no case of the family gave (the even ground and
the other families of a mixture) make the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.analysis.candidates import KERNEL_WIDTH, Question
from models.analysis.resampled import own_parts, rule_weights

Floats = NDArray[np.float64]


def contributions(asked: Question, method: str, cells: NDArray[np.int64]) -> tuple[Floats, float]:
    """The share of each past case (`asked.past`) in what `method` expects in the cells, and the share of all else.

    Together 1; all 0 when nothing is expected there.

    Raises:
        KeyError: a method nobody knows.
    """
    wanted = np.zeros(len(asked.ground.grid.area))
    wanted[cells] = 1.0
    place = asked.cells
    if method in ("mixture", "mixture_shift"):
        given, rest = _of_mixture(asked, method, wanted, place)
    else:
        given, rest = _of_rule(asked, method, wanted, place), 0.0
    whole = float(given.sum()) + rest
    return (given / whole, rest / whole) if whole > 0 else (given * 0.0, 0.0)


def _of_rule(asked: Question, method: str, wanted: Floats, place: NDArray[np.int64]) -> Floats:
    reach = asked.ground.reach(wanted[None], KERNEL_WIDTH)[0] if method == "kernel" else wanted
    return np.asarray(rule_weights(asked, method) * np.where(place >= 0, reach[place], 0.0), dtype=np.float64)


def _of_mixture(asked: Question, method: str, wanted: Floats, place: NDArray[np.int64]) -> tuple[Floats, float]:
    ground = asked.ground
    if method == "mixture_shift" and asked.shift is not None:
        wanted[ground.inside] *= asked.shares[1][:, asked.shift]
    weights = asked.mix
    whole = float(weights @ asked.densities @ wanted[ground.inside])
    given = np.zeros(len(asked.past))
    reach: dict[float, Floats] = {}
    before: NDArray[np.int64] | None = None
    row = np.zeros(0, dtype=np.int64)
    for weight, (rows, width) in zip(weights.tolist(), own_parts(asked), strict=True):
        if rows is None or weight <= 0:
            continue
        if width not in reach:
            reach[width] = ground.reach(wanted[None], width)[0]
        if rows is not before:  # the widths of one memory follow each other
            before, row = rows, rows[place[rows] >= 0]
        if len(row):
            given[row] += weight / len(row) * reach[width][place[row]]
    return given, max(0.0, whole - float(given.sum()))
