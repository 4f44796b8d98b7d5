"""Two periods beside each other, hotspot by hotspot: what happened, and what chance alone would have done. Pure.

With one steady rate, of the `a + b` cases of a place the later period gets a binomial share of its part of the days
(the conditional test of two Poisson counts, Przyborowski and Wilenski 1940). Among many places some differ by chance:
a difference is only called one while the share of false ones among those called so stays under 5 % (Benjamini and
Hochberg 1995). A place that was chosen because its past was high falls by itself: that is said beside the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from scipy.stats import binom, binomtest, false_discovery_control

from models.analysis.cases import Cases
from models.analysis.grid import Grid
from models.analysis.hotspots import HotspotMap
from models.records.base import Millis

#: Chance that the later count lies outside the told range although nothing changed.
OUTSIDE = 0.05

#: From and until (not included), ms UTC.
Span = tuple[Millis, Millis]

#: So many weeks earlier that weekdays fall on weekdays.
YEAR = timedelta(days=364)

Verdict = Literal["more", "fewer", "chance", "none"]


@dataclass(frozen=True, slots=True)
class Change:
    """Counts of the earlier (`a`) and the later period (`b`); `low..high`: where `b` falls in 95 of 100 cases if
    nothing but chance is at work, given both together; `p` of the exact test."""

    a: int
    b: int
    low: int
    high: int
    p: float
    verdict: Verdict


def two_periods(last: date, length: int, year: bool) -> tuple[tuple[date, date], tuple[date, date]]:
    """First days, then last days, of an earlier and a later period of so many days; the later one ends with `last`.

    `year`: the same days of last year; else, and for a length that would overlap, the period right before.
    """
    back = YEAR if year and length <= YEAR.days else timedelta(days=length)
    begin = last - timedelta(days=length - 1)
    return (begin - back, begin), (last - back, last)


def changes(counts: Sequence[tuple[int, int]], days_a: float, days_b: float) -> list[Change]:
    """One change for each place. Days are the lengths of the periods.

    Raises:
        ValueError: a period has no length, or a count is below 0.
    """
    if not (days_a > 0 and days_b > 0):
        raise ValueError("a period must have a length")
    if any(a < 0 or b < 0 for a, b in counts):
        raise ValueError("a count is below 0")
    part = days_b / (days_a + days_b)
    p = np.array([binomtest(b, a + b, part).pvalue if a + b else 1.0 for a, b in counts], dtype=float)
    held = false_discovery_control(p) if len(p) else p
    made = []
    for (a, b), one, adjusted in zip(counts, p, held, strict=True):
        low, high = (int(edge) for edge in binom.interval(1 - OUTSIDE, a + b, part)) if a + b else (0, 0)
        verdict: Verdict = "none" if a + b == 0 else "chance"
        if a + b and adjusted <= OUTSIDE:
            verdict = "more" if b / days_b > a / days_a else "fewer"
        made.append(Change(a, b, low, high, float(one), verdict))
    return made


def grid_of(found: HotspotMap) -> Grid:
    """The cells a map's indexes are of, as if all of them lay in the zone: the map does not keep their areas."""
    x0, y0, columns, rows = found.grid
    return Grid(found.epsg, x0, y0, found.cell_m, columns, rows, np.full(columns * rows, found.cell_m**2))


def counts(cases: Cases, found: HotspotMap, earlier: Span, later: Span) -> list[tuple[int, int]]:
    """Cases of each hotspot, then of the rest of the zone, that began in the earlier and in the later period."""
    grid = grid_of(found)
    place = np.zeros(len(grid.area), dtype=np.int64)
    for rank, spot in enumerate(found.hotspots, 1):
        place[list(spot.cells)] = rank
    places = len(found.hotspots) + 1

    def of(span: Span) -> list[int]:
        part = cases.between(*span)
        cell = grid.cell_of(part.x, part.y)
        ranks = np.where(cell >= 0, place[np.maximum(cell, 0)], 0)
        made = np.bincount(ranks, minlength=places)
        return [int(count) for count in (*made[1:], made[0])]

    return list(zip(of(earlier), of(later), strict=True))
