"""Trouble of equipment: raised, counted while it chatters, ended when it is gone, put aside for a time."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from commands import authority
from jobs.runner import Runner
from jobs.trouble import EVERY_MS, PIECE, Watched, trouble_job
from models.alarms.causes import HOLD_MS
from models.alarms.kinds import Kind
from models.alarms.life import IllegalStepError, Step
from models.records.alarm import AlarmNow
from models.records.base import SYSTEM_STATION
from models.records.report import CitizenReport
from models.records.sos import BoxOnline, EventKind, Signal, SosBox
from models.records.station import Station
from store import alarms, boxes, reports, sources
from store.alarms.trouble import KNOWN_MS
from store.database import Database, Tx
from store.errors import StorageError
from store.registers import put_boxes, put_stations
from store.sos import take_signal

NOW = 1_790_000_000_000


def act(tx: Tx, alarm: str, step: Step, now: int, **more: object) -> AlarmNow:
    who = {"by": "somchai", "role": "dispatcher", "origin": "127.0.0.1"}
    return alarms.step(tx, alarm, step, now=now, **who, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _box(db: Database) -> None:
    with db.write() as tx:
        put_stations(tx, [Station(code="lumphini", name_th="ล", name_en="L")], NOW)
        put_boxes(tx, [SosBox(station="lumphini", box="B1", name_th="หน้าตลาด", lat=13.73, lon=100.54)], NOW)


class Street:
    """What the box says, and the job that looks, by a clock the test moves."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.now = NOW
        self._said = 0
        self._job = trouble_job(Watched(folder, disk_low_mb=0))
        self._runner = Runner(db, [self._job], lambda: self.now, "test")

    def says(self, kind: EventKind, **more: object) -> None:
        self._said += 1
        signal = Signal("lumphini", "box", "B1", f"e{self._said}", self.now, kind, self.now, topic="t", **more)  # type: ignore[arg-type]
        with self.db.write() as tx:
            take_signal(tx, signal, self.now)

    def connected(self, online: bool) -> None:
        with self.db.write() as tx:
            boxes.take(tx, BoxOnline("lumphini", "B1", online, self.now))

    def beats(self) -> None:
        """Our own heartbeat came through."""
        with self.db.write() as tx:
            sources.count(tx, "system", SYSTEM_STATION, sources.ACCEPTED, 1, self.now)

    def look(self) -> bool:
        return self._runner.tick(self._job)

    def later(self, ms: int) -> None:
        """Go on by so much, the product alive all the while: our own heartbeat, and a look each 20 s."""
        end = self.now + ms
        while self.now < end:
            self.now = min(self.now + 20_000, end)
            self.beats()
            self.look()

    def open(self) -> dict[str, AlarmNow]:
        with self.db.read() as conn:
            return {alarm.kind: alarm for alarm in alarms.open_alarms(conn, None)}

    def all(self) -> list[AlarmNow]:
        with self.db.read() as conn:
            return alarms.alarms(conn, None)


@pytest.fixture
def street(db: Database, tmp_path: Path) -> Street:
    return Street(db, tmp_path)


def test_a_tampered_box_raises_trouble_that_ends_when_it_is_restored(street: Street) -> None:
    street.says(EventKind.TAMPER)
    raised = street.open()[Kind.TAMPER]
    assert (raised.place, raised.lat, raised.cause, int(raised.priority)) == ("หน้าตลาด", 13.73, "tamper", 3)
    street.now += HOLD_MS
    street.says(EventKind.RESTORE)
    assert street.open() == {}
    (ended,) = street.all()
    assert (ended.state, ended.outcome, ended.by) == ("closed", "technical", "system")


def test_trouble_never_joins_nor_ends_a_press_on_the_same_box(street: Street) -> None:
    street.says(EventKind.TAMPER)
    street.says(EventKind.PRESS)
    assert set(street.open()) == {Kind.TAMPER, Kind.SOS}
    street.now += HOLD_MS
    street.says(EventKind.RESTORE)
    assert set(street.open()) == {Kind.SOS}


