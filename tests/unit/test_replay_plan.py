"""What a replay publishes, and when."""

from __future__ import annotations

import math

import numpy as np
import orjson
import pytest

from ingest.sources.replay import ReplayRefusedError, parse_speed
from ingest.sources.replay_plan import (
    IDLE_MS,
    SPEED_UNITS,
    Move,
    Place,
    message_maker,
    moved_times,
    played_at,
    schedule,
    unit_names,
)
from ingest.sources.replay_read import Fixes
from models.track import distance_m

START = 1_795_000_000_000
MOVE = Move(Place(30.27, -97.74), Place(16.5436, 104.7235))


def test_idle_times_are_cut_and_others_kept() -> None:
    at = np.array([5_000, 6_000, 6_000 + 9 * IDLE_MS, 7_000 + 9 * IDLE_MS])
    assert played_at(at).tolist() == [0, 1_000, 1_000 + IDLE_MS, 2_000 + IDLE_MS]


def test_at_speed_one_each_fix_is_stamped_with_its_publishing() -> None:
    assert moved_times(np.array([0, 1_000, 5_000]), START, 1.0).tolist() == [START, START + 1_000, START + 5_000]


@pytest.mark.parametrize("speed", [2.0, 10.0, 500.0])
def test_no_fix_is_stamped_in_the_future_and_spacing_is_true(speed: float) -> None:
    played = np.array([0, 10_000, 60_000, 3_600_000])
    stamps = moved_times(played, START, speed)
    assert np.diff(stamps).tolist() == np.diff(played).tolist()
    assert (stamps <= START + played / speed + 1).all()
    assert stamps[-1] == START + int(3_600_000 / speed)


def test_as_fast_as_possible_ends_now() -> None:
    assert moved_times(np.array([0, 7_000]), START, 0.0).tolist() == [START - 7_000, START]


def test_a_message_with_units_converted() -> None:
    make = message_maker("test_town", ["bus-1"], SPEED_UNITS["ms"], None)
    topic, payload, retain = make(0, START, 30.1, -97.2, 10.0, 359.99)
    assert topic == "ssz/v1/test_town/unit/bus-1/position"
    assert orjson.loads(payload) == {"at": START, "lat": 30.1, "lon": -97.2, "speed_kmh": 36.0, "heading_deg": 0.0}
    assert not retain
    body = orjson.loads(make(0, START, 30.1, -97.2, math.nan, math.nan).payload)
    assert set(body) == {"at", "lat", "lon"}


def test_moving_keeps_distances_and_zero_coordinates() -> None:
    make = message_maker("test_town", ["a"], 1.0, MOVE)

    def moved(lat: float, lon: float) -> tuple[float, float]:
        body = orjson.loads(make(0, START, lat, lon, math.nan, math.nan).payload)
        return body["lat"], body["lon"]

    assert moved(30.27, -97.74) == pytest.approx((16.5436, 104.7235))
    assert moved(0.0, 0.0) == (0.0, 0.0)
    before = distance_m(30.27, -97.74, 30.30, -97.70)
    assert distance_m(*moved(30.27, -97.74), *moved(30.30, -97.70)) == pytest.approx(before, rel=0.005)


def test_names_fit_into_a_topic() -> None:
    assert unit_names(["1975", "bus/7", "สาย 1"]) == ["1975", "bus_7", "____1"]
    with pytest.raises(ReplayRefusedError):
        unit_names(["a/1", "a#1"])


def test_speeds() -> None:
    assert [parse_speed(text) for text in ("1", "0", "max", "12.5")] == [1.0, 0.0, 0.0, 12.5]
    for text in ("fast", "-1", "nan", "inf"):
        with pytest.raises(ReplayRefusedError):
            parse_speed(text)


def test_the_schedule_is_by_time_at_a_speed_and_by_file_as_fast_as_possible() -> None:
    nothing = np.full(3, np.nan)
    units, at = np.array([0, 1, 2]), np.array([9_000, 1_000, 5_000])
    fixes = Fixes(units, at, nothing, nothing, nothing, nothing)
    ordered, due = schedule(fixes, 2.0, as_recorded=True, start=START)
    assert (ordered.unit.tolist(), ordered.at.tolist()) == ([1, 2, 0], [1_000, 5_000, 9_000])
    assert due is not None
    assert due.tolist() == [0, 2_000, 4_000]
    ordered, due = schedule(fixes, 0.0, as_recorded=False, start=START)
    assert (ordered.unit.tolist(), ordered.at.tolist()) == ([0, 1, 2], [START, START - 8_000, START - 4_000])
    assert due is None
