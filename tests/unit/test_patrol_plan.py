"""A plan for a shift: as good as the best of all plans where all can be tried, and within what a patrol can do."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise, product

import numpy as np
import pytest

from models.analysis.hotspots import HotspotMap
from models.analysis.patrol_plan import COVERS, expected_by_hour, suggest, travel_minutes
from tests.unit.hotspot_samples import map_of


def small(spots: int, apart: float = 0.02) -> HotspotMap:
    """A map of so many hotspots, `apart` degrees from each other: unequal, each with hours of its own."""
    whole = map_of("dense")
    rng = np.random.default_rng(spots)
    profiles = rng.gamma(0.5, 1.0, (spots, 24))
    profiles /= profiles.sum(axis=1, keepdims=True)
    first = replace(whole.hotspots[0], past=300, lat=13.7)
    made = [
        replace(first, id=f"h{n}", expected=28 / (n + 1), lat=first.lat + n * apart, hours=tuple(profiles[n]))
        for n in range(spots)
    ]
    return replace(whole, hotspots=tuple(made))


def best(found: HotspotMap, units: int, hours: list[int], most: int) -> float:
    """The greatest covered cases of all plans there are."""
    worth = expected_by_hour(found, hours)
    spots = range(len(worth))
    of_an_hour = [choice for size in range(most + 1) for choice in combinations(spots, size)]
    of_a_unit = [
        plan for plan in product(of_an_hour, repeat=len(hours))
        if not any(set(one) & set(other) for one, other in pairwise(plan))
    ]  # fmt: skip
    top = 0.0
    for plans in product(of_a_unit, repeat=units):
        stops = np.zeros_like(worth)
        for plan in plans:
            for hour, places in enumerate(plan):
                stops[list(places), hour] += 1
        top = max(top, float((worth * (1 - (1 - COVERS) ** stops)).sum()))
    return top


@pytest.mark.parametrize(("spots", "units", "hours"), [(3, 1, [22, 23, 0]), (3, 2, [1, 2]), (4, 1, [8, 9])])
def test_no_plan_covers_more(spots: int, units: int, hours: list[int]) -> None:
    found = small(spots)
    travel = travel_minutes(found.hotspots)
    plan = suggest(found, units, hours)
    assert plan.proved
    assert plan.covered == pytest.approx(best(found, units, hours, int(60 // (10 + travel))), rel=2e-3)
    assert 0 < plan.covered < plan.expected


def test_a_plan_is_one_a_patrol_can_drive() -> None:
    found = small(8, apart=0.004)
    plan = suggest(found, 3, [16, 17, 18, 19, 20, 21, 22, 23])
    assert {stop.unit for stop in plan.stops} == {1, 2, 3}
    assert all(10 <= stop.minutes <= 16 for stop in plan.stops)
    for unit in (1, 2, 3):
        before: set[str] = set()
        for hour in range(16, 24):
            here = [stop for stop in plan.stops if (stop.unit, stop.hour) == (unit, hour)]
            assert sum(stop.minutes + plan.travel_min for stop in here) <= 60
            places = {stop.hotspot for stop in here}
            assert len(places) == len(here)
            assert not places & before, "then move on"
            before = places
    assert plan.covered == pytest.approx(sum(stop.covered for stop in plan.stops))
    assert suggest(found, 4, [16, 17]).covered > suggest(found, 1, [16, 17]).covered


def test_stops_follow_the_peak_hours() -> None:
    late = tuple(1.0 if hour == 23 else 0.0 for hour in range(24))
    early = tuple(1.0 if hour == 17 else 0.0 for hour in range(24))
    first, second = small(2).hotspots
    found = replace(small(2), hotspots=(replace(first, hours=late), replace(second, hours=early)))
    worth = expected_by_hour(found, range(24))
    assert worth[0].argmax() == 23
    assert worth[1].argmax() == 17
    assert worth.sum() == pytest.approx(sum(spot.expected for spot in found.hotspots) / 28)
    of_shift = replace(found, shift="16-00")
    assert expected_by_hour(of_shift, range(16, 24)).sum() == pytest.approx(worth.sum())


def test_no_stop_is_planned_that_does_not_fit_into_its_hour() -> None:
    far = small(4, apart=0.15)
    plan = suggest(far, 2, [8, 9, 10])
    assert plan.travel_min > 50
    assert (plan.stops, plan.covered, plan.proved) == ((), 0.0, True)
    for apart in (0.02, 0.05, 0.09):
        plan = suggest(small(4, apart), 1, [8, 9])
        for hour in (8, 9):
            here = [stop for stop in plan.stops if stop.hour == hour]
            assert all(stop.minutes >= 10 for stop in here)
            assert sum(stop.minutes + plan.travel_min for stop in here) <= 60


def test_nothing_to_do_is_an_empty_plan() -> None:
    assert suggest(small(2), 0, [1, 2]).stops == ()
    assert suggest(small(2), 2, []).stops == ()
    empty = replace(small(2), hotspots=(), verdict="no_hotspot", why="chance")
    assert suggest(empty, 2, [1, 2]).stops == ()
    alone = suggest(small(1), 1, [1, 2, 3])
    assert [stop.hour for stop in alone.stops] in ([1, 3], [2], [1], [3])
    assert alone.travel_min == 0.0
