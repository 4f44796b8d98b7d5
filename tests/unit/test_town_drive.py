"""Units on the streets: repeatable, on the road, at believable speeds, quick to an SOS."""

from __future__ import annotations

import pytest
from shapely import STRtree
from shapely.geometry import LineString, Point

from models.town.drive import Event, Mode, place
from models.town.gps import Reading
from models.town.ground import gap, to_metres
from models.town.patrol import Patrol
from models.town.town import Town, make_town


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(4)


def _readings(patrol: Patrol) -> dict[str, Reading]:
    return {unit: patrol.reading(unit) for unit in patrol.states}


def _drive(patrol: Patrol, seconds: int) -> list[Event]:
    return [event for second in range(1, seconds + 1) for event in patrol.drive_to(patrol.elapsed + 1)]


def test_the_same_seed_and_time_give_the_same_fixes(town: Town) -> None:
    one, other = Patrol(town), Patrol(town)
    one.drive_to(300.0)
    _drive(other, 300)
    assert repr(_readings(one)) == repr(_readings(other))


def test_units_stay_on_streets_within_gps_error_and_under_the_limit(town: Town) -> None:
    tree = STRtree([LineString(piece.line) for piece in town.graph.edges])
    patrol = Patrol(town)
    errors = []
    top = 0.0
    for _ in range(150):
        patrol.drive_to(patrol.elapsed + 4)
        for unit, reading in _readings(patrol).items():
            point = Point(to_metres(reading.lat, reading.lon))
            street = tree.geometries[tree.nearest(point)]
            assert street.distance(point) < 9.0
            errors.append(gap(place(patrol.ground, patrol.states[unit]), (point.x, point.y)))
            top = max(top, reading.speed_kmh)
    assert 2.0 < sum(errors) / len(errors) < 5.0
    assert 25.0 < top <= 43.0


def test_moving_units_average_fifteen_to_forty(town: Town) -> None:
    patrol = Patrol(town)
    speeds = []
    for _ in range(900):
        patrol.drive_to(patrol.elapsed + 1)
        speeds += [state.speed * 3.6 for state in patrol.states.values() if state.mode is Mode.PATROL]
    assert 15.0 < sum(speeds) / len(speeds) < 40.0


def test_no_step_is_a_leap(town: Town) -> None:
    patrol = Patrol(town)
    before = {unit: place(patrol.ground, state) for unit, state in patrol.states.items()}
    for _ in range(1_200):
        patrol.drive_to(patrol.elapsed + 0.5)
        now = {unit: place(patrol.ground, state) for unit, state in patrol.states.items()}
        assert all(gap(before[unit], now[unit]) < 10.0 for unit in now)
        before = now


def test_red_boxes_are_scanned(town: Town) -> None:
    events = Patrol(town).drive_to(1_800)
    scans = [event for event in events if event.kind == "scan"]
    assert len(scans) >= 5
    assert {event.detail for event in scans} <= {spot.id for spot in town.checkpoints}


def test_the_unit_that_is_sent_hurries_to_the_box_and_then_patrols_again(town: Town) -> None:
    patrol = Patrol(town)
    patrol.drive_to(120)
    box = town.boxes[5]
    unit = "car-203"
    start = gap(place(patrol.ground, patrol.states[unit]), town.graph.nodes[box.node])
    assert patrol.send(unit, box.node, "alarm-1")
    assert patrol.status(unit) == "enroute"
    assert not patrol.send(unit, box.node, "alarm-1")
    top = 0.0
    events: list[Event] = []
    while not events and patrol.elapsed < 720:
        events = [event for event in patrol.drive_to(patrol.elapsed + 0.5) if event.unit == unit]
        top = max(top, patrol.states[unit].speed * 3.6)
    assert events == [Event("on_scene", unit, "alarm-1")]
    assert top > 40 or start < 200
    assert patrol.status(unit) == "on_scene"
    assert gap(place(patrol.ground, patrol.states[unit]), town.graph.nodes[box.node]) < 1.0
    assert not patrol.release(unit, "alarm-2")
    assert patrol.release(unit, "alarm-1")
    patrol.drive_to(patrol.elapsed + 60)
    assert patrol.status(unit) == "available"
    assert patrol.states[unit].mission == ""


def test_a_unit_that_is_sent_elsewhere_turns_and_one_that_is_not_there_is_not_sent(town: Town) -> None:
    patrol = Patrol(town)
    assert patrol.send("moto-221", town.boxes[0].node, "alarm-0")
    assert patrol.send("moto-221", town.boxes[1].node, "alarm-1")
    assert not patrol.release("moto-221", "alarm-0")
    assert patrol.states["moto-221"].mission == "alarm-1"
    assert not patrol.send("nobody", town.boxes[0].node, "alarm-0")
    assert not patrol.release("nobody", "alarm-0")
