"""The windows before and after: the same months, one length, and earlier years that end before the start."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.analysis.windows import earlier_pairs, later, pair_of, whole_months

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_the_same_months_a_year_before() -> None:
    pair = pair_of(date(2026, 3, 15), 6)
    assert (pair.after.first, pair.after.end) == (date(2026, 3, 15), date(2026, 9, 15))
    assert (pair.before.first, pair.before.end) == (date(2025, 3, 15), date(2025, 9, 15))
    assert (pair.before.days, pair.after.days) == (184, 184)


def test_more_than_a_year_is_held_against_as_many_years_before() -> None:
    pair = pair_of(date(2026, 1, 1), 18)
    assert (pair.before.first, pair.before.end) == (date(2024, 1, 1), date(2025, 7, 1))
    assert pair.before.end <= pair.after.first


def test_a_leap_day_makes_one_period_longer() -> None:
    pair = pair_of(date(2024, 2, 1), 1)
    assert (pair.before.days, pair.after.days) == (28, 29)
    assert later(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert later(date(2026, 1, 31), 1) == date(2026, 2, 28)


@given(DAYS, st.integers(1, 60))
def test_no_window_of_an_earlier_year_reaches_the_start(start: date, months: int) -> None:
    pair = pair_of(start, months)
    assert pair.before.end <= start
    assert abs(pair.before.days - pair.after.days) <= 2
    for one in earlier_pairs(start, months, date(1980, 1, 1)):
        assert one.after.end <= pair.before.first
        assert one.before.end <= one.after.first
        assert one.before.first >= date(1980, 1, 1)


@given(DAYS, st.integers(0, 2_000))
def test_whole_months_are_as_many_as_fit(start: date, days: int) -> None:
    until = date.fromordinal(start.toordinal() + days)
    number = whole_months(start, until)
    assert later(start, number) <= until < later(start, number + 1)


def test_no_month_is_refused() -> None:
    assert whole_months(date(2026, 3, 1), date(2026, 2, 1)) == 0
    with pytest.raises(ValueError, match="month"):
        pair_of(date(2026, 3, 1), 0)
