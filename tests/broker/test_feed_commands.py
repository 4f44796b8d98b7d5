"""`replay` and `demo` as an operator runs them, through a real broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import manage
from models.records.station import Station
from store import registers
from store.database import Database
from tests.servers import Mosquitto

pytestmark = pytest.mark.broker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(sqlite_db: Database, mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store with a test station, and settings that name it and the broker."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSZ_DATABASE_URL", sqlite_db.url)
    monkeypatch.setenv("SSZ_MQTT_URL", f"mqtt://127.0.0.1:{mosquitto.port}")
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="t", name_th="t", name_en="t", kind="test", lat=16.5, lon=104.7)], 1)
    return sqlite_db


def test_a_replay_registers_its_units_and_publishes(
    served: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "fixes.csv"
    lines = [f"bus-{n % 2},2022-06-30T10:00:{n:02}Z,30.2{n},-97.7" for n in range(6)]
    file.write_text("\n".join(["vehicle_id,ts_utc,lat,lon", *lines]) + "\n")
    assert manage.main(["replay", str(file), "--station", "t", "--speed", "max", "--move"]) == 0
    assert "published 6, acknowledged 6" in capsys.readouterr().out
    with served.read() as conn:
        assert {(unit.unit, unit.kind) for unit in registers.units(conn, None)} == {
            ("bus-0", "replay"),
            ("bus-1", "replay"),
        }


def test_a_refused_replay_is_one_line(served: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert manage.main(["replay", "none.csv", "--station", "nowhere"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "manage.py: replay: no station nowhere\n"


def test_the_demo_plays_until_it_is_stopped(served: Database) -> None:
    program = subprocess.Popen(
        [sys.executable, "-u", str(ROOT / "manage.py"), "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert program.stdout
    with program, program.stdout:
        line = program.stdout.readline()
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == 0
    assert line.startswith("demo: 8 units and 12 SOS boxes at mueang_mukdahan")
    with served.read() as conn:
        assert len(registers.boxes(conn, frozenset({"mueang_mukdahan"}))) == 12
