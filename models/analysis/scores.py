"""How well a ranking of cells foretold what came: hit rate, PAI, PEI, hits per flagged cell, with intervals. Pure.

Hit rate: share of the coming cases that lie in the flagged cells. PAI: hit rate / share of the area flagged (Chainey,
Tompson and Uhlig 2008). PEI: hit rate / the best any map of that size could have had (Hunt 2016; forecasting
challenge of the National Institute of Justice, 2017). Cells of equal rank share the credit of the places left for
them: by the order of their index a count of many zeros would be judged by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.analysis.grid import Grid
from models.records.base import Millis

#: Normal quantile of 95 %.
Z = 1.959964

#: Of the hit rate over origins; with it the interval holds the true rate in 92 to 96 of 100 towns of known rates.
LEAST_SPREAD = 0.8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one map of one window came to. `hits` of `cases` lay in flagged cells (parts of a case: ties, shifts);
    `cases`: all that came, on the ground or beside it. `best`: hits of the best map of that size; `cells`: how many
    cells were flagged, `share`: of the area, 0 to 1.
    """

    at: Millis
    share: float
    hits: float
    cases: float
    best: float
    cells: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Figure:
        """Of another unit."""
        return Figure(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Score:
    """Many windows together. `windows`: origins with a case; `per_cell`: hits per flagged cell and window."""

    share: float
    windows: int
    cases: float
    hit: Figure
    pai: Figure
    pei: Figure
    per_cell: Figure


def outcome(
    expected: NDArray[np.float64], counts: NDArray[np.float64], grid: Grid, share: float, at: Millis = 0,
    cases: float | None = None,
) -> Outcome:  # fmt: skip
    """Score one surface (`expected`, per cell of the grid) against the counts that came, at a share of the area.

    Ranked by cases, as cells are flagged (`models.analysis.flagging`). `cases`: all that came, those beside the
    ground too, which no map of it can hit; None: those of `counts`.
    """
    inside = grid.inside
    area = grid.area[inside]
    hits, cells = _credit(expected[inside], counts[inside], area, share)
    came = float(counts[inside].sum()) if cases is None else cases
    return Outcome(at, share, hits, came, _best(counts[inside], area, share), cells)


def _best(counts: NDArray[np.float64], area: NDArray[np.float64], share: float) -> float:
    """The most that any map of that size could have hit, a part of a cell counting as that part of its cases: cells
    by cases per area (the fractional knapsack, Dantzig 1957)."""
    return _credit(counts / area, counts, area, share)[0]


def _credit(
    rank: NDArray[np.float64], counts: NDArray[np.float64], area: NDArray[np.float64], share: float
) -> tuple[float, float]:
    """Cases and cells within the best-ranked `share` of the area; equal ranks take their part of what is left."""
    order = np.argsort(-rank, kind="stable")
    ranked, total = rank[order], float(area.sum())
    ends = np.append(np.flatnonzero(np.diff(ranked) != 0), len(ranked) - 1)  # last cell of each group of equals
    areas = np.cumsum(area[order])[ends]
    left = share * total
    full = int(np.searchsorted(areas, left * (1 + 1e-12), side="right"))
    found = np.cumsum(counts[order])[ends]
    before = (float(found[full - 1]), float(areas[full - 1]), int(ends[full - 1]) + 1) if full else (0.0, 0.0, 0)
    if full == len(ends):
        return before[0], float(before[2])
    part = (left - before[1]) / (float(areas[full]) - before[1])
    return (
        before[0] + part * (float(found[full]) - before[0]),
        before[2] + part * (int(ends[full]) + 1 - before[2]),
    )


def score(outcomes: Sequence[Outcome]) -> Score:
    """Many windows of one share as one score.

    Raises:
        ValueError: no outcome, or different shares.
    """
    shares = {each.share for each in outcomes}
    if len(shares) != 1:
        raise ValueError("outcomes of one share are needed")
    share = shares.pop()
    cases = sum(each.cases for each in outcomes)
    hits = sum(each.hits for each in outcomes)
    best = sum(each.best for each in outcomes)
    cells = sum(each.cells for each in outcomes)
    together = by_origin(outcomes)
    hit = interval(hits, cases, spread_of(together))
    scale = 0.0 if hits <= 0 else 1.0
    pei = hit.times(cases / best if best else scale)
    return Score(
        share, sum(number > 0 for _, number in together), cases, hit, hit.times(1 / share),
        Figure(*(min(1.0, part) for part in (pei.value, pei.low, pei.high))),
        hit.times(cases / cells if cells else 0.0),
    )  # fmt: skip


def by_origin(outcomes: Iterable[Outcome]) -> list[tuple[float, float]]:
    """(hits, cases) of each origin, its zones and shifts together, the oldest first."""
    sums: dict[Millis, tuple[float, float]] = {}
    for each in outcomes:
        hits, cases = sums.get(each.at, (0.0, 0.0))
        sums[each.at] = (hits + each.hits, cases + each.cases)
    return [sums[at] for at in sorted(sums)]


def spread_of(origins: Sequence[tuple[float, float]]) -> float:
    """How many times wider than by draws alone the hit rate goes from origin to origin (Pearson's).

    Above 1 where cases come in series. At least `LEAST_SPREAD`: shared credit makes hits steadier than draws, but how
    much steadier a dozen origins do not tell.
    """
    cases = sum(each for _, each in origins)
    rate = sum(hits for hits, _ in origins) / cases if cases else 0.0
    told = [each for each in origins if each[1] > 0]  # an empty window goes nowhere from the mean
    if not 0 < rate < 1 or len(told) < 2:
        return 1.0
    squares = sum((hits - number * rate) ** 2 / number for hits, number in told)
    return max(LEAST_SPREAD, squares / (rate * (1 - rate)) / (len(told) - 1))


def interval(hits: float, cases: float, spread: float = 1.0) -> Figure:
    """A hit rate with its 95 % interval (Wilson 1927), its cases divided by their spread; 0 to 1 of no case."""
    if cases <= 0:
        return Figure(0.0, 0.0, 1.0)
    number, rate = cases / spread, min(1.0, hits / cases)
    middle = (rate + Z * Z / (2 * number)) / (1 + Z * Z / number)
    half = Z / (1 + Z * Z / number) * math.sqrt(rate * (1 - rate) / number + Z * Z / (4 * number * number))
    return Figure(rate, max(0.0, min(rate, middle - half)), min(1.0, max(rate, middle + half)))


def by_chance(
    expected: NDArray[np.float64], grid: Grid, share: float, seed: int | Sequence[int] = 0, draws: int = 200
) -> tuple[float, float]:
    """Mean hits of a map that knew the true rates, and of the best map there could be: their ratio is the PEI that
    chance leaves. `expected` is taken for the truth and the counts are drawn from it, Poisson.
    """
    inside = grid.inside
    rates, area = np.clip(expected[inside], 0, None), grid.area[inside]
    drawn = np.random.default_rng(seed).poisson(rates, (draws, len(rates))).astype(np.float64)
    hits = sum(_credit(rates, counts, area, share)[0] for counts in drawn)
    return hits / draws, sum(_best(counts, area, share) for counts in drawn) / draws
