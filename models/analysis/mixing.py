"""Weights of a mixture, learnt from how well each component foretold past windows (EM), pooled and shrunk. Pure.

EM for the proportions of known densities (Dempster, Laird and Rubin 1977): no step size, no tuning, never a worse
likelihood than before. A Dirichlet prior at the pooled weights holds a station with few cases to what all stations
taught and lets it go as its own cases grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.analysis.cases import Cases
from models.analysis.components import DAY_MS, Dots, Floats, Ground, densities_each
from models.records.base import Millis

#: Cases of its own after which a station's weights count as much as the pooled ones.
STRENGTH = 400.0

#: Past windows that are looked at: a year of them, but not more than this many.
MOST_WINDOWS = 26

#: Windows after which one teaches half as much as the newest: a town changes, and the weights need a year's cases.
FADE = 6.0

#: Days of history the first of them must have before it.
LEAST_HISTORY_DAYS = 28

#: Cases of one window that are looked at: more teach nothing new about two dozen numbers.
MOST_ROWS = 500

#: The product's own weights, until stations have pooled theirs: learnt in 1.5 km zones with 100 m cells, 28 days,
#: nine families of Chicago (windows before 14 November 2016) and Vancouver (of 2020), each family alike, before any
#: window the backtests score. `python -m benchmarks.built_in_weights` learns them anew.
DEFAULT: Floats = np.array(
    [
        0.006, 0.006, 0.008, 0.012, 0.015,  # 14 days, by width
        0.009, 0.009, 0.011, 0.016, 0.016,  # 45
        0.016, 0.016, 0.015, 0.022, 0.018,  # 120
        0.044, 0.043, 0.020, 0.024, 0.018,  # 365
        0.100, 0.093, 0.021, 0.025, 0.018,  # all
        0.019, 0.017,  # season, uniform
        0.330, 0.033,  # other families
    ]
)  # fmt: skip
DEFAULT /= DEFAULT.sum()

#: The same learnt without other families, for maps of every case; the last two stand for the own past, spread.
ALONE: Floats = np.array(
    [
        0.006, 0.006, 0.008, 0.014, 0.024,  # 14 days, by width
        0.009, 0.009, 0.012, 0.021, 0.030,  # 45
        0.016, 0.016, 0.018, 0.033, 0.038,  # 120
        0.044, 0.044, 0.027, 0.049, 0.040,  # 365
        0.110, 0.109, 0.036, 0.055, 0.042,  # all
        0.037, 0.065,  # season, uniform
        0.027, 0.055,
    ]
)  # fmt: skip
ALONE /= ALONE.sum()

_ROUNDS = 200
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the cases of one past window say: density each component gave to the cell of each, and how many they were.

    `rows`: shape (cases looked at, components), each case's densities relative to the uniform one; `weight`: cases
    each row stands for.
    """

    rows: NDArray[np.float32]
    weight: float = 1.0


def faded(evidence: Evidence, ago: int) -> Evidence:
    """What a window says so many windows later (1: the newest)."""
    return Evidence(evidence.rows, evidence.weight * 0.5 ** ((ago - 1) / FADE))


def evidence_of(made: Floats, ground: Ground, coming: Cases) -> Evidence:
    """What the cases of a window say about the densities made before it."""
    cells = ground.grid.cell_of(coming.x, coming.y)
    cells = cells[cells >= 0]
    step = -(-len(cells) // MOST_ROWS) or 1
    looked = np.searchsorted(ground.inside, cells[::step])
    rows = (made[:, looked] / ground.uniform[looked]).T.astype(np.float32)
    return Evidence(rows, len(cells) / max(1, len(looked)))


def own_weights(others: Cases | None) -> Floats:
    """The product's own weights, with or without other families."""
    return ALONE if others is None else DEFAULT


def windows_of(days: int) -> int:
    """How many past windows of some days are looked at."""
    return max(1, min(MOST_WINDOWS, 364 // days))


def past_evidence(cases: Cases, ground: Ground, at: Millis, days: int, others: Cases | None = None) -> list[Evidence]:
    """Evidence of the windows before `at`, newest first, older ones fainter; empty with too little history."""
    return [faded(told, ago) for ago, told in windows_before(cases, ground, at, days, windows_of(days), others)]


def windows_before(
    cases: Cases, ground: Ground, at: Millis, days: int, most: int, others: Cases | None = None
) -> Iterator[tuple[int, Evidence]]:
    """The evidence of each window before `at` that has cases, with how many windows ago it was (1: the newest)."""
    if not len(cases):
        return
    first = int(cases.start[0]) + LEAST_HISTORY_DAYS * DAY_MS
    begins = [at - number * days * DAY_MS for number in range(1, most + 1)]
    starts = [begin for begin in begins if begin >= first]
    comings = [cases.between(begin, begin + days * DAY_MS) for begin in starts]
    told = [(number, coming) for number, coming in enumerate(comings, 1) if len(coming)]
    around = None if others is None else Dots.of(others, ground)
    made = densities_each(Dots.of(cases, ground), ground, [starts[number - 1] for number, _ in told], days, around)
    for (number, coming), each in zip(told, made, strict=True):
        yield number, evidence_of(each, ground, coming)


def pooled(evidence: Iterable[Evidence], prior: Floats = DEFAULT, most_rows: int = 20_000) -> Floats:
    """The weights that many stations' evidence gives together; `prior`, the product's own, when there is none.

    Raises:
        ValueError: evidence of another number of components.
    """
    return learn(_thinned(list(evidence), most_rows), prior, strength=50.0)


def learn(evidence: Sequence[Evidence], prior: Floats, strength: float = STRENGTH) -> Floats:
    """Convex weights, shape (components,): the evidence's own, held to `prior` by `strength` cases."""
    parts = [each for each in evidence if len(each.rows)]
    if not parts:
        return prior
    rows = np.concatenate([each.rows for each in parts])
    if rows.shape[1] != len(prior):
        raise ValueError(f"{rows.shape[1]} components, not {len(prior)}")
    count = np.concatenate([np.full(len(each.rows), each.weight, dtype=np.float32) for each in parts])
    total = float(count.sum()) + strength
    # From the prior and a little of everything: EM never gives weight to what has none.
    weights = 0.9 * prior + 0.1 / len(prior)
    for _ in range(_ROUNDS):
        mixed = rows @ weights.astype(np.float32)
        share = (count / np.maximum(mixed, 1e-30)) @ rows
        new = (weights * share + strength * prior) / total
        moved = float(np.abs(new - weights).max())
        weights = new
        if moved < _CLOSE:
            break
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _thinned(evidence: list[Evidence], most: int) -> list[Evidence]:
    step = -(-sum(len(each.rows) for each in evidence) // most) or 1
    return [Evidence(each.rows[number % step :: step], each.weight * step) for number, each in enumerate(evidence)]
