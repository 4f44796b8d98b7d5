"""Hours of the week, pins of the dial, minutes of patrol and the hours nobody guards."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from models.analysis.aoristic import week_of
from models.analysis.clock import INNER, OUTER, by_band, pins
from models.analysis.patrolled import minutes_on
from models.analysis.shifts import HOUR_MS, Shifts
from models.analysis.unguarded import unguarded

ZONE = ZoneInfo("Asia/Bangkok")
SHIFTS = Shifts(zone=ZONE)
MINUTE = 60_000


def at(text: str) -> int:
    """Epoch milliseconds of a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A column."""
    return np.array(values, dtype=np.int64)


def test_a_window_is_spread_over_its_hours_and_a_known_hour_is_certain() -> None:
    monday = at("2026-11-16T22:30")
    # 22:30 sharp; 22:30 to 00:30 over midnight; 20:00 to 21:00 is one hour; a whole day tells none.
    start = ints(monday, monday, at("2026-11-16T20:00"), at("2026-11-16T00:00"))
    end = ints(monday, monday + 2 * HOUR_MS, at("2026-11-16T21:00"), at("2026-11-16T23:59"))
    week = week_of(start, end, SHIFTS)
    assert week.unknown == 1
    assert (week.certain[0, 22], week.certain[0, 20], week.certain.sum()) == (1, 1, 2)
    assert [week.spread[0, 22], week.spread[0, 23], week.spread[1, 0]] == [0.25, 0.5, 0.25]
    assert week.windowed == 1
    assert week.cases.sum() == pytest.approx(3)


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 30 * HOUR_MS)), min_size=1, max_size=40))
def test_every_case_weighs_one_or_is_told_apart(cases: list[tuple[int, int]]) -> None:
    start, long = (np.array(column, dtype=np.int64) for column in zip(*cases, strict=True))
    week = week_of(start, start + long, SHIFTS)
    assert week.cases.sum() + week.unknown == pytest.approx(len(cases))
    # The hours of the day agree with the shifts' own weights.
    hourly = SHIFTS.by_hour(start, start + long).sum(axis=0)
    assert np.allclose(week.cases.sum(axis=0), hourly)


def test_sunday_night_runs_into_monday() -> None:
    late = at("2026-11-22T23:30")
    week = week_of(ints(late), ints(late + HOUR_MS), SHIFTS)
    assert [week.spread[6, 23], week.spread[0, 0]] == [0.5, 0.5]


def test_a_pin_stands_at_its_hour_and_day() -> None:
    start = ints(at("2026-11-01T00:00"), at("2026-11-30T06:00"), at("2026-11-01T17:00"), at("2026-11-05T00:00"))
    end = ints(start[0], start[1], start[2] + 2 * HOUR_MS, start[3] + 24 * HOUR_MS)
    found = pins(start, end, SHIFTS)
    assert (found.x[0], found.y[0]) == (pytest.approx(0, abs=1e-9), pytest.approx(-INNER))
    assert found.x[1] == pytest.approx(
        INNER + (OUTER - INNER) * 29 / 30
    )  # six is to the right, the 30th near the rim
    assert (found.x[2], found.y[2]) == (pytest.approx(-INNER), pytest.approx(0, abs=1e-9))  # 17 to 19: at 18
    assert found.certain.tolist() == [True, True, False, False]
    assert found.known.tolist() == [True, True, True, False]
    assert np.isnan(found.x[3])


def test_bands_are_of_six_hours() -> None:
    assert by_band(np.arange(24.0)).tolist() == [15.0, 51.0, 87.0, 123.0]


def test_minutes_of_patrol_leave_gaps_out_and_are_cut_at_the_hour() -> None:
    ground = shapely.box(100.0, 13.0, 100.1, 13.1)
    start = at("2026-11-16T00:00")
    # A fix each 10 s from 00:55 to 01:05, then nothing for 20 minutes, then 5 minutes outside.
    inside = np.arange(start + 55 * MINUTE, start + 65 * MINUTE + 1, 10_000)
    outside = np.arange(start + 85 * MINUTE, start + 90 * MINUTE + 1, 10_000)
    moments = np.concatenate([inside, outside])
    lat = np.full(len(moments), 13.05)
    lon = np.concatenate([np.full(len(inside), 100.05), np.full(len(outside), 100.5)])
    everywhere = shapely.box(-180, -90, 180, 90)
    found = minutes_on([ground, everywhere], moments, lat, lon, start, 24)
    assert found[0, :3].tolist() == [pytest.approx(5), pytest.approx(5), 0]
    assert found[1, :3].tolist() == [pytest.approx(5), pytest.approx(10), 0]
    assert found.sum() == pytest.approx(25)
    assert minutes_on([ground], moments[:1], lat[:1], lon[:1], start, 24).sum() == 0


def evenly(total: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """So much over the whole week."""
    return np.full((7, 24), total / 168)


def test_an_hour_with_more_cases_than_its_share_of_minutes_is_listed() -> None:
    cases, minutes = evenly(1_680), evenly(16_800)
    cases[4, 23] = 60.0  # Friday 23: ten are usual
    found = unguarded(cases, minutes, [10] * 7)
    assert (found.unit, found.why) == ("hour", "")
    [cell] = found.cells
    assert (cell.weekday, cell.first, cell.until, cell.cases, cell.minutes) == (4, 23, 24, 60.0, 10.0)
    # A minute for each case's share: 16,800 / 1,730 a case, times 60, less 100, over ten Fridays.
    assert cell.missing == pytest.approx((60 * 16_800 / 1_730 - 100) / 10)


def test_with_fewer_cases_larger_cells_are_judged_and_with_too_few_none() -> None:
    minutes = evenly(16_800)
    cases = evenly(140)
    cases[:, 18:] *= 3
    assert unguarded(cases, minutes, [10] * 7).unit == "band_of_day"
    few = unguarded(cases / 4, minutes, [10] * 7)
    assert (few.unit, [cell.first for cell in few.cells]) == ("band", [18])
    assert few.cells[0].weekday is None
    assert unguarded(evenly(10), minutes, [10] * 7).why == "few"
    assert unguarded(cases, evenly(0), [10] * 7).why == "no_minutes"
    assert unguarded(evenly(500), minutes, [10] * 7).why == "none"


def test_an_hour_without_a_patrol_is_listed_when_there_are_cases() -> None:
    cases, minutes = evenly(1_680), evenly(16_800)
    minutes[2, 3] = 0.0
    found = unguarded(cases, minutes, [10] * 7)
    assert [(cell.weekday, cell.first, cell.minutes) for cell in found.cells] == [(2, 3, 0.0)]


def test_only_one_in_twenty_even_weeks_lists_anything() -> None:
    rng = np.random.default_rng(4)
    weeks = rng.poisson(evenly(1_200), size=(200, 7, 24)).astype(float)
    listed = [bool(unguarded(week, evenly(16_800), [10] * 7).cells) for week in weeks]
    assert np.mean(listed) <= 0.10


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="weekday"):
        unguarded(np.zeros((24, 7)), np.zeros((7, 24)), [1] * 7)
