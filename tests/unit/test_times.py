"""Moments and ages in the reader's language."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from dashboard.times import age, day, moment, span

BANGKOK = ZoneInfo("Asia/Bangkok")


def test_thai_dates_are_in_the_buddhist_era() -> None:
    assert day(date(2026, 11, 21), "th") == "21 พ.ย. 2569"
    assert day(date(2026, 11, 21), "en") == "21 Nov 2026"
    assert moment(1_795_197_909_000, BANGKOK, "th") == "21 พ.ย. 2569 01:05:09"
    assert [moment(none, BANGKOK, "th") for none in (None, 0)] == ["", ""]


def test_ages_are_one_number_and_one_word() -> None:
    assert [age(ms, "th") for ms in (-1, 59_999, 60_000, 7_200_000, 172_800_000)] == [
        "0 วิ", "59 วิ", "1 นาที", "2 ชม.", "2 วัน",
    ]  # fmt: skip


def test_a_span_holds_both_days_whole() -> None:
    start, end = span(date(2026, 1, 1), date(2026, 1, 2), BANGKOK)
    assert end - start == 2 * 86_400_000
    assert moment(start, BANGKOK, "en") == "1 Jan 2026 00:00:00"