def test_row_26_chatter_counts_on_one_alarm(street: Street) -> None:
    for _ in range(20):
        street.says(EventKind.TAMPER)
        street.now += 5_000
        street.says(EventKind.RESTORE)
        street.now += 5_000
    assert [(alarm.kind, alarm.presses) for alarm in street.all()] == [(Kind.TAMPER, 20)]
    street.later(HOLD_MS)
    assert street.open() == {}
    assert len(street.all()) == 1


def test_row_25_a_box_is_lost_by_its_last_will_and_back_by_its_word(street: Street) -> None:
    street.connected(True)
    street.now += 1000
    street.connected(False)
    assert street.open()[Kind.BOX_LOST].detail == "offline"
    street.now += HOLD_MS
    street.connected(True)
    assert street.open() == {}


def test_row_25_a_silent_box_is_lost_within_three_minutes(street: Street) -> None:
    street.beats()
    street.look()
    street.says(EventKind.HEARTBEAT)
    street.later(180_000 - 2 * EVERY_MS)
    assert street.open() == {}
    street.later(2 * EVERY_MS)
    assert street.open()[Kind.BOX_LOST].detail == "silent"
    street.later(HOLD_MS)
    street.says(EventKind.HEARTBEAT)
    street.later(2 * EVERY_MS)
    assert street.open() == {}


def test_a_restart_neither_ends_nor_raises_again_what_stands(street: Street, tmp_path: Path) -> None:
    street.beats()
    street.look()
    street.says(EventKind.HEARTBEAT)
    street.later(200_000)
    lost = street.open()[Kind.BOX_LOST].id
    street.later(HOLD_MS)
    again = Street(street.db, tmp_path)
    again.now = street.now
    again.later(400_000)
    assert [alarm.id for alarm in again.all()] == [lost]
    assert set(again.open()) == {Kind.BOX_LOST}
    again.now += 3_600_000  # slept
    again.later(100_000)
    assert [alarm.id for alarm in again.all()] == [lost]
    assert set(again.open()) == {Kind.BOX_LOST}


def test_a_station_that_goes_dark_is_written_in_pieces(db: Database, tmp_path: Path) -> None:
    with db.write() as tx:
        names = [f"D{n}" for n in range(2 * PIECE)]
        put_boxes(tx, [SosBox(station="lumphini", box=name, lat=13.7, lon=100.5) for name in names], NOW)
        tx.conn.execute(text("UPDATE sos_box SET battery_pct = 5"))
    commits: list[int] = []
    db.on_commit(lambda _, told: commits.append(sum(isinstance(one, AlarmNow) for one in told)))
    trouble_job(Watched(tmp_path, disk_low_mb=0)).run(db, NOW)
    assert sum(commits) == 2 * PIECE + 1
    assert max(commits) == PIECE


def test_a_clock_that_is_set_raises_no_trouble(street: Street) -> None:
    street.says(EventKind.HEARTBEAT)
    street.later(60_000)
    for jump in (3_600_000, -7_200_000):
        street.now += jump
        street.look()
        street.says(EventKind.HEARTBEAT)
        street.later(120_000)
        assert street.open() == {}


def test_a_low_battery_is_trouble_until_it_is_charged(street: Street) -> None:
    street.says(EventKind.HEARTBEAT, battery_pct=12.0)
    street.later(EVERY_MS)
    assert street.open()[Kind.BATTERY_LOW].detail == "12 %"
    street.later(HOLD_MS)
    street.says(EventKind.HEARTBEAT, battery_pct=22.0)
    street.later(EVERY_MS)
    assert set(street.open()) == {Kind.BATTERY_LOW}  # not yet well above the limit
    street.says(EventKind.HEARTBEAT, battery_pct=60.0)
    street.later(EVERY_MS)
    assert street.open() == {}


