"""Three years of incidents: how many, where, when, and how well known."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from shapely import STRtree
from shapely.geometry import LineString, Point

from models.records.incident import FOUND_BY, PLACE_QUALITIES, IncidentReport
from models.town.crime import DAY_MS, LOCAL_OFFSET_MS, make_incidents
from models.town.ground import gap, to_metres
from models.town.town import Town, make_town

NOW = 1_795_000_000_000
YEAR_MS = 365 * DAY_MS


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(4)


@pytest.fixture(scope="module")
def cases(town: Town) -> tuple[IncidentReport, ...]:
    return make_incidents(town, NOW)


def test_two_runs_agree(town: Town, cases: tuple[IncidentReport, ...]) -> None:
    assert make_incidents(town, NOW) == cases


def test_three_to_four_hundred_a_year_up_to_now(cases: tuple[IncidentReport, ...]) -> None:
    for year in range(3):
        low, high = NOW - (year + 1) * YEAR_MS, NOW - year * YEAR_MS
        assert 260 <= sum(low <= case.occurred_from < high for case in cases) <= 440
    assert 900 <= len(cases) <= 1_200
    assert all(case.occurred_from <= (case.occurred_to or NOW) <= NOW for case in cases)
    assert all(case.reported_at is not None and case.reported_at <= NOW for case in cases)


def test_ids_are_unique_and_words_are_the_contracts(cases: tuple[IncidentReport, ...]) -> None:
    assert len({case.id for case in cases}) == len(cases)
    assert {case.place_quality for case in cases} == set(PLACE_QUALITIES)
    assert {case.found_by for case in cases} <= set(FOUND_BY)
    assert {case.offence_group for case in cases} == {1, 2, 3, 4}


def test_group_four_is_found_by_patrols_and_arrested(cases: tuple[IncidentReport, ...]) -> None:
    fourth = [case for case in cases if case.offence_group == 4]
    others = [case for case in cases if case.offence_group != 4]
    assert sum(case.found_by == "patrol" for case in fourth) > 0.85 * len(fourth)
    assert sum(bool(case.arrested) for case in fourth) > 0.95 * len(fourth)
    assert sum(case.found_by == "patrol" for case in others) < 0.05 * len(others)
    assert 0.2 < sum(bool(case.arrested) for case in others) / len(others) < 0.6


def test_a_place_is_there_exactly_when_its_quality_says_so(cases: tuple[IncidentReport, ...]) -> None:
    for case in cases:
        assert (case.lat is None) == (case.lon is None) == (case.place_quality == "none")
    assert 0.03 < sum(case.lat is None for case in cases) / len(cases) < 0.2


def test_some_hours_are_known_as_a_window_only(cases: tuple[IncidentReport, ...]) -> None:
    windows = [case for case in cases if case.occurred_to is not None]
    assert 0.08 < len(windows) / len(cases) < 0.4
    assert all((case.occurred_to or 0) > case.occurred_from for case in windows)


def test_hours_follow_the_offence(cases: tuple[IncidentReport, ...]) -> None:
    def share_at_night(offence: str) -> float:
        hours = [
            (case.occurred_from + LOCAL_OFFSET_MS) // 3_600_000 % 24 for case in cases if case.offence == offence
        ]
        return sum(hour >= 19 or hour < 4 for hour in hours) / len(hours)

    assert share_at_night("ทำร้ายร่างกาย") > 0.6
    assert share_at_night("ลักทรัพย์") < 0.35


def test_places_are_concentrated(cases: tuple[IncidentReport, ...]) -> None:
    """A tenth of the 100 m squares with anything in them hold over a quarter of the cases (exact places)."""
    squares = Counter(
        tuple(int(axis // 100) for axis in to_metres(case.lat, case.lon))
        for case in cases
        if case.place_quality == "exact" and case.lat is not None and case.lon is not None
    )
    top = sorted(squares.values(), reverse=True)[: len(squares) // 10]
    assert sum(top) > 0.25 * sum(squares.values())


def test_near_repeats_are_more_than_chance(cases: tuple[IncidentReport, ...]) -> None:
    """Thefts within 200 m and 14 days of each other, against the same places with the times mixed."""
    thefts = [
        (to_metres(case.lat, case.lon), case.occurred_from)
        for case in cases
        if case.offence_group == 2 and case.place_quality == "exact" and case.lat is not None and case.lon is not None
    ]
    times = [at for _, at in thefts]
    random.Random(1).shuffle(times)
    mixed = [(place, at) for (place, _), at in zip(thefts, times, strict=True)]

    def pairs(events: list[tuple[tuple[float, float], int]]) -> int:
        return sum(
            1
            for k, (place, at) in enumerate(events)
            for other, then in events[k + 1 :]
            if abs(then - at) <= 14 * DAY_MS and gap(place, other) <= 200
        )

    assert pairs(thefts) > 1.8 * pairs(mixed) > 0


def test_cases_come_in_order(cases: tuple[IncidentReport, ...]) -> None:
    assert all(one.occurred_from <= other.occurred_from for one, other in pairwise(cases))


def test_nothing_happens_in_the_river(town: Town, cases: tuple[IncidentReport, ...]) -> None:
    """Places lie by a street: within the yards of a block, not out on the water."""
    tree = STRtree([LineString(piece.line) for piece in town.graph.edges])
    for case in cases:
        if case.place_quality == "exact" and case.lat is not None and case.lon is not None:
            point = Point(to_metres(case.lat, case.lon))
            assert tree.geometries[tree.nearest(point)].distance(point) < 16.0
