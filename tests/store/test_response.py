"""The times of alarms as the store keeps them: the first of each stage, counted in by the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from models.alarms.life import Step
from models.records.alarm_times import STAGES
from models.records.dispatch import How
from models.records.sos import EventKind, Signal
from models.records.station import Station
from models.records.unit import Unit
from models.response.times import Sort, Times, sorts
from store import alarms, dispatch, merge, registers, response, shown, sos
from store.database import Database, open_database
from tests.stores import new_store

NOW = 1_790_000_000_000


@pytest.fixture
def town(db: Database) -> Database:
    return furnish(db)


def furnish(db: Database) -> Database:
    with db.write() as tx:
        rows = [("hat_yai", "metro"), ("rayong", "metro"), ("demo", "demo")]
        registers.put_stations(
            tx, [Station(code=code, name_th="ห", name_en="H", kind=kind) for code, kind in rows], 1
        )
        registers.put_units(tx, [Unit(station="hat_yai", unit="201"), Unit(station="hat_yai", unit="202")], 1)
    return db


def press(db: Database, name: str = "p1", at: int = NOW, **given: Any) -> str:
    station, box = given.pop("station", "hat_yai"), given.pop("box", "b1")
    signal = Signal(station, "box", box, name, at - 700, EventKind.PRESS, at, lat=7.0, lon=100.5, **given)
    with db.write() as tx:
        alarm = sos.take_signal(tx, signal, at + 20).alarm
    assert alarm is not None
    return alarm.id


def take(db: Database, alarm: str, step: Step, after: int, **more: Any) -> None:
    with db.write() as tx:
        alarms.step(tx, alarm, step, by="Somchai", role="dispatcher", origin="", now=NOW + after, **more)


def read(db: Database, stations: frozenset[str] | None = None) -> Times:
    with db.read() as conn:
        return response.times_between(conn, stations, NOW, NOW + 1_000_000)


def after(times: Times) -> dict[str, float | None]:
    """Each time of the first alarm, in ms from its arrival."""
    names = ("pressed", "stored", "shown", "acknowledged", "assigned", "sent", "on_scene", "closed")
    found = {name: float(getattr(times, name)[0]) - NOW for name in names}
    return {name: None if np.isnan(value) else value for name, value in found.items()}


def test_each_stage_is_kept_when_it_is_reached_first(town: Database) -> None:
    alarm = press(town)
    assert after(read(town)) == {
        "pressed": -700, "stored": 20, "shown": None, "acknowledged": None, "assigned": None, "sent": None,
        "on_scene": None, "closed": None,
    }  # fmt: skip
    take(town, alarm, Step.ACKNOWLEDGE, 1_000)
    take(town, alarm, Step.ASSIGN, 2_000, unit="201")
    take(town, alarm, Step.ASSIGN, 3_000, unit="202")
    take(town, alarm, Step.NOTE, 3_500, note="x")
    take(town, alarm, Step.ARRIVE, 4_000)
    take(town, alarm, Step.CLOSE, 5_000, outcome="helped")
    times = read(town)
    assert after(times) == {
        "pressed": -700, "stored": 20, "shown": None, "acknowledged": 1_000, "assigned": 2_000, "sent": 3_000,
        "on_scene": 4_000, "closed": 5_000,
    }  # fmt: skip
    assert (times.unit[0], times.scene_how[0], times.state[0], times.outcome[0]) == (
        "hat_yai/202", "manual", "closed", "helped",
    )  # fmt: skip


def test_the_arrival_is_the_dispatch_s_where_that_knows_it(town: Database) -> None:
    alarm = press(town)
    take(town, alarm, Step.ACKNOWLEDGE, 1_000)
    take(town, alarm, Step.ASSIGN, 2_000, unit="201")
    with town.write() as tx:
        dispatch.on_scene(tx, "hat_yai", alarm, NOW + 2_500, How.GPS)
    times = read(town)
    assert (after(times)["on_scene"], times.scene_how[0], times.unit[0]) == (2_500, "gps", "hat_yai/201")
    assert after(times)["sent"] == 2_000  # the one that came, not the one sent last


def test_after_an_arrival_that_was_none_the_one_of_the_unit_sent_next_counts(town: Database) -> None:
    alarm = press(town)
    take(town, alarm, Step.ACKNOWLEDGE, 1_000)
    take(town, alarm, Step.ASSIGN, 2_000, unit="201")
    take(town, alarm, Step.ARRIVE, 2_500)
    take(town, alarm, Step.ASSIGN, 3_000, unit="202")
    times = read(town)
    assert (times.state[0], after(times)["on_scene"], times.unit[0]) == ("assigned", None, "hat_yai/202")
    take(town, alarm, Step.ARRIVE, 9_000)
    assert after(read(town))["on_scene"] == 9_000


def test_the_kept_times_are_those_of_the_histories(town: Database) -> None:
    for number in range(5):
        alarm = press(town, f"p{number}", NOW + number, box=f"b{number}")
        for after_ms, step in enumerate((Step.ACKNOWLEDGE, Step.ASSIGN, Step.ARRIVE, Step.CLOSE)[:number]):
            more = {Step.ASSIGN: {"unit": "201"}, Step.CLOSE: {"outcome": "real"}}.get(step, {})
            take(town, alarm, step, 100 * after_ms, **more)
    firsts = ", ".join(f"MIN(CASE WHEN step = '{step}' THEN at END)" for step in STAGES.values())
    histories = f"SELECT station, alarm, {firsts} FROM alarm_step GROUP BY station, alarm ORDER BY alarm"  # noqa: S608
    kept = f"SELECT station, alarm, {', '.join(STAGES)} FROM alarm_times ORDER BY alarm"  # noqa: S608
    with town.read() as conn:
        rows = conn.execute(text(kept)).all()
        assert rows == conn.execute(text(histories)).all()
    assert len(rows) == 5


def test_only_the_own_stations_of_the_period_are_read(town: Database) -> None:
    for station, at in (("hat_yai", NOW), ("rayong", NOW + 999_999), ("demo", NOW), ("hat_yai", NOW - 1)):
        press(town, f"{station}-{at}", at, station=station, box=f"{station}-{at}")
    assert sorted(read(town).station) == ["demo", "hat_yai", "rayong"]
    assert list(read(town, frozenset({"rayong"})).station) == ["rayong"]
    assert len(read(town, frozenset())) == 0
    simulated = read(town, frozenset({"demo"}))
    assert list(sorts(simulated)) == [Sort.SIMULATED]


def test_trouble_of_equipment_and_test_presses_are_no_calls_for_help(town: Database) -> None:
    with town.write() as tx:
        for number in range(3):
            sos.take_signal(tx, Signal("hat_yai", "box", "b1", f"t{number}", NOW, EventKind.TEST, NOW), NOW)
        sos.take_signal(tx, Signal("rayong", "box", "b1", "t", NOW, EventKind.TEST, NOW), NOW)
    with town.read() as conn:
        assert len(response.times_between(conn, None, 0, 2 * NOW)) == 0
        assert response.test_presses(conn, None, NOW, NOW + 1) == 4
        assert response.test_presses(conn, frozenset({"hat_yai"}), NOW, NOW + 1) == 3
        assert response.test_presses(conn, None, NOW + 1, NOW + 2) == 0


def test_the_first_screen_is_remembered_whoever_tells_of_it_first(town: Database) -> None:
    alarm = press(town)
    with town.read() as conn:
        assert shown.shown_of(conn) == set()
    for at in (900, 400, 500):
        with town.write() as tx:
            shown.note_shown(tx, "hat_yai", alarm, NOW + at)
    assert after(read(town))["shown"] == 400
    assert after(read(town))["stored"] == 20
    with town.read() as conn:
        assert shown.shown_of(conn) == {("hat_yai", alarm)}


def test_a_side_database_brings_its_times_home(tmp_path: Path, town: Database) -> None:
    side = furnish(open_database(new_store(tmp_path / "side.db")))
    alarm = press(side)
    take(side, alarm, Step.ACKNOWLEDGE, 1_000)
    with side.write() as tx:
        shown.note_shown(tx, "hat_yai", alarm, NOW + 300)
    side.close()
    merge.merge(town, tmp_path / "side.db", NOW + 60_000)
    found = after(read(town))
    assert (found["stored"], found["shown"], found["acknowledged"]) == (20, 300, 1_000)
