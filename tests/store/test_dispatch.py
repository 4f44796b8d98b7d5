"""Who is sent, when they were on the way, there and gone: written with the steps of the alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from models.alarms.life import IllegalStepError, State, Step
from models.records.dispatch import How
from models.records.sos import EventKind, Signal
from models.records.station import Station
from models.records.unit import Unit
from store import alarms, dispatch, merge, registers, sos
from store.database import Database, open_database
from tests.store.plans import plan_of
from tests.stores import new_store

NOW = 1_790_000_000_000
PRESS = Signal("hat_yai", "box", "b1", "p1", NOW, EventKind.PRESS, NOW, lat=7.0, lon=100.5)


@pytest.fixture
def town(db: Database) -> Database:
    return furnish(db)


def furnish(db: Database) -> Database:
    with db.write() as tx:
        registers.put_stations(
            tx, [Station(code=code, name_th="ห", name_en="H") for code in ("hat_yai", "rayong")], 1
        )
        registers.put_units(tx, [Unit(station="hat_yai", unit="201"), Unit(station="hat_yai", unit="202")], 1)
        registers.put_units(tx, [Unit(station="rayong", unit="301")], 1)
    return db


def press(db: Database, signal: Signal = PRESS) -> str:
    with db.write() as tx:
        alarm = sos.take_signal(tx, signal, NOW).alarm
    assert alarm is not None
    return alarm.id


def take(db: Database, alarm: str, step: Step, now: int, **more: object) -> str:
    with db.write() as tx:
        return alarms.step(tx, alarm, step, by="Somchai", role="dispatcher", origin="", now=now, **more).state  # type: ignore[arg-type]


def test_a_dispatch_lives_with_the_steps_of_its_alarm(town: Database) -> None:
    alarm = press(town)
    take(town, alarm, Step.ACKNOWLEDGE, NOW + 1)
    take(town, alarm, Step.ASSIGN, NOW + 2, unit="201")
    take(town, alarm, Step.ASSIGN, NOW + 3, unit="202")
    with town.read() as conn:
        first, second = dispatch.of_alarm(conn, "hat_yai", alarm)
        assert [one.unit for one in dispatch.under_way(conn)] == ["202"]
    assert (first.unit, first.version, first.assigned_at, first.ended_at) == ("201", 3, NOW + 2, NOW + 3)
    assert (second.unit, second.version, second.assigned_by, second.ended_at) == ("202", 4, "Somchai", None)
    with town.write() as tx:
        assert dispatch.en_route(tx, "hat_yai", alarm, NOW + 4, How.UNIT)
        assert not dispatch.en_route(tx, "hat_yai", alarm, NOW + 5, How.GPS)  # the first word stays
    take(town, alarm, Step.ARRIVE, NOW + 9, reached_at=NOW + 7, how=How.GPS)
    with town.write() as tx:
        assert dispatch.left(tx, "hat_yai", alarm, NOW + 10, How.GPS)
    take(town, alarm, Step.CLOSE, NOW + 11, outcome="helped")
    with town.write() as tx:
        assert not dispatch.left(tx, "hat_yai", alarm, NOW + 12, How.UNIT)
    with town.read() as conn:
        *_, last = dispatch.of_alarm(conn, "hat_yai", alarm)
        assert dispatch.under_way(conn) == []
    assert (last.enroute_at, last.enroute_how) == (NOW + 4, "unit")
    assert (last.on_scene_at, last.on_scene_how) == (NOW + 7, "gps")
    assert (last.left_at, last.left_how, last.ended_at) == (NOW + 10, "gps", NOW + 11)


def test_who_is_under_way_is_found_without_reading_all_that_is_over(db: Database) -> None:
    assert "dispatch_open" in plan_of(db, dispatch.UNDER_WAY)


def test_a_step_by_hand_is_its_own_time_and_an_illegal_one_changes_nothing(town: Database) -> None:
    alarm = press(town)
    take(town, alarm, Step.ACKNOWLEDGE, NOW + 1)
    with pytest.raises(alarms.UnknownUnitError):
        take(town, alarm, Step.ASSIGN, NOW + 2, unit="301")  # another station's
    with pytest.raises(IllegalStepError):
        take(town, alarm, Step.ARRIVE, NOW + 2)
    with town.read() as conn:
        assert dispatch.of_alarm(conn, "hat_yai", alarm) == []
    take(town, alarm, Step.ASSIGN, NOW + 3, unit="201")
    take(town, alarm, Step.ARRIVE, NOW + 4)
    with town.read() as conn:
        (sent,) = dispatch.under_way(conn)
    assert (sent.on_scene_at, sent.on_scene_how, sent.enroute_at, sent.enroute_how) == (NOW + 4, "manual", None, "")


def test_to_an_alarm_of_no_station_a_unit_goes_from_its_own(town: Database) -> None:
    alarm = press(town, Signal("_unknown", "box", "b9", "p1", NOW, EventKind.PRESS, NOW))
    take(town, alarm, Step.ACKNOWLEDGE, NOW + 1)
    take(town, alarm, Step.ASSIGN, NOW + 2, unit="301", stations=frozenset({"rayong", "_unknown"}))
    with town.read() as conn:
        (sent,) = dispatch.under_way(conn)
    assert (sent.station, sent.unit_station, sent.unit) == ("_unknown", "rayong", "301")


def test_who_was_sent_from_the_side_database_comes_home(town: Database, tmp_path: Path) -> None:
    side = furnish(open_database(new_store(tmp_path / "side.db")))
    alarm = press(side)
    take(side, alarm, Step.ACKNOWLEDGE, NOW + 1)
    take(side, alarm, Step.ASSIGN, NOW + 2, unit="201")
    merge.merge(town, tmp_path / "side.db", NOW + 3)
    take(side, alarm, Step.ARRIVE, NOW + 4)
    side.close()
    merge.merge(town, tmp_path / "side.db", NOW + 5)
    with town.read() as conn:
        (sent,) = dispatch.of_alarm(conn, "hat_yai", alarm)
        assert alarms.find(conn, alarm, None).state == State.ON_SCENE
    assert (sent.unit, sent.on_scene_at, sent.ended_at) == ("201", NOW + 4, None)


def test_after_a_merge_at_most_one_dispatch_is_under_way(town: Database, tmp_path: Path) -> None:
    side = furnish(open_database(new_store(tmp_path / "side.db")))
    alarm = press(side)
    take(side, alarm, Step.ACKNOWLEDGE, NOW + 1)
    take(side, alarm, Step.ASSIGN, NOW + 2, unit="201")
    merge.merge(town, tmp_path / "side.db", NOW + 3)
    take(side, alarm, Step.ASSIGN, NOW + 4, unit="202")
    with side.write() as tx:  # a side database begins with the open alarms, and without their dispatches
        tx.conn.execute(text("DELETE FROM dispatch WHERE unit = '201'"))
    merge.merge(town, tmp_path / "side.db", NOW + 5)
    with town.read() as conn:
        first, second = dispatch.of_alarm(conn, "hat_yai", alarm)
    assert (first.ended_at, second.ended_at) == (NOW + 4, None)
    take(side, alarm, Step.CLOSE, NOW + 6, outcome="helped")
    with side.write() as tx:
        tx.conn.execute(text("DELETE FROM dispatch"))
    side.close()
    merge.merge(town, tmp_path / "side.db", NOW + 7)
    with town.read() as conn:
        assert dispatch.under_way(conn) == []
