"""How right the forecasts have been, beside plain counting on the same windows. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from models.analysis.record import DAY_MS, Rates, Scored, Tally, Told, apart, tallied
from models.records.base import Millis

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
class Summary(Rates):
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


def summary(told: Sequence[Told], days: int) -> Summary:
    """The record of forecasts that look `days` ahead, by going through all of them."""
    scores = [one.score for one in apart(one for one in told if one.days == days and one.score) if one.score]
    return of_tallies(tallied(told, days), days, scores)


def of_tallies(tallies: Sequence[Tally], days: int, counted: Sequence[Scored] = ()) -> Summary:
    """The record by its sums, one of each period and the oldest first. `counted`: the forecasts that count, one by
    one, for the calibration."""
    told = [one for one in tallies if one.counted]
    periods = tuple(_period(one, days) for one in told)
    differences = [
        period.model_hit - period.naive_hit
        for period in periods
        if period.model_hit is not None and period.naive_hit is not None
    ]
    difference, error = _mean(differences)
    whole = Tally(0)
    for one in tallies:
        whole = whole.plus(one)
    return Summary(
        _standing(len(differences), whole.cases, difference, error, whole.naive_hits),
        whole.frozen, whole.scored, whole.counted,
        whole.cases, whole.hits, whole.model_hits, whole.naive_hits, whole.best_hits,
        whole.area_share / whole.counted if whole.counted else 0.0,
        whole.expected_cases, whole.expected_hits,
        _ceiling(whole), difference, error, periods, _calibration(counted),
    )  # fmt: skip


def _period(one: Tally, days: int) -> Period:
    def share(hits: float) -> float | None:
        return hits / one.cases if one.cases else None

    return Period(
        one.period * days * DAY_MS, one.counted, one.cases,
        share(one.hits), share(one.model_hits), share(one.naive_hits), share(one.best_hits), _ceiling(one),
    )  # fmt: skip


def _ceiling(one: Tally) -> float | None:
    return one.ceiling_hits / one.cases if one.cases else None


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
