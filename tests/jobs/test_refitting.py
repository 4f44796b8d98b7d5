"""The refit is started as a process of its own when a station is due, stops with the process that started it, and the
command it is makes the maps."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from commands.refit import FAILED
from jobs import learn
from jobs import turn as turns
from jobs.refitting import FIRST_MS, Refitting
from jobs.turn import LEASE, LEASE_MS, RunningError
from manage import main
from models.analysis.due import When
from models.analysis.lessons import Taught
from models.analysis.mixing import DEFAULT
from models.records.hotspot import HotspotWeightsRow
from store import forecasts, hotspots, leases, refits
from store.database import Database
from tests.fault.product import ROOT, now_ms
from tests.jobs.test_refit import DAY_MS, NOW, towns
from tests.servers import wait_until
from tests.store.test_forecasts import a_forecast

WHEN = When(20, 3, ZoneInfo("Asia/Bangkok"))


def sleeper(tmp_path: Path) -> tuple[str, ...]:
    """A command that writes its process id and then does nothing for long."""
    said = tmp_path / "pid"
    body = f"import os, time, pathlib; pathlib.Path({str(said)!r}).write_text(str(os.getpid())); time.sleep(600)"
    return sys.executable, "-c", body


def test_it_is_started_when_a_station_is_due_and_stopped_with_us(sqlite_db: Database, tmp_path: Path) -> None:
    now = [NOW]
    refitting = Refitting(sleeper(tmp_path), WHEN, lambda: now[0])
    with sqlite_db.read() as conn:
        assert not refitting.wanted(conn, NOW + FIRST_MS), "there is no case"
    towns(sqlite_db, "a")
    refitting = Refitting(sleeper(tmp_path), WHEN, lambda: now[0])
    with sqlite_db.read() as conn:
        assert not refitting.wanted(conn, NOW + FIRST_MS - 1), "the first screens come first"
        assert refitting.wanted(conn, NOW + FIRST_MS)
    with sqlite_db.write() as tx:
        assert leases.take(tx, LEASE, "a run", NOW, 600_000)
    with sqlite_db.read() as conn:
        busy = Refitting(sleeper(tmp_path), WHEN, lambda: now[0])
        assert not busy.wanted(conn, NOW + FIRST_MS), "a run is under way"
        assert not refitting.wanted(conn, NOW + FIRST_MS + 1), "looked at a moment ago"
    thread = threading.Thread(target=refitting.run, args=(sqlite_db, NOW))
    thread.start()
    wait_until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()), what="the process")
    refitting.stop()
    thread.join(60)
    assert not thread.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    with sqlite_db.read() as conn:
        assert not refitting.wanted(conn, NOW + 10 * FIRST_MS + 60_000), "nothing is started any more"


def test_a_fault_is_told_once_and_a_station_that_failed_is_none(
    sqlite_db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Python's own status for what nobody foresaw is 1: it was taken for well, and no map was ever made."""
    ends = tmp_path / "ends"
    refitting = Refitting(("/bin/sh", str(ends)), WHEN, lambda: NOW)
    told = []
    for way in ("exit 0", f"exit {FAILED}", "exit 1", "exit 1", "kill -9 $$", "kill -9 $$", "exit 0", "exit 1"):
        ends.write_text(way)
        caplog.clear()
        refitting.run(sqlite_db, NOW)
        told.append("".join(one.getMessage()[-9:] for one in caplog.records))
    assert told == ["", "", " status 1", "", "status -9", "", "", " status 1"]


