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

from jobs.refitting import FIRST_MS, Refitting
from models.analysis.due import When
from models.analysis.mixing import DEFAULT
from models.records.hotspot import HotspotWeightsRow
from store import hotspots, refits
from store.database import Database
from tests.fault.product import ROOT, now_ms
from tests.jobs.test_refit import NOW, towns
from tests.servers import wait_until

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
        assert not refitting.wanted(conn, NOW + FIRST_MS + 1), "looked at a moment ago"
    thread = threading.Thread(target=refitting.run, args=(sqlite_db, NOW))
    thread.start()
    wait_until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()), what="the process")
    refitting.stop()
    thread.join(20)
    assert not thread.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    with sqlite_db.read() as conn:
        assert not refitting.wanted(conn, NOW + 10 * FIRST_MS + 60_000), "nothing is started any more"


def test_the_command_makes_the_maps(sqlite_url: str, sqlite_db: Database, tmp_path: Path) -> None:
    towns(sqlite_db, "a")
    weights = HotspotWeightsRow(family="robbery", made_at=now_ms(), stations=1, cases=9, body=str(DEFAULT.tolist()))
    with sqlite_db.write() as tx:
        hotspots.keep_weights(tx, [weights])  # learnt today: not again
    command = [sys.executable, "manage.py", "refit", "--due", "--while-open", "--workers", "1"]
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


def test_the_command_ends_when_its_parent_is_gone() -> None:
    """Its parent's end of the pipe closes, however the parent ended."""
    body = "import commands.refit as one, threading; threading.Thread(target=one._end_with_parent).run()"
    with subprocess.Popen([sys.executable, "-c", body], cwd=ROOT, stdin=subprocess.PIPE) as other:
        assert other.stdin is not None
        other.stdin.close()
        assert other.wait(30) == 1
