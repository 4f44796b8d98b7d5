"""The units sent are followed: steps from their fixes and their words, and the words to box and unit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection

import jobs.dispatch
from jobs.dispatch import dispatch_job
from jobs.runner import Runner
from models.alarms.life import IllegalStepError, State, Step
from models.dispatch.progress import Progress
from models.picture import Picture
from models.records.alarm import AlarmNow
from models.records.dispatch import Dispatch
from models.records.sos import EventKind, Signal
from models.records.station import Station
from models.records.unit import StatusReport, Unit, UnitStatus
from store import alarms, dispatch, outbox, positions, registers, sos, units
from store.database import Database, Tx
from tests.unit.test_arrival import NOW, Spot, track
from tests.unit.test_streets import at

#: Stands 900 m off when sent, comes, stays, goes.
COMES: tuple[Spot, ...] = ((-10, 900, 0), (5, 700, 0), (40, 100, 0), (50, 10, 0), (62, 10, 0))
GOES: tuple[Spot, ...] = ((90, 10, 0), (100, 300, 0), (131, 600, 0))


class Town:
    """A station with a box and two units, a press that was answered, and a clock the test moves."""

    def __init__(self, db: Database) -> None:
        self.db, self.now = db, NOW
        self.job = dispatch_job()
        self.runner = Runner(db, [self.job], lambda: self.now, "a")
        with db.write() as tx:
            registers.put_stations(tx, [Station(code="s", name_th="ล", name_en="L", kind="test")], NOW)
            registers.put_units(tx, [Unit(station="s", unit=unit) for unit in ("u", "u0", "u2")], NOW)
            lat, lon = at(0, 0)
            signal = Signal("s", "box", "b", "p1", NOW, EventKind.PRESS, NOW, lat=lat, lon=lon)
            alarm = sos.take_signal(tx, signal, NOW).alarm
        assert alarm is not None
        self.alarm = alarm.id

    def step(self, step: Step, **more: Any) -> None:
        with self.db.write() as tx:
            alarms.step(tx, self.alarm, step, by="Somchai", role="dispatcher", origin="", now=self.now, **more)

    def send(self, unit: str = "u") -> None:
        self.step(Step.ACKNOWLEDGE)
        self.step(Step.ASSIGN, unit=unit)

    def drive(self, *spots: Spot) -> None:
        with self.db.write() as tx:
            positions.insert_fixes(tx, [fix._replace(received_at=fix.at) for fix in track(*spots)], Picture().units)

    def say(self, second: float, word: UnitStatus) -> None:
        with self.db.write() as tx:
            assert units.take(tx, StatusReport("s", "u", NOW + round(1000 * second), word))

    def look(self, second: float) -> bool:
        """One look of the job, so many seconds after the unit was sent; whether it had anything to do."""
        self.now = NOW + round(1000 * second)
        return self.runner.tick(self.job)

    def state(self) -> State:
        with self.db.read() as conn:
            return State(alarms.find(conn, self.alarm, None).state)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        with self.db.read() as conn:
            return [(line.step, line.by, line.detail) for line in alarms.history(conn, "s", self.alarm)]

    def heard(self, topic: str) -> list[dict[str, Any]]:
        with self.db.read() as conn:
            return [json.loads(one.payload) for one in outbox.pending(conn) if one.topic == topic]


@pytest.fixture
def town(sqlite_db: Database) -> Town:
    return Town(sqlite_db)


def test_fixes_alone_bring_the_alarm_on_scene_once_and_tell_everybody(db: Database) -> None:
    town = Town(db)
    town.send()
    town.drive(*COMES[:-1])
    assert town.look(51)  # on its way
    assert not town.look(55)  # inside, but not for long enough
    assert town.state() is State.ASSIGNED
    town.drive(COMES[-1])
    assert town.look(63)
    assert town.state() is State.ON_SCENE
    assert not town.look(70)
    town.drive(*GOES)
    assert town.look(140)
    assert town.state() is State.ON_SCENE  # somebody has still to say what it was
    assert not town.look(150)
    town.step(Step.CLOSE, outcome="helped")
    assert not town.look(160)
    with town.db.read() as conn:
        (sent,) = dispatch.of_alarm(conn, "s", town.alarm)
    assert [sent.enroute_at, sent.on_scene_at, sent.left_at] == [NOW + 5_000, NOW + 50_000, NOW + 100_000]
    assert {sent.enroute_how, sent.on_scene_how, sent.left_how} == {"gps"}
    assert sent.ended_at == NOW + 150_000
    assert town.lines[3:] == [
        ("set_out", "GPS", "u"), ("arrive", "GPS", ""), ("leave", "GPS", "u"),
        ("close", "Somchai", "helped"),
    ]  # fmt: skip
    lat, lon = at(0, 0)
    told = town.heard("ssz/v1/s/unit/u/command")
    assert [one["kind"] for one in told] == ["dispatched", "arrived", "closed"]
    assert (told[0]["alarm"], told[0]["lat"], told[0]["lon"]) == (town.alarm, lat, lon)
    assert len({one["id"] for one in told}) == 3
    assert [one["kind"] for one in town.heard("ssz/v1/s/sos/b/command")] == [
        "acknowledged", "dispatched", "arrived", "closed",
    ]  # fmt: skip


def test_the_units_own_words_count_and_a_second_unit_takes_over(town: Town) -> None:
    town.send("u2")
    town.say(1, UnitStatus.ON_SCENE)  # of a unit that is not sent
    assert not town.look(2)
    town.step(Step.ASSIGN, unit="u")
    assert not town.look(3)  # that word was about something else
    town.say(5, UnitStatus.ENROUTE)
    town.say(30, UnitStatus.ON_SCENE)
    assert town.look(31)
    assert town.state() is State.ON_SCENE
    assert [line[:2] for line in town.lines[-2:]] == [("set_out", "u"), ("arrive", "u")]
    assert [one["kind"] for one in town.heard("ssz/v1/s/unit/u2/command")] == ["dispatched", "recalled"]
    with town.db.read() as conn:
        first, second = dispatch.of_alarm(conn, "s", town.alarm)
    assert (first.on_scene_at, first.ended_at) == (None, NOW + 2_000)
    assert (second.on_scene_at, second.on_scene_how) == (NOW + 30_000, "unit")


def test_a_person_may_say_so_and_a_closed_alarm_is_never_moved(town: Town) -> None:
    town.send()
    town.now += 20_000
    town.step(Step.ARRIVE)
    town.drive(*COMES)
    assert not town.look(63)  # on scene stays what the person said, and it was on its way before it was there
    town.step(Step.CLOSE, outcome="helped")
    town.drive(*GOES)
    town.say(64, UnitStatus.ON_SCENE)
    assert not town.look(140)
    assert town.state() is State.CLOSED
    with town.db.read() as conn:
        (sent,) = dispatch.of_alarm(conn, "s", town.alarm)
    assert (sent.on_scene_at, sent.on_scene_how, sent.left_at) == (NOW + 20_000, "manual", None)


def test_nobody_is_followed_whom_nobody_sent(town: Town) -> None:
    town.drive(*COMES)
    town.step(Step.ACKNOWLEDGE)
    assert not town.look(63)
    assert town.state() is State.ACKNOWLEDGED


def test_what_no_topic_can_name_is_told_nothing_and_holds_up_nobody(town: Town) -> None:
    with town.db.write() as tx:
        registers.put_units(tx, [Unit(station="s", unit="anan/phone")], NOW)
    town.send("anan/phone")
    with town.db.read() as conn:
        assert [one.topic for one in outbox.pending(conn) if "/unit/" in one.topic] == []
    assert [one["kind"] for one in town.heard("ssz/v1/s/sos/b/command")] == ["acknowledged", "dispatched"]


def test_words_of_a_unit_that_is_sent_to_two_alarms_prove_neither(town: Town) -> None:
    town.send()
    with town.db.write() as tx:
        lat, lon = at(3000, 3000)
        other = sos.take_signal(tx, Signal("s", "box", "b2", "p2", NOW, EventKind.PRESS, NOW, lat=lat, lon=lon), NOW)
        assert other.alarm is not None
        who: Any = {"by": "Somchai", "role": "dispatcher", "origin": ""}
        alarms.step(tx, other.alarm.id, Step.ACKNOWLEDGE, now=NOW, **who)
        alarms.step(tx, other.alarm.id, Step.ASSIGN, now=NOW, unit="u", **who)
    town.say(30, UnitStatus.ON_SCENE)
    assert not town.look(31)
    town.drive(*COMES)
    assert town.look(63)  # its fixes say where it is
    assert town.state() is State.ON_SCENE
    with town.db.read() as conn:
        assert alarms.find(conn, other.alarm.id, None).state == State.ASSIGNED


def test_one_dispatch_that_cannot_be_followed_holds_up_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.send()
    with town.db.write() as tx:
        other = sos.take_signal(tx, Signal("s", "box", "b2", "p2", NOW, EventKind.PRESS, NOW, lat=1.0, lon=1.0), NOW)
        assert other.alarm is not None
        # The first that is looked at are one of no alarm, and one whose alarm nobody assigned.
        dispatch.sent(tx, "s", "nothing", 1, unit_station="a", unit="a", by="", now=NOW)
        dispatch.sent(tx, "s", other.alarm.id, 1, unit_station="s", unit="u0", by="", now=NOW)
        assert units.take(tx, StatusReport("s", "u0", NOW + 1000, UnitStatus.ON_SCENE))
    real, refused = jobs.dispatch.take, list[str]()

    def failing(tx: Tx, sent: Dispatch, alarm: AlarmNow, news: Progress, now: int) -> None:
        if sent.unit == "u0":
            refused.append(sent.unit)
            raise IllegalStepError("not now")
        real(tx, sent, alarm, news, now)

    monkeypatch.setattr(jobs.dispatch, "take", failing)
    town.say(30, UnitStatus.ON_SCENE)
    assert town.look(31)
    assert refused == ["u0"]
    assert town.state() is State.ON_SCENE


def test_what_was_judged_of_a_dispatch_that_is_no_more_is_dropped(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.send()
    town.say(30, UnitStatus.ON_SCENE)
    real = jobs.dispatch.found

    def meanwhile(conn: Connection, now: int) -> list[tuple[Dispatch, AlarmNow, Progress]]:
        judged = real(conn, now)
        town.step(Step.ASSIGN, unit="u2")
        return judged

    monkeypatch.setattr(jobs.dispatch, "found", meanwhile)
    town.job.run(town.db, NOW + 31_000)
    assert town.state() is State.ASSIGNED