def test_a_forecast_that_cannot_be_scored_starts_one_process_an_hour(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        forecasts.freeze(tx, [a_forecast(NOW - 100 * DAY_MS, body="{}")])
    begun = NOW - FIRST_MS
    refitting = Refitting((sys.executable, "-c", ""), WHEN, lambda: begun)
    with sqlite_db.read() as conn:
        assert refitting.wanted(conn, NOW)
    refitting.run(sqlite_db, NOW)
    with sqlite_db.read() as conn:
        looks = [refitting.wanted(conn, NOW + minutes * 60_000) for minutes in range(1, 62)]
    assert looks == [False] * 59 + [True] * 2


#: What a service is told that may set no priority (`SystemCallFilter=~@resources`, `SystemCallErrorNumber=EPERM`).
SHUT_IN = """
import os, sys
def refused(_):
    raise PermissionError(1, "Operation not permitted")
os.nice = refused
from manage import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_command_makes_the_maps_where_no_priority_may_be_set(
    sqlite_url: str, sqlite_db: Database, tmp_path: Path
) -> None:
    towns(sqlite_db, "a")
    weights = HotspotWeightsRow(family="robbery", made_at=now_ms(), stations=1, cases=9, body=str(DEFAULT.tolist()))
    with sqlite_db.write() as tx:
        hotspots.keep_weights(tx, [weights])  # learnt today: not again
    command = [sys.executable, "-c", SHUT_IN, "refit", "--due", "--while-open", "--workers", "1"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("SSZ_")}
    env |= {"SSZ_DATABASE_URL": sqlite_url, "SSZ_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        said = one.stdout.read()
        assert one.wait(60) == 0, said
    assert "refit: 1 of 1 stations" in said
    with sqlite_db.read() as conn:
        assert hotspots.maps(conn, frozenset({"a"}), family="robbery", days=28, shift="")
        assert [(run.by, run.done) for run in refits.runs(conn)] == [("system", 1)]


def test_of_two_that_begin_at_once_one_learns(
    pg_url: str, pg_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two web processes, or a timer and a person: the turn is taken before anything is read or learnt."""
    towns(pg_db, "a")
    monkeypatch.setenv("SSZ_DATABASE_URL", pg_url)
    monkeypatch.setenv("SSZ_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(os, "nice", lambda _: 0)
    learning: list[int] = []
    ended: list[int] = []

    def learns(*_: object) -> Taught:
        learning.append(threading.get_ident())
        wait_until(lambda: bool(ended) or len(learning) > 1, what="the other one")
        return Taught({}, {}, {}, {}, {})

    monkeypatch.setattr(learn, "learn", learns)
    arguments = ["refit", "--due", "--workers", "1"]
    both = [threading.Thread(target=lambda: ended.append(main(arguments))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert (ended, len(learning)) == ([0, 0], 1)
    assert "refit: a refit is under way" in capsys.readouterr().out
    with pg_db.read() as conn:
        assert [(run.by, run.done) for run in refits.runs(conn)] == [("system", 1)]
        assert leases.holder(conn, LEASE, now_ms()) is None


def test_a_turn_is_held_however_long_a_step_takes(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "HOLD_S", 0.05)
    now = [NOW]
    with turns.turn(sqlite_db, lambda: now[0]) as mine:
        now[0] += LEASE_MS - 1

        def held() -> bool:
            with sqlite_db.read() as conn:
                return leases.holder(conn, LEASE, NOW + LEASE_MS) == mine.id

        wait_until(held, what="the turn held for longer")
        with sqlite_db.write() as tx:
            leases.release(tx, LEASE, mine.id)
            assert leases.take(tx, LEASE, "another", now[0], LEASE_MS)
        with pytest.raises(RunningError, match="took over"), sqlite_db.write() as tx:
            mine.keep(tx, now[0])
    with sqlite_db.read() as conn:
        assert leases.holder(conn, LEASE, now[0]) == "another", "another's turn is not given back"


def test_the_command_ends_when_its_parent_is_gone() -> None:
    """Its parent's end of the pipe closes, however the parent ended."""
    body = "import commands.refit as one, threading; threading.Thread(target=one._end_with_parent).run()"
    with subprocess.Popen([sys.executable, "-c", body], cwd=ROOT, stdin=subprocess.PIPE) as other:
        assert other.stdin is not None
        other.stdin.close()
        assert other.wait(60) == 1