def test_what_a_person_closed_though_it_stands_comes_back_after_an_hour(street: Street) -> None:
    street.says(EventKind.HEARTBEAT, battery_pct=12.0)
    street.later(EVERY_MS)
    known = street.open()[Kind.BATTERY_LOW].id
    with street.db.write() as tx:
        act(tx, known, Step.ACKNOWLEDGE, street.now)
        act(tx, known, Step.CLOSE, street.now, outcome="technical")
    street.later(EVERY_MS)
    assert street.open() == {}
    street.now += KNOWN_MS
    street.later(EVERY_MS)
    assert set(street.open()) == {Kind.BATTERY_LOW}


def test_only_trouble_can_be_put_aside_and_it_comes_back_by_itself(street: Street) -> None:
    street.says(EventKind.PRESS)
    street.says(EventKind.FAULT, note="lamp")
    press, fault = street.open()[Kind.SOS], street.open()[Kind.BOX_FAULT]
    aside: dict[str, object] = {"minutes": 10, "note": "a man is on his way"}
    with street.db.write() as tx, pytest.raises(IllegalStepError, match="technical alarms only"):
        act(tx, press.id, Step.SHELVE, street.now, **aside)
    for minutes, note in ((0, "x"), (24 * 60 + 1, "x"), (5, "")):
        with street.db.write() as tx, pytest.raises(IllegalStepError, match="shelve needs"):
            act(tx, fault.id, Step.SHELVE, street.now, minutes=minutes, note=note)
    with street.db.write() as tx:
        shelved = act(tx, fault.id, Step.SHELVE, street.now, **aside)
    assert (shelved.shelved_until, shelved.shelved_by) == (street.now + 600_000, "somchai")
    street.later(600_000 - 1000)
    assert street.open()[Kind.BOX_FAULT].shelved_until is not None
    street.later(1000 + EVERY_MS)
    back = street.open()[Kind.BOX_FAULT]
    assert (back.shelved_until, back.shelved_by, back.state) == (None, "", "raised")
    with street.db.read() as conn:
        lines = [(line.step, line.by, line.detail) for line in alarms.history(conn, "lumphini", fault.id)]
    assert lines[1:] == [("shelve", "somchai", "10 min a man is on his way"), ("unshelve", "system", "")]


def test_a_disk_that_runs_low_is_trouble_of_the_product_itself(db: Database, tmp_path: Path) -> None:
    job = trouble_job(Watched(tmp_path, disk_low_mb=2**40))
    Runner(db, [job], lambda: NOW, "test").tick(job)
    with db.read() as conn:
        (alarm,) = alarms.open_alarms(conn, None)
    assert (alarm.station, alarm.origin_kind, alarm.origin, alarm.kind) == ("_system", "server", "disk", "disk_low")


