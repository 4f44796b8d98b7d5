"""Two periods beside each other: what chance alone would do is right, and is seldom called a change."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from models.analysis.cases import Cases
from models.analysis.periods import changes, counts, two_periods
from tests.hotspot_sample import DAY, GRID, sample

NOW = 1_790_000_000_000


def test_a_change_is_named_only_beyond_chance() -> None:
    more, fewer, same, none = changes([(2, 30), (40, 8), (5, 9), (0, 0)], 90, 90)
    assert (more.verdict, fewer.verdict, same.verdict, none.verdict) == ("more", "fewer", "chance", "none")
    assert (same.low, same.high) == (3, 11)  # 95 % of Binomial(14, 1/2)
    assert same.p == pytest.approx(0.4240, abs=1e-4)
    # A period twice as long has twice as many without any change.
    [longer] = changes([(10, 20)], 90, 180)
    assert longer.verdict == "chance"
    assert longer.low <= 20 <= longer.high


def test_no_place_or_no_length() -> None:
    assert changes([], 1, 1) == []
    with pytest.raises(ValueError, match="length"):
        changes([(1, 1)], 0, 1)
    with pytest.raises(ValueError, match="below 0"):
        changes([(-1, 1)], 1, 1)


def test_steady_places_are_called_changed_in_few_tables() -> None:
    """Tables of ten steady places; false-discovery control holds the share of tables with any change at 5 %."""
    random = np.random.default_rng(6)
    tables = [changes([tuple(pair) for pair in random.poisson(12, (10, 2)).tolist()], 90, 90) for _ in range(200)]
    wrong = sum(any(one.verdict in ("more", "fewer") for one in table) for table in tables)
    assert wrong <= 20  # binomial bound of 200 tables at 5 %: 99.9 % stay at or below 20


def test_cases_are_counted_in_their_hotspot_and_period_and_the_rest_apart() -> None:
    found = sample(NOW)
    cell = found.hotspots[0].cells[1]
    x, y = GRID.centres(np.array([cell, cell, 0, cell]))
    start = np.array([NOW - 9 * DAY, NOW - 4 * DAY, NOW - 3 * DAY, NOW - DAY])
    words = np.array(["a"] * 4, dtype=object)
    cases = Cases(x, y, start, start, np.ones(4, dtype=bool), words, words)
    made = counts(cases, found, (NOW - 10 * DAY, NOW - 5 * DAY), (NOW - 5 * DAY, NOW - DAY))
    assert made == [(1, 1), (0, 0), (0, 0), (0, 1)]  # the last began when the later period was over


def test_periods_lie_one_after_the_other_or_a_year_of_whole_weeks_apart() -> None:
    last = date(2026, 11, 21)
    before = (date(2026, 9, 27), date(2026, 10, 25)), (date(2026, 10, 24), last)
    assert two_periods(last, 28, year=False) == before
    begins, ends = two_periods(last, 28, year=True)
    assert (ends[0], begins[0].weekday()) == (date(2025, 11, 22), begins[1].weekday())
    assert ends[0] - begins[0] == ends[1] - begins[1] == timedelta(days=27)
    assert two_periods(last, 365, year=True) == two_periods(last, 365, year=False), "they must not overlap"
