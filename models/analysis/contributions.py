"""What each case gave to the expectation of some cells: the kernel of its method, read backwards. Pure.

Every method is a sum over cases, so the parts add up: cases plus what no case of the family gave (the even ground and
the other families of a mixture) make the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.analysis.candidates import KERNEL_WIDTH, Question
from models.analysis.resampled import own_parts, rule_weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def contributions(asked: Question, method: str, groups: Sequence[Ints]) -> Iterator[tuple[Floats, float]]:
    """Of each group of cells the share of each past case (`asked.past`) in what `method` expects there, and the share
    of all else.

    Together 1; all 0 when nothing is expected there. One group at a time is held: a city has a million cases.

    Raises:
        KeyError: a method nobody knows.
    """
    # The last cell stands for "on no cell", index -1.
    wanted = np.zeros((len(groups), len(asked.ground.grid.area) + 1))
    for row, cells in zip(wanted, groups, strict=True):
        row[cells] = 1.0
    mixed = method in ("mixture", "mixture_shift")
    for given, rest in (_of_mixture if mixed else _of_rule)(asked, method, wanted):
        whole = float(given.sum()) + rest
        yield (given / whole, rest / whole) if whole > 0 else (given * 0.0, 0.0)


def _of_rule(asked: Question, method: str, wanted: Floats) -> Iterator[tuple[Floats, float]]:
    weights = rule_weights(asked, method)
    for reach in _reach(asked, wanted, KERNEL_WIDTH if method == "kernel" else 0.0):
        yield weights * reach[asked.cells], 0.0


def _of_mixture(asked: Question, method: str, wanted: Floats) -> Iterator[tuple[Floats, float]]:
    inside, place = asked.ground.inside, asked.cells
    if method == "mixture_shift" and asked.shift is not None:
        wanted[:, inside] *= asked.shares[1][:, asked.shift]
    # By the cases they are of: the parts of a memory differ in their width alone, and are put together first.
    memories: list[tuple[Ints | slice, dict[float, float]]] = []
    for weight, (rows, width) in zip(asked.mix.tolist(), own_parts(asked), strict=True):
        if rows is None:
            continue
        if not memories or rows is not memories[-1][0]:
            memories.append((rows, {}))
        if weight > 0:
            memories[-1][1][width] = memories[-1][1].get(width, 0.0) + weight
    cases = [max(1, int(np.count_nonzero(place[rows] >= 0))) for rows, _ in memories]
    widths = {width for _, by_width in memories for width in by_width}
    reach = {width: _reach(asked, wanted, width) for width in widths}
    density = asked.mix @ asked.densities
    for number, own in enumerate(wanted):
        given = np.zeros(len(place))
        for (rows, by_width), many in zip(memories, cases, strict=True):
            mine = np.zeros(len(own))
            for width, weight in by_width.items():
                mine += weight / many * reach[width][number]
            given[rows] += mine[place[rows]]
        yield given, max(0.0, float(density @ own[inside]) - float(given.sum()))


def _reach(asked: Question, wanted: Floats, width: float) -> Floats:
    """How much of a case in each cell ends up in the wanted ones; nothing of one on no cell, the last."""
    made = np.zeros_like(wanted)
    made[:, :-1] = asked.ground.reach(wanted[:, :-1], width)
    return made