def test_a_certificate_that_ends_is_trouble_until_another_is_there(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, now = tmp_path / "worker", time.time_ns() // 1_000_000
    made.mkdir()
    job = trouble_job(Watched(tmp_path, 0, certificates=made))

    def look(at: int) -> list[tuple[str, str, str]]:
        Runner(db, [job], lambda: at, "test").tick(job)
        with db.read() as conn:
            return [(one.origin, one.kind, one.detail.split()[0]) for one in alarms.open_alarms(conn, None)]

    assert look(now) == []
    with monkeypatch.context() as short:
        short.setattr(authority, "CERTIFICATE_DAYS", 59)
        (made / "ingest.crt").write_bytes(authority.Authority(tmp_path, tmp_path, "workers").issue("ingest")[0])
    assert look(now + 10_000) == [("certificate", "certificate_ends", "ingest.crt")]
    (made / "broker.crt").write_text("no certificate")  # nothing is known: neither raised nor ended
    assert look(now + 90_000) == [("certificate", "certificate_ends", "ingest.crt")]
    (made / "broker.crt").unlink()
    (made / "ingest.crt").write_bytes(authority.Authority(tmp_path, tmp_path, "workers").issue("ingest")[0])
    assert look(now + 180_000) == []


def test_what_is_our_own_fault_is_said_once_and_as_ours(street: Street) -> None:
    """Our heartbeat stops, so nobody is heard: one alarm, not one for each box and feed."""
    street.says(EventKind.HEARTBEAT)
    with street.db.write() as tx:
        sources.count(tx, "native", "lumphini", sources.ACCEPTED, 1, street.now)
    street.later(60_000)
    for _ in range(40):
        street.now += 20_000
        street.look()
    with street.db.read() as conn:
        assert [(one.station, one.origin, one.kind) for one in alarms.open_alarms(conn, None)] == [
            ("_system", "system", "feed_stopped")
        ]
    street.later(500_000)  # heard again, but not yet for as long as a feed may be silent
    assert set(street.open()) == {Kind.BOX_LOST}
    street.later(200_000)
    with street.db.read() as conn:
        assert {(one.origin, one.kind) for one in alarms.open_alarms(conn, None)} == {
            ("B1", "box_lost"), ("native", "feed_stopped")
        }  # fmt: skip


def test_trouble_does_not_escalate(street: Street) -> None:
    street.says(EventKind.TAMPER)
    with street.db.write() as tx:
        assert [alarm.kind for alarm in alarms.open_alarms(tx.conn, None)] == [Kind.TAMPER]
        with pytest.raises(IllegalStepError):
            alarms.raise_level(tx, alarms.open_alarms(tx.conn, None)[0], 0, street.now)


def report(ident: str, kind: str = "emergency", channel: str = "line", at: int = NOW) -> CitizenReport:
    return CitizenReport("lumphini", channel, ident, at, kind, "ช่วยด้วย", NOW, contact="081")


def test_each_emergency_report_is_an_alarm_and_keeps_its_words_to_itself(db: Database) -> None:
    long = report("x" * 64, channel="c" * 64, at=NOW - 10**12)
    with db.write() as tx:
        for one in (report("r1"), report("r1"), report("r2"), report("r3", "tip"), long):
            reports.take(tx, one)
    with db.read() as conn:
        found = alarms.open_alarms(conn, None)
        told = [reports.of_alarm(conn, alarm) for alarm in found]
        assert conn.execute(text("SELECT count(*) FROM alarm_step WHERE body LIKE '%ช่วยด้วย%'")).scalar_one() == 0
    assert sorted(one.id for one in told if one) == ["r1", "r2", "x" * 64]
    assert {(alarm.kind, int(alarm.priority), alarm.origin_kind) for alarm in found} == {("report", 2, "report")}
    marks = {alarm.pressed_at: set(alarm.marks.split(",")) for alarm in found}
    assert marks[NOW] == {"no_place", "unverified"}
    assert marks[NOW - 10**12] == {"no_place", "unverified", "clock_suspect"}


def test_another_emergency_under_a_known_id_is_an_alarm_of_its_own_once(db: Database) -> None:
    first = report("r1", at=NOW - 5000)
    other = replace(first, text="ไฟไหม้")
    later = replace(first, at=NOW - 1000)
    untimed = replace(first, at=NOW + 50, received_at=NOW + 50)  # sent again without its time
    with db.write() as tx:
        taken = [reports.take(tx, one) for one in (first, other, later, first, other, later, untimed)]
        reports.take(tx, report("r2", "tip"))
        assert reports.take(tx, report("r2"))
    assert taken == [True, True, True, False, False, False, False]
    with db.read() as conn:
        found = alarms.open_alarms(conn, None)
        assert all(reports.of_alarm(conn, alarm) for alarm in found)
    assert sorted("id_reused" in alarm.marks.split(",") for alarm in found) == [False, True, True, True]


def test_the_database_itself_refuses_to_rewrite_a_history(street: Street) -> None:
    street.says(EventKind.PRESS)
    for change in ("UPDATE alarm_step SET by = 'nobody'", "DELETE FROM alarm_step"):
        with pytest.raises((StorageError, SQLAlchemyError), match="only added to"), street.db.write() as tx:
            tx.conn.execute(text(change))
    with street.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM alarm_step WHERE by = ''")).scalar_one() == 1
