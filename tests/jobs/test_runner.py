"""The runner: one process does a job, another takes over, and what fails is tried again."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from jobs.escalation import escalation
from jobs.job import Job
from jobs.runner import RETRY_MS, Runner
from jobs.standard import standard_jobs
from jobs.trouble import Watched
from models.alarms.ladder import Ladders, own_ladders
from models.records.sos import EventKind, Signal
from models.records.station import Station
from store import alarms, partitions, registers, sos
from store.database import Database
from store.errors import StorageBusyError
from store.retention import Keep
from tests.servers import wait_until

NOW = 1_790_000_000_000
KEEP = Keep(raw_days=14, position_days=90, quarantine_days=7, change_days=2, quarantine_bytes=1000)


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def noting(done: list[int], lease_ms: int = 5_000) -> Job:
    def run(_database: Database, now: int) -> None:
        done.append(now)

    return Job("noting", every_ms=1_000, run=run, lease_ms=lease_ms)


def test_one_of_two_processes_does_it_and_the_other_takes_over(db: Database) -> None:
    clock, done = Clock(), list[int]()
    job = noting(done)
    first, second = (Runner(db, [job], clock, holder) for holder in ("a", "b"))
    assert first.tick(job)
    assert not first.tick(job)  # not due
    assert not second.tick(job)  # not ours
    clock.now += 4_000
    assert first.tick(job)
    clock.now += 4_999
    assert not second.tick(job)
    clock.now += 1_000
    assert second.tick(job)  # the first one is gone
    assert not first.tick(job)
    assert len(done) == 3


def test_what_loads_much_is_left_alone_while_a_process_starts(sqlite_db: Database) -> None:
    clock, done = Clock(), list[int]()
    job = replace(noting(done), first_after_ms=60_000)
    runner = Runner(sqlite_db, [job], clock, "a")
    assert not runner.tick(job)
    clock.now += 59_999
    assert not runner.tick(job)
    clock.now += 1
    assert runner.tick(job)
    clock.now += 1_000
    assert runner.tick(job)
    assert done == [NOW + 60_000, NOW + 61_000]


def test_a_process_that_stops_gives_its_jobs_back(db: Database) -> None:
    clock, done = Clock(), list[int]()
    job = noting(done)
    first, second = (Runner(db, [job], clock, holder) for holder in ("a", "b"))
    assert first.tick(job)
    first.stop()
    assert second.tick(job)


def test_a_job_without_lease_runs_in_each_process(db: Database) -> None:
    clock, done = Clock(), list[int]()
    job = noting(done, lease_ms=0)
    assert [Runner(db, [job], clock, holder).tick(job) for holder in ("a", "b")] == [True, True]


def test_a_job_that_fails_is_logged_once_and_tried_again(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    failing = True

    def run(_database: Database, _now: int) -> None:
        if failing:
            raise StorageBusyError("locked")

    job = Job("weak", every_ms=3_600_000, run=run, lease_ms=1_000)
    runner = Runner(db, [job], clock, "a")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert not runner.tick(job)
            clock.now += RETRY_MS
        failing = False
        assert runner.tick(job)
    assert [record.getMessage() for record in caplog.records] == [
        "job weak cannot work: locked",
        "job weak works again",
    ]


def test_a_fault_in_a_job_is_loud_and_ends_nothing(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    def run(_database: Database, _now: int) -> None:
        raise ZeroDivisionError

    job = Job("faulty", every_ms=1_000, run=run, lease_ms=1_000)
    runner = Runner(db, [job], clock, "a")
    assert not runner.tick(job)
    assert "job faulty has a fault" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_what_is_not_wanted_takes_no_lease(db: Database) -> None:
    clock, done = Clock(), list[int]()

    def never(_conn: Connection, _now: int) -> bool:
        return False

    idle = Job("noting", every_ms=1_000, run=noting(done).run, lease_ms=5_000, wanted=never)
    assert not Runner(db, [idle], clock, "a").tick(idle)
    assert Runner(db, [noting(done)], clock, "b").tick(noting(done))


def test_an_unanswered_alarm_climbs_the_ladder_each_rung_once(db: Database) -> None:
    clock = Clock()
    with db.write() as tx:
        sos.take_signal(tx, Signal("_unknown", "box", "b", "1", NOW, EventKind.PRESS, NOW), NOW)
    job = escalation(Ladders())
    runner = Runner(db, [job], clock, "a")
    clock.now += 15_000
    assert not runner.tick(job)
    clock.now += 1_001
    assert runner.tick(job)
    clock.now += 43_999
    assert not runner.tick(job)
    with db.read() as conn:
        assert [alarm.level for alarm in alarms.open_alarms(conn, None)] == [1]
    clock.now += 1_000
    assert runner.tick(job)
    clock.now += 3_600_000
    assert not runner.tick(job)  # two rungs, no more
    with db.read() as conn:
        [alarm] = alarms.open_alarms(conn, None)
        steps = [(line.step, line.by, line.detail) for line in alarms.history(conn, alarm.station, alarm.id)]
    assert alarm.level == 2
    assert steps == [("raise", "", ""), ("escalate", "system", "level 1"), ("escalate", "system", "level 2")]


def test_a_station_may_have_a_ladder_of_its_own(db: Database) -> None:
    clock = Clock()
    with db.write() as tx:
        registers.put_stations(
            tx, [Station(code=code, name_th=code, name_en=code) for code in ("slow", "usual")], NOW
        )
        for code in ("slow", "usual"):
            sos.take_signal(tx, Signal(code, "box", "b", code, NOW, EventKind.PRESS, NOW), NOW)
    job = escalation(Ladders(own=own_ladders("slow=40/100")))
    runner = Runner(db, [job], clock, "a")

    def levels_after(seconds: int) -> dict[str, int]:
        clock.now = NOW + seconds * 1000 + 1
        runner.tick(job)
        with db.read() as conn:
            return {alarm.station: alarm.level for alarm in alarms.open_alarms(conn, None)}

    assert levels_after(16) == {"slow": 0, "usual": 1}
    assert levels_after(41) == {"slow": 1, "usual": 1}
    assert levels_after(61) == {"slow": 1, "usual": 2}
    assert levels_after(141) == {"slow": 2, "usual": 2}


def test_the_standard_jobs_run_in_their_threads(db: Database, tmp_path: Path) -> None:
    clock = Clock()
    with db.write() as tx:
        sos.take_signal(tx, Signal("_unknown", "box", "b", "1", NOW, EventKind.PRESS, NOW - 20_000), NOW)
    before = set(threading.enumerate())  # one of an earlier test may end meanwhile
    runner = Runner(db, standard_jobs(Ladders(), KEEP, Watched(tmp_path, 0)), clock, "a")
    runner.start()

    def escalated() -> bool:
        with db.read() as conn:
            return alarms.open_alarms(conn, None)[0].level == 1

    def partitioned() -> bool:
        with db.read() as conn:
            return len(partitions.existing(conn)) == 3

    wait_until(escalated)
    if db.dialect == "postgresql":
        wait_until(partitioned)
    else:
        wait_until((tmp_path / "ssz.db.mark").exists)
    runner.stop()
    assert set(threading.enumerate()) <= before
