"""Weights of the mixture for a station whose past is short: learnt from the pasts of others, cut as short. Pure.

What a memory is worth depends on how much there is to remember: a cell's own count of three years tells a place, that
of sixty days is mostly luck, and must be spread. Weights learnt where the past is long say nothing of that, and a
short past has no windows to learn it from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from models.analysis.cases import Cases
from models.analysis.components import DAY_MS, Floats, Ground, densities
from models.analysis.mixing import Evidence, evidence_of
from models.records.base import Millis

#: To so many days pasts are cut to learn from, and from so many on a past is a long one; between them the weights
#: pass from the ones to the others, by the logarithm of its length.
SHORT_DAYS, LONG_DAYS = 60.0, 365.0

#: The same of cases: where many come, sixty days are enough to know a place by its own count.
FEW_CASES, MANY_CASES = 100.0, 1_000.0

#: How many windows ago those begin that are looked at: one a season.
_AGO = (1, 4, 7, 10)


def for_past(long: Floats, short: Floats, days: float, cases: int) -> Floats:
    """The weights for a past of so many days and cases, shape (components,)."""
    part = max(_between(days, SHORT_DAYS, LONG_DAYS), _between(cases, FEW_CASES, MANY_CASES))
    return long if part >= 1 else part * long + (1 - part) * short


def _between(value: float, least: float, most: float) -> float:
    """How far a value has come from the least to the most, by its logarithm."""
    return math.log(max(value, least) / least) / math.log(most / least)


def short_evidence(
    cases: Cases, ground: Ground, at: Millis, days: int, others: Cases | None = None, ago: Iterable[int] = _AGO
) -> Iterator[Evidence]:
    """What windows before `at` (each begins so many windows `ago`) say of maps that knew only the `SHORT_DAYS` before
    them; of a past too short for that nothing."""
    for number in ago:
        begin = at - number * days * DAY_MS
        first = begin - int(SHORT_DAYS) * DAY_MS
        if not len(cases) or int(cases.start[0]) > first:
            return
        past, coming = cases.between(first, begin), cases.between(begin, begin + days * DAY_MS)
        if len(past) and len(coming):
            around = None if others is None else others.between(first, begin)
            yield evidence_of(densities(past, ground, begin, days, around), ground, coming)


#: The product's own, until stations have pooled theirs: learnt where `mixing.DEFAULT` and `mixing.ALONE` were.
SHORT: Floats = np.array(
    [
        0.005, 0.005, 0.006, 0.011, 0.018,  # 14 days, by width
        0.010, 0.010, 0.008, 0.016, 0.023,  # 45
        0.016, 0.016, 0.009, 0.020, 0.026,  # 120
        0.016, 0.016, 0.009, 0.020, 0.026,  # 365
        0.016, 0.016, 0.009, 0.020, 0.026,  # all
        0.035, 0.035,  # season, uniform
        0.453, 0.102,  # other families
    ]
)  # fmt: skip
SHORT /= SHORT.sum()

SHORT_ALONE: Floats = np.array(
    [
        0.005, 0.005, 0.007, 0.014, 0.033,  # 14 days, by width
        0.010, 0.010, 0.010, 0.025, 0.054,  # 45
        0.018, 0.018, 0.013, 0.041, 0.073,  # 120
        0.018, 0.018, 0.013, 0.041, 0.073,  # 365
        0.018, 0.018, 0.013, 0.041, 0.073,  # all
        0.143, 0.143,  # season, uniform
        0.013, 0.041,
    ]
)  # fmt: skip
SHORT_ALONE /= SHORT_ALONE.sum()


def own_short(others: Cases | None) -> Floats:
    """The product's own weights for a short past, with or without other families."""
    return SHORT_ALONE if others is None else SHORT
