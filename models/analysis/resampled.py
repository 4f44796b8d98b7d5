"""The surfaces of a method for many reweightings of the same cases at once: what a bootstrap needs. Pure.

The methods are those of `candidates`; here each memory is counted and spread for all draws together. Only the order
of the cells is of use: level and shift's share are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.analysis.candidates import KERNEL_HALF_DAYS, KERNEL_WIDTH, Question
from models.analysis.components import DAY_MS, MEMORIES, OTHERS, SEASON_WIDTH, WIDTHS, season_rows

Floats = NDArray[np.float64]

#: Days that the counting methods take; None: all there is. "365_all3" has a third of all beside them.
COUNTED = {"counts_28": 28, "counts_365": 365, "counts_all": None, "365_all3": 365}


def rule_weights(asked: Question, method: str) -> Floats:
    """What each past case counts in a method that counts, or before the spreading of the kernel.

    Raises:
        KeyError: no such method.
    """
    age = (asked.at - asked.past.start) / DAY_MS
    if method == "kernel":
        weights = 0.5 ** (age / KERNEL_HALF_DAYS)
    else:
        days = COUNTED[method]
        weights = (age <= (np.inf if days is None else days)).astype(np.float64)
        weights += 1 / 3 if method == "365_all3" else 0.0
    if asked.shift is not None:
        weights = weights * asked.in_shifts[:, asked.shift]
    return np.asarray(weights, dtype=np.float64)


def surfaces(asked: Question, method: str, drawn: Floats) -> Floats:
    """The surface of each draw, (draws, cells of the grid). `drawn`: weight of each past case, (draws, cases)."""
    ground, cells = asked.ground, asked.cells

    def counted(weights: Floats, rows: NDArray[np.int64] | slice) -> Floats:
        own, size = cells[rows], len(ground.grid.area)
        given = weights[:, rows]
        if not (placed := own >= 0).all():
            own, given = own[placed], given[:, placed]
        # All draws in one go: each has cells of its own.
        where = own + np.arange(len(given))[:, None] * size
        made = np.bincount(where.ravel(), given.ravel(), len(given) * size)
        return np.asarray(made.reshape(len(given), size), dtype=np.float64)

    if method not in ("mixture", "mixture_shift"):
        counts = counted(drawn * rule_weights(asked, method), slice(None))
        return ground.spread_all(counts, KERNEL_WIDTH) if method == "kernel" else counts
    made = np.zeros((len(drawn), len(ground.grid.area)))
    # Spreading is linear and loses no case, so the parts of one width are put together first and spread once.
    by_width: dict[float, Floats] = {}
    before: NDArray[np.int64] | slice | None = None
    share = made
    for number, (rows, width) in enumerate(own_parts(asked)):
        weight = float(asked.mix[number])
        if rows is None:  # does not hang on the cases that are drawn
            made[:, ground.inside] += weight * asked.densities[number]
            continue
        if rows is not before:  # the widths of one memory follow each other
            counts = counted(drawn, rows)
            total = counts.sum(axis=1, keepdims=True)
            before, share = rows, np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
        if weight > 0:
            by_width[width] = by_width.get(width, 0.0) + weight * share
    for width, shares in by_width.items():
        made += ground.spread_all(shares, width)
    if method == "mixture_shift" and asked.shift is not None:
        made[:, ground.inside] *= asked.shares[1][:, asked.shift]
    return made


def own_parts(asked: Question) -> list[tuple[NDArray[np.int64] | slice | None, float]]:
    """Rows of the past cases and width of each component of the mixture; None: not made of the family's own cases.
    The widths of one memory have one and the same rows, and follow each other."""
    past = asked.past

    def since(days: int | None) -> slice:
        return slice(0 if days is None else int(np.searchsorted(past.start, asked.at - days * DAY_MS)), None)

    parts: list[tuple[NDArray[np.int64] | slice | None, float]] = []
    for memory in MEMORIES:
        rows = since(memory)
        parts += [(rows, width) for width in WIDTHS]
    parts += [(season_rows(past.start, asked.at, asked.days), SEASON_WIDTH), (None, 0.0)]
    # Without cases of other families their components are made of the own ones.
    return [*parts, *((since(memory) if asked.others is None else None, width) for memory, width in OTHERS)]
