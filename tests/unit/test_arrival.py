"""On scene from GPS alone: never before the true time, and a stay that no fix shows is seen."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.dispatch import arrival as rules
from models.dispatch.arrival import DWELL_MS, GAP_MS, RADIUS_M, arrival, departure, setting_out
from models.records.position import Fix, FixFlag
from tests.unit.test_streets import at

NOW = 1_790_000_000_000
PLACE = at(0, 0)

#: (second, x, y) in metres from the place
Spot = tuple[float, float, float]


def track(*spots: Spot, flags: int = 0, accuracy: float | None = None) -> list[Fix]:
    return [
        Fix("s", "u", NOW + round(1000 * second), *at(x, y), flags=flags, accuracy_m=accuracy)
        for second, x, y in spots
    ]


def reached(*spots: Spot, since: float = -1000, **more: float) -> float | None:
    found = arrival(track(*spots, **more), *PLACE, NOW + round(1000 * since))  # type: ignore[arg-type]
    return None if found is None else (found - NOW) / 1000


def test_who_stops_at_the_place_is_there_since_the_first_fix_inside() -> None:
    assert reached((0, 200, 0), (10, 100, 0), (20, 10, 0), (30, 5, 0)) == 20
    assert reached((0, 200, 0), (10, 100, 0), (20, 10, 0)) is None  # it may drive on


def test_who_drives_by_at_40_kmh_is_not_there_and_who_creeps_by_is() -> None:
    fast = [(10.0 * n, -333.3 + 111.1 * n, 5.0) for n in range(7)]
    assert reached(*fast) is None
    slow = [(30.0 * n, -150 + 100.0 * n, 5.0) for n in range(4)]  # 12 km/h, no fix within 50 m
    assert min(math.hypot(x, y) for _, x, y in slow) > RADIUS_M
    assert reached(*slow) == 60  # the first fix after it


def test_a_stay_that_shows_in_one_fix_only_is_seen() -> None:
    """In for 19 s between two fixes 20 s apart; whoever counts the fixes inside sees no time at all."""
    assert reached((0, 42, 0), (10, 0, 0), (20, 42, 0)) == 10


def test_silence_proves_nothing() -> None:
    gap = GAP_MS / 1000 + 1
    assert reached((0, 10, 0), (gap, 10, 0)) is None
    assert reached((0, 10, 0), (gap, 10, 0), (gap + 11, 10, 0)) == gap
    assert reached((0, 10, 0), (GAP_MS / 1000, 10, 0)) == 0


def test_who_stood_there_before_is_there_when_sent_and_not_before() -> None:
    stood = [(-20.0, 10, 0), (-5.0, 10, 0), (9.0, 10, 0), (12.0, 10, 0)]
    assert reached(*stood, since=0) == 0
    assert reached(*stood[:3], since=0) is None  # 9 s since it was sent
    assert reached((-20, 10, 0), (-5, 10, 0), (5, 200, 0), (15, 300, 0), since=0) is None  # just leaving


@pytest.mark.parametrize("flag", [FixFlag.JUMP, FixFlag.OUT_OF_AREA, FixFlag.MOCK])
def test_a_jump_a_made_up_place_and_a_coarse_one_prove_nothing(flag: FixFlag) -> None:
    spots = ((0.0, 10.0, 0.0), (15.0, 10.0, 0.0))
    assert reached(*spots) == 0
    assert arrival(track(*spots, flags=int(flag)), *PLACE, NOW) is None
    assert reached(*spots, accuracy=rules.COARSE_M + 1) is None
    assert reached(*spots, accuracy=rules.COARSE_M) == 0


def test_a_repeated_or_older_fix_changes_nothing() -> None:
    spots = [(0.0, 10.0, 0.0), (0.0, 500.0, 0.0), (-9.0, 500.0, 0.0), (15.0, 10.0, 0.0)]
    assert reached(*spots) == 0


def test_leaving_is_going_away_for_good() -> None:
    def left(*spots: Spot) -> float | None:
        found = departure(track((0, 5, 0), *spots), *PLACE, NOW)
        return None if found is None else (found - NOW) / 1000

    assert left((10, 60, 0), (60, 90, 0), (600, 90, 0)) is None  # parked round the corner
    assert left((10, 150, 0), (20, 300, 0)) is None  # too soon to say
    assert left((10, 150, 0), (30, 50, 0), (50, 150, 0), (70, 150, 0)) is None  # came back
    assert left((10, 150, 0), (20, 300, 0), (40, 500, 0)) == 10
    assert left((10, 150, 0), (900, 9000, 0)) == 10
    elsewhere = track((-20, 5, 0), (-10, 4000, 0), (0, 4000, 0), (90, 4000, 0))
    assert departure(elsewhere, *PLACE, NOW) is None  # somebody said that it had come


def test_on_the_way_is_nearer_than_where_it_was_sent_from() -> None:
    def on_way(*spots: Spot) -> float | None:
        found = setting_out(track(*spots), *PLACE, NOW)
        return None if found is None else (found - NOW) / 1000

    assert on_way((-5, 900, 0), (5, 850, 0), (15, 790, 0)) == 15
    assert on_way((-5, 900, 0), (5, 1000, 0), (15, 910, 0)) is None  # going round, so far
    assert on_way((3, 900, 0), (13, 700, 0)) == 13  # nobody knows where it was when sent
    assert on_way((-5, 60, 0), (5, 0, 0)) is None
    assert on_way() is None


spot = st.tuples(st.integers(-150, 150), st.integers(-150, 150))
legs = st.lists(st.tuples(spot, st.integers(1, 90), st.floats(0, 0.95)), min_size=1, max_size=8)


def first_inside(corners: list[Spot], waits: list[float]) -> float:
    """The true second in which a unit that waits at the start of each leg, then drives, is first inside."""
    for (one, other), wait in zip(pairwise(corners), waits, strict=True):
        length = max(1, round(1000 * (other[0] - one[0])))
        for ms in range(0, length + 1, 50):
            share = max(0.0, (ms / length - wait) / (1 - wait))
            x, y = (a + share * (b - a) for a, b in zip(one[1:], other[1:], strict=True))
            if math.hypot(x, y) <= RADIUS_M + 0.5:
                return one[0] + ms / 1000
    return math.inf


@settings(max_examples=150, deadline=None)
@given(spot, legs)
def test_never_before_the_true_time_however_it_drove_between_its_fixes(
    start: tuple[int, int], drive: list[tuple[tuple[int, int], int, float]]
) -> None:
    """A fix at each corner; between two the unit waits for any share of the time, and hurries the rest."""
    corners: list[Spot] = [(0.0, *start)]
    for (x, y), seconds, _ in drive:
        corners.append((corners[-1][0] + seconds, x, y))
    found = reached(*corners)
    if found is not None:
        assert found >= first_inside(corners, [wait for *_, wait in drive]) - 0.05


@settings(max_examples=100, deadline=None)
@given(
    st.floats(-35, 35), st.floats(3, 45), st.floats(1, 60), st.floats(0, 1), st.floats(0, 2 * math.pi)
)  # fmt: skip
def test_a_steady_drive_by_counts_exactly_when_it_lasts_long_enough(
    aside: float, kmh: float, every: float, phase: float, heading: float
) -> None:
    """Whatever the interval of the fixes, and wherever they fall."""
    speed = kmh / 3.6
    inside = 2 * math.sqrt(RADIUS_M**2 - aside**2) / speed
    assume(abs(inside - DWELL_MS / 1000) > 0.3)
    half = inside / 2 + 2 * every + 1
    times = [(n + phase) * every - half for n in range(int(2 * half / every) + 2)]
    turned = [
        (time, speed * time * math.cos(heading) - aside * math.sin(heading),
         speed * time * math.sin(heading) + aside * math.cos(heading))
        for time in times
    ]  # fmt: skip
    found = reached(*turned, since=-100_000)
    if inside < DWELL_MS / 1000:
        assert found is None
    else:
        assert found is not None
        assert -inside / 2 - 0.05 <= found <= inside / 2 + every


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(spot, st.integers(GAP_MS // 1000 + 1, 900)), min_size=1, max_size=6))
def test_gaps_alone_never_prove_an_arrival(drive: list[tuple[tuple[int, int], int]]) -> None:
    second, corners = 0, []
    for (x, y), gap in drive:
        second += gap
        corners.append((float(second), float(x), float(y)))
    assert reached(*corners) is None
