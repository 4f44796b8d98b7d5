"""When a station is due, and what the record of forecasts says: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.analysis.cases import Cases
from models.analysis.due import FORMAT, Last, Version, When, is_due
from models.analysis.forecast import Frozen, noise_ceiling, thawed, turned_out
from models.analysis.record import Scored, Told, apart
from models.analysis.standing import Standing, summary

ZONE = ZoneInfo("Asia/Bangkok")
DAY = 86_400_000
WHEN = When(20, 3, ZONE)
NIGHT = int(datetime(2026, 11, 21, 3, 30, tzinfo=ZONE).timestamp() * 1000)
NOON = int(datetime(2026, 11, 21, 12, 0, tzinfo=ZONE).timestamp() * 1000)
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("cases", "newest", "last", "now", "due"),
    [
        (0, 0, None, NOON, False),
        (1, 9, None, NOON, True),
        (119, 9, Last(NOON - 2 * HOUR, Version(100, 8)), NOON, False),
        (120, 9, Last(NOON - 2 * HOUR, Version(100, 8)), NOON, True),
        (80, 9, Last(NOON - 2 * HOUR, Version(100, 8)), NOON, True),  # an import was taken out again
        (0, 0, Last(NOON - 2 * HOUR, Version(5, 8)), NOON, True),  # an import was taken out, and there was no other
        (0, 0, Last(NOON - 2 * HOUR, Version(0, 0)), NOON, False),
        (0, 0, Last(NOON - HOUR + 1, Version(5, 8)), NOON, False),
        (0, 0, Last(NIGHT - 20 * HOUR, Version(0, 0), failed=True), NIGHT, True),
        (900, 9, Last(NOON - HOUR + 1, Version(100, 8)), NOON, False),  # at most once an hour
        (900, 9, Last(NOON - 2 * HOUR, Version(100, 8), failed=True), NOON, False),
        (101, 9, Last(NIGHT - 20 * HOUR, Version(100, 8)), NIGHT, True),
        (101, 9, Last(NIGHT - 2 * HOUR, Version(100, 8)), NIGHT, False),  # was refit this very night
        (100, 8, Last(NIGHT - 20 * HOUR, Version(100, 8)), NIGHT, False),
        (100, 8, Last(NIGHT - 8 * DAY, Version(100, 8)), NIGHT, True),
        (100, 8, Last(NOON - 8 * DAY, Version(100, 8)), NOON, False),
        (100, 8, Last(NIGHT - 20 * HOUR, Version(100, 8), failed=True), NIGHT, True),
        (100, 8, Last(NOON + 9 * DAY, Version(100, 8)), NOON, True),  # the clock was ahead
        (100, 8, Last(NOON - 2 * HOUR, Version(100, 8), form=FORMAT - 1), NOON, True),  # maps of an older program
        (100, 8, Last(NOON - HOUR + 1, Version(100, 8), form=FORMAT - 1), NOON, False),
        (100, 8, Last(NOON - 2 * HOUR, Version(100, 8), failed=True, form=FORMAT - 1), NOON, False),
    ],
)
def test_when_a_station_is_due(cases: int, newest: int, last: Last | None, now: int, due: bool) -> None:
    assert is_due(Version(cases, newest), last, now, WHEN) is due


def told(begun_day: int, hits: float, naive: float, cases: float = 20, days: int = 28, zone: str = "z") -> Told:
    score = Scored(0, cases, hits, hits, naive, 12, 0.05, 21, hits + 0.5, 0.9)
    made = begun_day * DAY
    return Told("s", zone, "robbery", days, "", made, made + days * DAY, "mixture", f"{zone}{begun_day}", score)


def test_windows_that_overlap_count_once() -> None:
    kept = apart([told(day, 5, 5) for day in (0, 7, 14, 28, 30, 57)] + [told(7, 5, 5, zone="y")])
    assert [(one.zone, one.made_at // DAY) for one in kept] == [("z", 0), ("y", 7), ("z", 28), ("z", 57)]


@pytest.mark.parametrize(
    ("gains", "word"),
    [
        ((4, 5, 4, 5, 4), Standing.BETTER),
        ((0, 0, 0, 0, 0), Standing.AS_GOOD),
        ((5, -5, 4, -4, 1), Standing.AS_GOOD),
        ((0.02, 0.02, 0.02, 0.02, 0.02), Standing.AS_GOOD),  # of 6 hits: steady, and no reason to prefer it
        ((-4, -5, -4, -5, -4), Standing.WORSE),
        ((9, 9, 9), Standing.TOO_FEW),
    ],
)
def test_the_word_follows_the_paired_difference(gains: tuple[float, ...], word: Standing) -> None:
    made = summary([told(28 * number, 6 + gain, 6) for number, gain in enumerate(gains)], 28)
    assert made.standing is word
    assert made.counted == len(gains)
    assert made.difference == pytest.approx(sum(gains) / 20 / len(gains))


def test_the_record_sums_what_was_seen_and_names_what_is_not_yet() -> None:
    waiting = replace(told(140, 0, 0), score=None)
    made = summary([*(told(28 * number, 8, 6) for number in range(5)), waiting, told(0, 9, 9, days=7)], 28)
    assert (made.frozen, made.scored, made.cases, made.hits, made.naive_hits) == (6, 5, 100, 40, 30)
    assert (made.hit, made.naive_hit) == (0.4, 0.3)
    assert made.pai == pytest.approx(8)
    assert made.pei == pytest.approx(8 / 12)
    assert made.ceiling == pytest.approx(0.9 * 12 / 20)
    assert [(one.forecasts, one.seen) for one in made.calibration] == [(1, 8)] * 5
    assert [period.hit for period in made.periods] == [0.4] * 5
    nothing = summary([waiting], 28)
    assert (nothing.standing, nothing.hit, nothing.pai, nothing.periods) == (Standing.TOO_FEW, None, None, ())
    few = summary([told(28 * number, 1, 0, cases=2) for number in range(9)], 28)
    assert few.standing is Standing.TOO_FEW, "18 cases judge nothing"


def frozen(shown: tuple[int, ...], naive: tuple[int, ...]) -> Frozen:
    return Frozen(32647, 100.0, (0.0, 0.0, 4, 3), "{}", shown, shown, naive, 0.1, 5.0, 2.0, 0.8)


def cases(places: list[tuple[float, float]]) -> Cases:
    x, y = (np.array(values, dtype=float) for values in zip(*places, strict=True))
    moment = np.arange(len(places), dtype=np.int64)
    words = np.array(["robbery"] * len(places), dtype=object)
    return Cases(x, y, moment, moment, np.ones(len(places), dtype=bool), words, words)


def test_an_outcome_counts_the_cases_in_the_cells() -> None:
    places = [(50.0, 50.0)] * 3 + [(150.0, 50.0)] * 2 + [(350.0, 250.0)]
    found = turned_out(frozen((0, 11), (1, 2)), cases(places), np.ones(6), 7)
    assert (found.cases, found.hits, found.naive_hits, found.best_hits) == (6, 4, 2, 5)
    halves = turned_out(frozen((0, 11), (1, 2)), cases(places), np.full(6, 0.5), 7)
    assert (halves.cases, halves.hits) == (3, 2)
    assert found.hit == pytest.approx(4 / 6)


def test_a_forecast_is_written_and_read_back() -> None:
    one = frozen((3, 1), (2, 0))
    assert thawed(one.text()) == one


def test_the_ceiling_is_under_one_by_the_luck_of_the_best_cells_alone() -> None:
    even = np.full(400, 0.05)
    sure = np.zeros(400)
    sure[:20] = 50.0
    assert noise_ceiling(even, np.arange(20)) < 0.2
    assert noise_ceiling(sure, np.arange(20)) == 1.0
    assert noise_ceiling(even, np.arange(20)) == noise_ceiling(even, np.arange(20)), "seeded"
    assert noise_ceiling(np.zeros(9), np.arange(2)) == 1.0
