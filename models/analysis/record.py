"""How right the forecasts have been, beside plain counting on the same windows. Pure.

A forecast is frozen before its window begins and scored when that is over. Windows of one place that overlap see the
same cases: for the judgement only the first of them counts, then the next that begins after its end.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from models.records.base import Millis

_DAY_MS = 86_400_000

#: Fewer windows after each other, or fewer cases in them, judge nothing: one case more would turn the word.
LEAST_PERIODS = 4
LEAST_CASES = 50


#: Part of counting's hits below which a difference is no reason to prefer a method: where cases are many, all good
#: rules agree to a few thousandths, and what is then better by its error changes with the month.
LEAST_GAIN = 0.005


class Standing(StrEnum):
    """How the method stands beside plain counting, by mean paired difference of hit rates and its standard error."""

    TOO_FEW = "too_few"
    BETTER = "better"  # by more than one standard error, and by more than `LEAST_GAIN`
    AS_GOOD = "as_good"  # counting does as well: the product counts
    WORSE = "worse"  # counting is better by more than one standard error: the product counts


class _Rates:
    """The usual figures of hits among cases."""

    __slots__ = ()
    cases: float
    hits: float
    naive_hits: float
    best_hits: float
    area_share: float

    @property
    def hit(self) -> float | None:
        """Share of the cases inside the flagged cells; None without a case."""
        return self.hits / self.cases if self.cases else None

    @property
    def naive_hit(self) -> float | None:
        """The same for plain counting."""
        return self.naive_hits / self.cases if self.cases else None

    @property
    def pai(self) -> float | None:
        """Hit rate / share of the area flagged."""
        return None if self.hit is None or not self.area_share else self.hit / self.area_share

    @property
    def pei(self) -> float | None:
        """Hits / the most that as many cells could have had."""
        return self.hits / self.best_hits if self.best_hits else None


@dataclass(frozen=True, slots=True)
class Scored(_Rates):
    """How a forecast turned out: see `models.records.hotspot.ForecastScoreRow`."""

    scored_at: Millis
    cases: float
    hits: float
    model_hits: float
    naive_hits: float
    best_hits: float
    area_share: float
    expected_cases: float
    expected_hits: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Told:
    """One forecast: what it was of, and how it turned out (`score` None: not known yet)."""

    station: str
    zone: str
    family: str
    days: int
    shift: str
    made_at: Millis
    until: Millis
    method: str
    hash: str
    score: Scored | None


@dataclass(frozen=True, slots=True)
class Period:
    """The windows that began within one length of the horizon; rates are shares of `cases`, None without a case.

    `ceiling`: the hit rate one who knew the true rates could have expected.
    """

    start: Millis
    forecasts: int
    cases: float
    hit: float | None
    model_hit: float | None
    naive_hit: float | None
    best_hit: float | None
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Calibration: forecasts with about as many cases expected in their flagged cells, and what was seen there."""

    forecasts: int
    expected: float
    seen: float


@dataclass(frozen=True, slots=True)
class Summary(_Rates):
    """The record of some forecasts of one horizon. Sums over windows that do not overlap.

    `difference`: mean over periods of (hits of the model - hits of counting) / cases; `error`: its standard error.
    """

    standing: Standing
    frozen: int
    scored: int
    counted: int
    cases: float
    hits: float
    model_hits: float
    naive_hits: float
    best_hits: float
    area_share: float
    expected_cases: float
    expected_hits: float
    ceiling: float | None
    difference: float | None
    error: float | None
    periods: tuple[Period, ...]
    calibration: tuple[Bin, ...]


def apart(told: Iterable[Told]) -> list[Told]:
    """Those whose windows do not overlap: of each place, family, horizon and shift the first, then the next that
    begins after its end. By time."""
    ends: dict[tuple[str, str, str, int, str], Millis] = {}
    kept = []
    for one in sorted(told, key=lambda one: (one.made_at, one.station, one.zone, one.hash)):
        key = (one.station, one.zone, one.family, one.days, one.shift)
        if one.made_at >= ends.get(key, 0):
            ends[key] = one.until
            kept.append(one)
    return kept


def summary(told: Sequence[Told], days: int) -> Summary:
    """The record of forecasts that look `days` ahead."""
    mine = [one for one in told if one.days == days]
    scored = [one for one in mine if one.score is not None]
    counted = apart(scored)
    groups: dict[int, list[Scored]] = defaultdict(list)
    for one in counted:
        if one.score is not None:
            groups[one.made_at // (days * _DAY_MS)].append(one.score)
    scores = [score for group in groups.values() for score in group]
    periods = tuple(_period(number * days * _DAY_MS, groups[number]) for number in sorted(groups))
    differences = [
        period.model_hit - period.naive_hit
        for period in periods
        if period.model_hit is not None and period.naive_hit is not None
    ]
    difference, error = _mean(differences)
    cases = sum(score.cases for score in scores)
    best, naive = sum(score.best_hits for score in scores), sum(score.naive_hits for score in scores)
    return Summary(
        _standing(len(differences), cases, difference, error, naive), len(mine), len(scored), len(counted), cases,
        sum(score.hits for score in scores), sum(score.model_hits for score in scores),
        naive, best,
        sum(score.area_share for score in scores) / len(scores) if scores else 0.0,
        sum(score.expected_cases for score in scores), sum(score.expected_hits for score in scores),
        _ceiling(scores, cases), difference, error, periods, _calibration(scores),
    )  # fmt: skip


def _period(start: Millis, scores: Sequence[Scored]) -> Period:
    cases = sum(score.cases for score in scores)

    def share(hits: float) -> float | None:
        return hits / cases if cases else None

    return Period(
        start, len(scores), cases,
        share(sum(score.hits for score in scores)), share(sum(score.model_hits for score in scores)),
        share(sum(score.naive_hits for score in scores)), share(sum(score.best_hits for score in scores)),
        _ceiling(scores, cases),
    )  # fmt: skip


def _ceiling(scores: Sequence[Scored], cases: float) -> float | None:
    return sum(score.ceiling * score.best_hits for score in scores) / cases if cases else None


def _mean(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Mean and its standard error; None of too few."""
    if not values:
        return None, None
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, None
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, math.sqrt(variance / len(values))


def _standing(
    periods: int, cases: float, difference: float | None, error: float | None, naive_hits: float
) -> Standing:
    if periods < LEAST_PERIODS or cases < LEAST_CASES or difference is None or error is None:
        return Standing.TOO_FEW
    if difference < -error:
        return Standing.WORSE
    least = LEAST_GAIN * naive_hits / cases
    return Standing.BETTER if difference > error and difference > least else Standing.AS_GOOD


def _calibration(scores: Sequence[Scored], most: int = 5) -> tuple[Bin, ...]:
    """Bins of equally many forecasts, by what was expected."""
    ordered = sorted(scores, key=lambda score: score.expected_hits)
    number = min(most, len(ordered))
    cuts = [len(ordered) * part // number for part in range(number + 1)] if number else [0]
    bins = [ordered[first:last] for first, last in pairwise(cuts)]
    return tuple(
        Bin(len(group), sum(one.expected_hits for one in group), sum(one.hits for one in group)) for group in bins
    )
