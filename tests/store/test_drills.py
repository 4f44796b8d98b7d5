"""Drills: presses that were announced sound like any other, and are told apart; a real one never is."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from sqlalchemy import text

from models.alarms.life import Step
from models.drills import LONGEST_MS, BadDrillError, BoxRecord, in_drill, summary
from models.records.alarm import AlarmNow
from models.records.drill import Drill
from models.records.sos import EventKind, Mark, Signal, SosBox, split_marks
from models.records.station import Station
from models.records.unit import Unit
from store import alarms, dispatch, drills, registers, tally
from store.database import Database
from store.sos import take_signal

NOW = 1_790_000_000_000
HOUR = 3_600_000
PRESS = Signal("lumphini", "box", "b1", "p1", NOW, EventKind.PRESS, NOW + 50)


@pytest.fixture
def town(db: Database) -> Database:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ก", name_en="a")], NOW)
        boxes = [SosBox(station="lumphini", box=name, lat=13.7, lon=100.5) for name in ("b1", "b2", "b3")]
        registers.put_boxes(tx, boxes, NOW)
    return db


def announced(db: Database, *boxes: str, start: int = NOW - HOUR, end: int = NOW + HOUR) -> Drill:
    with db.write() as tx:
        return drills.announce(tx, "lumphini", boxes, start, end, by="ผกก.", note="", now=NOW - HOUR)


def pressed(db: Database, signal: Signal) -> AlarmNow:
    with db.write() as tx:
        alarm = take_signal(tx, signal, signal.received_at).alarm
    assert alarm is not None
    return alarm


def told(db: Database) -> list[tuple[str, str]]:
    """Topic and word of every command that is to be published."""
    with db.read() as conn:
        rows = conn.execute(text("SELECT topic, payload FROM outbox ORDER BY id")).all()
    return [(topic, orjson.loads(body)["kind"]) for topic, body in rows if topic.endswith("/command")]


def is_drill(alarm: AlarmNow) -> bool:
    return Mark.DRILL in split_marks(alarm.marks)


def test_an_expected_press_raises_a_marked_alarm_and_is_in_the_record(town: Database) -> None:
    drill = announced(town, "b1", "b2")
    alarm = pressed(town, PRESS)
    assert (alarm.state, alarm.level, is_drill(alarm)) == ("raised", 0, True)
    assert not is_drill(pressed(town, replace(PRESS, origin="b3")))  # not of the drill
    pressed(town, replace(PRESS, id="p2", at=NOW + 5_000, received_at=NOW + 5_000))
    with town.write() as tx:
        alarms.step(tx, alarm.id, Step.ACKNOWLEDGE, by="สมชาย", role="dispatcher", origin="", now=NOW + 9_050)
    with town.read() as conn:
        record = drills.record(conn, "lumphini", drill.id)
        told = tally.tallies(conn, NOW - HOUR, NOW + HOUR, 15_000)["lumphini"]
    assert record == [BoxRecord("b1", NOW + 50, alarm.id, NOW + 9_050, "สมชาย"), BoxRecord("b2")]
    assert record[0].answer_ms == 9_000
    assert (told.raised, told.answered) == (1, 0)  # of the real one alone


def test_a_real_press_is_never_taken_for_a_drill(town: Database) -> None:
    earlier = pressed(town, replace(PRESS, id="p0", at=NOW - 2 * HOUR, received_at=NOW - 2 * HOUR))
    drill = announced(town, "b1", "b2")
    joined = pressed(town, PRESS)
    assert (joined.id, joined.presses, is_drill(joined)) == (earlier.id, 2, False)  # it was real before
    late = pressed(town, replace(PRESS, origin="b2", at=NOW - 2 * HOUR))
    assert not is_drill(late)  # pressed before the drill, heard during it
    with town.write() as tx:
        drills.end(tx, "lumphini", drill.id, by="ผกก.", now=NOW + 60_000)
        with pytest.raises(BadDrillError):
            drills.end(tx, "lumphini", drill.id, by="ผกก.", now=NOW + 60_001)
    with town.write() as tx:
        alarms.step(tx, joined.id, Step.ACKNOWLEDGE, by="ก", role="chief", origin="", now=NOW + 60_002)
        alarms.step(tx, joined.id, Step.CLOSE, by="ก", role="chief", origin="", now=NOW + 60_003, outcome="real")
    after = pressed(town, replace(PRESS, id="p9", at=NOW + 70_000, received_at=NOW + 70_000))
    assert not is_drill(after)
    with town.read() as conn:
        assert [one.ended_by for one in drills.drills(conn, frozenset({"lumphini"}))] == ["ผกก."]
        assert drills.drills(conn, frozenset({"hat_yai"})) == []


def test_a_press_after_the_drill_makes_its_alarm_a_real_one(town: Database) -> None:
    announced(town, "b1")
    alarm = pressed(town, PRESS)
    again = pressed(town, replace(PRESS, id="p2", at=NOW + 2 * HOUR, received_at=NOW + 2 * HOUR))
    assert (again.id, is_drill(alarm), is_drill(again)) == (alarm.id, True, False)


def test_every_drill_that_is_not_over_is_found_however_many_are_announced(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ก", name_en="a")], NOW)
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", lat=13.7, lon=100.5)], NOW)
        made = [
            drills.announce(
                tx, "lumphini", ["b1"], NOW + number * HOUR, NOW + (number + 1) * HOUR, by="ผกก.", note="", now=NOW
            ).id
            for number in range(22)
        ]
    with sqlite_db.read() as conn:
        assert [one.id for one in drills.not_over(conn, None, NOW + HOUR)] == made[1:]
        assert drills.not_over(conn, frozenset({"hat_yai"}), NOW) == []
        assert len(drills.drills(conn, None)) == 20


def test_a_press_on_an_alarm_that_was_acknowledged_before_is_answered_by_nobody() -> None:
    record = BoxRecord("b1", NOW, "a", NOW - 1, "ก")
    assert record.answer_ms is None
    told = summary([record, BoxRecord("b2", NOW, "b", NOW, "ก")], 15_000)
    assert (told.heard, told.answered, told.in_time, told.median_ms) == (2, 1, 1, 0)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_real_press_on_an_answered_drill_ends_it_and_raises_an_alarm_of_its_own(town: Database, steps: int) -> None:
    announced(town, "b1")
    practised = pressed(town, PRESS)
    said = {"by": "ก", "role": "chief", "origin": ""}
    with town.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="201")], NOW)
        for number, step in enumerate((Step.ACKNOWLEDGE, Step.ASSIGN, Step.ARRIVE)[:steps]):
            unit = "201" if step is Step.ASSIGN else ""
            alarms.step(tx, practised.id, step, now=NOW + 1_000 + number, unit=unit, **said)  # type: ignore[arg-type]
    joined = pressed(town, replace(PRESS, id="p2", at=NOW + 60_000, received_at=NOW + 60_000))
    assert joined.id == practised.id  # one more press of the drill
    at = NOW + 2 * HOUR
    real = pressed(town, replace(PRESS, id="p3", at=at, received_at=at))
    assert real.id != practised.id
    assert (real.state, real.raised_at, real.presses, is_drill(real)) == ("raised", at, 1, False)
    with town.read() as conn:
        ended = alarms.find(conn, practised.id, None)
        last = alarms.history(conn, "lumphini", practised.id)[-1]
        assert dispatch.under_way(conn) == []
    assert (ended.state, ended.outcome, ended.by, is_drill(ended)) == ("closed", "test", "system", True)
    assert (last.step, last.by) == ("drill_over", "system")
    words = told(town)
    assert words.count(("ssz/v1/lumphini/unit/201/command", "closed")) == (steps > 1)
    # The person at the box, whose press has just been taken, must not read that it is over.
    assert ("ssz/v1/lumphini/sos/b1/command", "closed") not in words


@pytest.mark.parametrize(
    ("boxes", "start", "end", "why"),
    [
        ((), 0, HOUR, "no_box"),
        (("b1",), 0, 0, "times"),
        (("b1",), -HOUR, -1, "times"),
        (("b1",), 0, LONGEST_MS + 1, "times"),
        (("b1", "none"), 0, HOUR, "unknown"),
        (("b1", "b2"), 0, HOUR, "taken b2"),
    ],
)
def test_a_drill_that_cannot_be_is_refused(
    sqlite_db: Database, boxes: tuple[str, ...], start: int, end: int, why: str
) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ก", name_en="a")], NOW)
        rows = [SosBox(station="lumphini", box=name, lat=13.7, lon=100.5) for name in ("b1", "b2")]
        registers.put_boxes(tx, rows, NOW)
        drills.announce(tx, "lumphini", ["b2"], NOW, NOW + HOUR, by="ก", note="", now=NOW)
        with pytest.raises(BadDrillError, match=why):
            drills.announce(tx, "lumphini", boxes, NOW + start, NOW + end, by="ก", note="", now=NOW)


@pytest.mark.parametrize(
    ("said", "drill"),
    [
        ({}, True),
        ({"at": NOW - 60_000}, True),
        ({"at": NOW - 60_001}, False),
        ({"at": NOW + HOUR + 60_000}, False),
        ({"received_at": NOW - 1}, False),
        ({"received_at": NOW + HOUR}, False),
        ({"kind": EventKind.UNREADABLE}, False),
        ({"kind": EventKind.PANIC, "origin_kind": "unit"}, False),
    ],
)
def test_in_doubt_a_press_is_a_real_one(said: dict[str, object], drill: bool) -> None:
    signal = replace(PRESS, **said)  # type: ignore[arg-type]
    assert in_drill(signal, NOW, NOW + HOUR) is drill


def test_the_summary_of_a_drill() -> None:
    boxes = [
        BoxRecord("b1", NOW, "a", NOW + 9_000, "ก"), BoxRecord("b2", NOW, "b", NOW + 20_000, "ก"),
        BoxRecord("b3", NOW, "c"), BoxRecord("b4"),
    ]  # fmt: skip
    told = summary(boxes, 15_000)
    assert (told.expected, told.heard, told.answered, told.in_time) == (4, 3, 2, 1)
    assert (told.median_ms, told.slowest_ms) == (14_500, 20_000)
    assert summary([], 15_000).median_ms is None
