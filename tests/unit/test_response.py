"""The response report's sums: what is known is told with its number, what is not known is never guessed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dashboard.response.chart import MOST, drawn
from models.response.figures import LEAST, Share, spread, wilson
from models.response.groups import Area, By, keys
from models.response.report import Leg, Summary, by_group, legs_of, summary
from models.response.targets import Targets
from models.response.times import Sort, Times, sorts, times_of

BANGKOK = ZoneInfo("Asia/Bangkok")
NOON = int(datetime(2026, 11, 21, 12, 0, tzinfo=BANGKOK).timestamp() * 1000)
NOW = NOON + 86_400_000
TARGETS = Targets()


def alarm(**given: Any) -> tuple[Any, ...]:
    """A row: pressed a second before it came, answered after 10 s, reached by GPS after 4 minutes, then closed."""
    at = given.get("raised", NOON)
    row = {
        "station": "lumphini", "alarm": "a", "kind": "sos", "origin_kind": "box", "origin": "b1", "lat": 13.73,
        "lon": 100.54, "marks": "", "outcome": "real", "state": "closed", "unit": "lumphini/201", "simulated": False,
        "pressed": at - 1000, "raised": at, "stored": at + 100, "shown": at + 300, "acknowledged": at + 10_000,
        "assigned": at + 30_000, "sent": given.get("assigned", at + 30_000),
        "on_scene": at + 239_000, "scene_how": "gps", "closed": at + 900_000,
    }  # fmt: skip
    return tuple((row | given).values())


def summed(rows: Iterable[tuple[Any, ...]], now: int = NOW) -> Summary:
    """All of them as one group."""
    times = times_of(list(rows))
    return summary(times, legs_of(times, TARGETS, now), TARGETS, np.arange(len(times)))


def test_every_leg_of_one_alarm_is_measured() -> None:
    legs = summed([alarm()]).legs
    assert {leg.value: (one.n, one.unknown, one.p50, one.p90) for leg, one in legs.items()} == {
        "stored": (1, 0, 1_100, 1_100),
        "shown": (1, 0, 300, 300),
        "acknowledged": (1, 0, 10_000, 10_000),
        "assigned": (1, 0, 20_000, 20_000),
        "travel": (1, 0, 209_000, 209_000),
        "on_scene": (1, 0, 240_000, 240_000),
        "closed": (1, 0, 901_000, 901_000),
    }


def test_the_way_of_the_unit_that_came_begins_when_it_was_sent() -> None:
    legs = summed([alarm(sent=NOON + 139_000)]).legs  # another was sent before it
    assert (legs[Leg.ASSIGNED].p50, legs[Leg.TRAVEL].p50) == (20_000, 100_000)


def test_the_chart_keeps_the_newest_months_and_the_largest_groups() -> None:
    months = [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(MOST + 4)]
    groups = {month: summed([alarm()] * (LEAST + len(months) - n)) for n, month in enumerate(months)}
    assert list(drawn(groups, Leg.ON_SCENE, {}, ordered=True)["name"]) == months[4:]
    assert list(drawn(groups, Leg.ON_SCENE, {}, ordered=False)["name"]) == months[:MOST]


def test_without_alarms_there_is_nothing_and_no_error() -> None:
    nothing = summed([])
    assert (nothing.alarms, nothing.answered.n, nothing.answered.share) == (0, 0, None)
    times = times_of([])
    assert by_group(times, legs_of(times, TARGETS, NOW), TARGETS, times.station) == {}


def test_an_arrival_nobody_knows_is_unknown_and_in_no_quantile() -> None:
    found = summed([alarm(), alarm(on_scene=None, scene_how="")])
    assert (found.legs[Leg.ON_SCENE].n, found.legs[Leg.ON_SCENE].unknown, found.no_arrival) == (1, 1, 1)
    assert (found.reached.hits, found.reached.n, found.not_sent) == (1, 1, 0)


def test_an_alarm_closed_without_a_unit_is_no_missing_arrival() -> None:
    found = summed([alarm(unit="", assigned=None, on_scene=None, scene_how="", outcome="child_play")])
    assert (found.not_sent, found.no_arrival, found.reached.n) == (1, 0, 0)
    assert (found.legs[Leg.ASSIGNED].n, found.legs[Leg.ASSIGNED].unknown) == (0, 0)


def test_an_arrival_told_by_a_person_counts_and_is_said_to_be() -> None:
    found = summed([alarm(scene_how="manual"), alarm(), alarm(scene_how="unit")])
    assert (found.by_hand, found.reached.n) == (1, 3)


def test_an_open_alarm_is_late_once_its_time_is_over_and_not_before() -> None:
    waits = alarm(state="raised", unit="", outcome="", acknowledged=None, assigned=None, on_scene=None, closed=None)
    early, late, very_late = (summed([waits], NOON + wait) for wait in (14_000, 16_000, 301_000))
    assert [(one.answered.hits, one.answered.n) for one in (early, late, very_late)] == [(0, 0), (0, 1), (0, 1)]
    assert [(one.reached.hits, one.reached.n) for one in (early, late, very_late)] == [(0, 0), (0, 0), (0, 1)]
    assert late.legs[Leg.ACKNOWLEDGED].unknown == 0


def test_a_unit_on_scene_at_an_unknown_time_is_not_late() -> None:
    there = alarm(state="on_scene", outcome="", on_scene=None, scene_how="", closed=None)
    found = summed([there])
    assert (found.reached.n, found.no_arrival) == (0, 1)


@pytest.mark.parametrize(
    ("pressed", "marks", "waited"),
    [
        (NOON - 60_000, "", 299_000),  # the box sent it late: the person waited since the press
        (NOON - 60_000, "clock_suspect,late", 239_000),  # its clock cannot be believed: since it came
        (NOON + 5_000, "", 239_000),
        (NOON - 3 * 86_400_000, "late", 239_000),
    ],
)
def test_a_person_waits_since_the_press_if_its_clock_can_be_believed(pressed: int, marks: str, waited: int) -> None:
    found = summed([alarm(pressed=pressed, marks=marks)])
    assert found.legs[Leg.ON_SCENE].p50 == waited
    assert found.legs[Leg.STORED].unknown == (waited == 239_000)


def test_a_clock_set_back_between_two_steps_makes_no_negative_time() -> None:
    found = summed([alarm(acknowledged=NOON - 5_000)])
    assert (found.legs[Leg.ACKNOWLEDGED].n, found.legs[Leg.ACKNOWLEDGED].unknown) == (0, 1)


def test_tests_drills_and_simulated_data_are_sorted_apart() -> None:
    rows = [
        alarm(), alarm(outcome="test"), alarm(outcome="test", marks="drill,unverified"),
        alarm(marks="drill", simulated=True), alarm(marks="drilled"),
    ]  # fmt: skip
    assert list(sorts(times_of(rows))) == [Sort.REAL, Sort.TEST, Sort.DRILL, Sort.SIMULATED, Sort.REAL]


def _keys(by: By, rows: Iterable[tuple[Any, ...]], areas: Iterable[Area] = ()) -> list[str]:
    return [str(key) for key in keys(by, times_of(list(rows)), list(areas), BANGKOK, TARGETS.shifts)]


def _at(hour: int, minute: int = 0, day: int = 1, month: int = 11) -> int:
    return int(datetime(2026, month, day, hour, minute, tzinfo=BANGKOK).timestamp() * 1000)


def test_groups_are_stations_boxes_units_shifts_and_months_of_bangkok() -> None:
    rows = [
        alarm(raised=_at(7, 59)),
        alarm(raised=_at(8), station="hat_yai", unit=""),
        alarm(raised=_at(23, 59, 31, 12), origin_kind="unit", origin="201"),
        alarm(raised=_at(0, 0, 1, 12)),
    ]
    assert _keys(By.STATION, rows) == ["lumphini", "hat_yai", "lumphini", "lumphini"]
    assert _keys(By.BOX, rows) == ["lumphini/b1", "hat_yai/b1", "", "lumphini/b1"]
    assert _keys(By.UNIT, rows) == ["lumphini/201", "", "lumphini/201", "lumphini/201"]
    assert _keys(By.SHIFT, rows) == ["00", "08", "16", "00"]
    assert _keys(By.MONTH, rows) == ["2026-11", "2026-11", "2026-12", "2026-12"]
    late = keys(By.SHIFT, times_of([alarm(raised=_at(3)), alarm(raised=_at(6))]), [], BANGKOK, (6, 14, 22))
    assert list(late) == ["22", "06"]


def test_a_zone_is_the_smallest_of_the_own_station_as_it_was_then() -> None:
    def square(size: float) -> shapely.Geometry:
        return shapely.box(100.54 - size, 13.73 - size, 100.54 + size, 13.73 + size)

    areas = [
        Area("lumphini", "lumphini/small", square(0.001), NOON, None),
        Area("lumphini", "lumphini/big", square(0.01), 0, None),
        Area("hat_yai", "hat_yai/other", square(0.0001), 0, None),
        Area("lumphini", "lumphini/gone", square(0.0001), 0, NOON - 10_000_000),
    ]
    rows = [alarm(), alarm(raised=NOON - 1), alarm(lat=14.0), alarm(lat=None, lon=None)]
    assert _keys(By.ZONE, rows, areas) == ["lumphini/small", "lumphini/big", "", ""]


def test_groups_add_up_to_the_whole_and_the_empty_key_is_none() -> None:
    chance = random.Random(7)
    rows = [
        alarm(station=chance.choice(["a", "b", ""]), on_scene=chance.choice([None, NOON + 1, NOON + 400_000]))
        for _ in range(200)
    ]
    times = times_of(rows)
    groups = by_group(times, legs_of(times, TARGETS, NOW), TARGETS, times.station)
    assert list(groups) == ["a", "b"]
    named = summed(row for row in rows if row[0])
    assert sum(one.alarms for one in groups.values()) == named.alarms
    assert sum(one.reached.hits for one in groups.values()) == named.reached.hits
    assert sum(one.no_arrival for one in groups.values()) == named.no_arrival
    assert groups["a"] == summed(row for row in rows if row[0] == "a")


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60))
def test_quantiles_are_measured_times_that_part_the_rest(took: list[int]) -> None:
    found = spread(np.array(took, dtype=np.float64), 3)
    assert (found.n, found.unknown, found.enough) == (len(took), 3, len(took) >= LEAST)
    for part, value in ((0.5, found.p50), (0.9, found.p90)):
        assert value in took
        assert sum(one <= (value or 0) for one in took) >= part * len(took)
        assert sum(one < (value or 0) for one in took) < part * len(took)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
     (29, 29, 0.8830, 1.0)],
)  # fmt: skip
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_share_lies_in_its_interval_and_more_cases_make_it_narrower(hits: int, more: int) -> None:
    n = hits + more
    low, high = wilson(hits, n)
    assert 0.0 <= low <= high <= 1.0
    if n:
        assert low - 1e-12 <= hits / n <= high + 1e-12
        wide = wilson(10 * hits, 10 * n)
        assert wide[1] - wide[0] < high - low
    assert Share(hits, n).enough == (n >= LEAST)


def test_columns_can_be_cut_by_a_mask() -> None:
    times: Times = times_of([alarm(), alarm(station="b")])
    assert list(times.where(times.station == "b").station) == ["b"]
