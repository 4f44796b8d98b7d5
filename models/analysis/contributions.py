"""What each case gave to the expectation of some cells: the kernel of its method, read backwards. Pure.

Every method is a sum over cases, so the parts add up: cases plus what no case of the family gave (the even ground and
the other families of a mixture) make the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.analysis.candidates import KERNEL_HALF_DAYS, KERNEL_WIDTH, Question
from models.analysis.components import DAY_MS, MEMORIES, SEASON_WIDTH, WIDTHS, season_rows
from models.analysis.mixing import DEFAULT

Floats = NDArray[np.float64]

#: Days that the counting methods take; None: all there is, at a third beside the year's.
_COUNTED = {"counts_28": 28, "counts_365": 365, "counts_all": None, "365_all3": 365}


def contributions(asked: Question, method: str, cells: NDArray[np.int64]) -> tuple[Floats, float]:
    """The share of each past case (`asked.past`) in what `method` expects in the cells, and the share of all else.

    Together 1; all 0 when nothing is expected there.

    Raises:
        KeyError: a method nobody knows.
    """
    wanted = np.zeros(len(asked.ground.grid.area))
    wanted[cells] = 1.0
    place = asked.ground.grid.cell_of(asked.past.x, asked.past.y)
    if method in ("mixture", "mixture_shift"):
        given, rest = _of_mixture(asked, method, wanted, place)
    else:
        given, rest = _of_rule(asked, method, wanted, place), 0.0
    whole = float(given.sum()) + rest
    return (given / whole, rest / whole) if whole > 0 else (given * 0.0, 0.0)


def _of_rule(asked: Question, method: str, wanted: Floats, place: NDArray[np.int64]) -> Floats:
    age = (asked.at - asked.past.start) / DAY_MS
    if method == "kernel":
        weights = 0.5 ** (age / KERNEL_HALF_DAYS)
        reach = asked.ground.reach(wanted, KERNEL_WIDTH)
    else:
        days = _COUNTED[method]
        weights = (age <= (np.inf if days is None else days)).astype(np.float64)
        weights += 1 / 3 if method == "365_all3" else 0.0
        reach = wanted
    if asked.shift is not None:
        weights = weights * asked.in_shifts[:, asked.shift]
    return np.asarray(weights * np.where(place >= 0, reach[place], 0.0), dtype=np.float64)


def _of_mixture(asked: Question, method: str, wanted: Floats, place: NDArray[np.int64]) -> tuple[Floats, float]:
    ground = asked.ground
    if method == "mixture_shift" and asked.shift is not None:
        wanted[ground.inside] *= asked.shares[1][:, asked.shift]
    weights = DEFAULT if asked.weights is None else asked.weights
    whole = float(weights @ asked.densities @ wanted[ground.inside])
    given = np.zeros(len(asked.past))
    for weight, (rows, width) in zip(weights, _own_parts(asked), strict=False):
        rows = rows[place[rows] >= 0]
        if weight > 0 and len(rows):
            given[rows] += weight / len(rows) * ground.reach(wanted, width)[place[rows]]
    return given, max(0.0, whole - float(given.sum()))


def _own_parts(asked: Question) -> list[tuple[NDArray[np.int64], float]]:
    """Cases and width of each component made of the family's own cases, in the order of the weights."""
    past = asked.past
    parts = []
    for memory in MEMORIES:
        first = 0 if memory is None else int(np.searchsorted(past.start, asked.at - memory * DAY_MS))
        parts += [(np.arange(first, len(past)), width) for width in WIDTHS]
    return [*parts, (season_rows(past, asked.at, asked.days), SEASON_WIDTH)]
