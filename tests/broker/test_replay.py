"""A replay through a real broker: registered, published, acknowledged, and refused where it must be."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import orjson
import pytest

from ingest.sources.endpoint import parse_url
from ingest.sources.replay import ReplayOptions, ReplayRefusedError, main, replay
from models.records.station import Station
from models.records.unit import Unit
from store import devices, registers
from store.database import Database
from tests.broker.listening import Listener
from tests.broker.world import Worker, rows
from tests.servers import Mosquitto, free_port, wait_until

pytestmark = pytest.mark.broker

AT = 1_480_086_214_000


def now() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = ["vehicle_id,ts_utc,lat,lon,speed"]
    for k in range(400):
        rows.append(f"{k % 4},{AT + (k // 4) * 1000},{30.0 + k / 1e5},-97.0,10")
    rows += [rows[-1], f"1,{AT + 200_000},0,0,0"]
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture
def stations(sqlite_db: Database) -> Database:
    with sqlite_db.write() as tx:
        registers.put_stations(
            tx,
            [
                Station(code="try_out", name_th="ทดลอง", name_en="Try-out", kind="test", lat=16.5, lon=104.7),
                Station(code="hat_yai", name_th="หาดใหญ่", name_en="Hat Yai", kind="provincial"),
            ],
            now(),
        )
    return sqlite_db


def test_everything_is_published_acknowledged_and_counted(
    mosquitto: Mosquitto, stations: Database, file: Path
) -> None:
    with Listener(mosquitto.url, "ssz/v1/try_out/#") as listener:
        before = now()
        options = ReplayOptions(file, "try_out", speed=0.0, move=True, speed_unit="ms")
        report = replay(options, parse_url(mosquitto.url), stations, now)
        listener.wait_for(402)
    assert (report.read, report.published, report.acknowledged) == (402, 402, 402)
    assert (report.faults.zero, report.faults.repeated, report.faults.units) == (1, 1, 4)
    bodies = [orjson.loads(message.payload) for message in listener.messages]
    assert before - 10_000 <= max(body["at"] for body in bodies) <= now()
    assert all(abs(body["lat"] - 16.5) < 0.1 for body in bodies if body["lat"])
    assert {body["speed_kmh"] for body in bodies} == {36.0, 0.0}
    assert not any("alarm" in body for body in bodies)
    with stations.read() as conn:
        assert {unit.kind for unit in registers.units(conn, frozenset({"try_out"}))} == {"replay"}
        assert len(devices.devices(conn, frozenset({"try_out"}), "approved")) == 4


def test_what_the_pipeline_counts_is_what_the_file_holds(
    mosquitto: Mosquitto, stations: Database, sqlite_url: str, file: Path, tmp_path: Path
) -> None:
    """Each row is found again: stored once, counted as a duplicate, or as a sign of life."""
    worker = Worker(sqlite_url, mosquitto.url, tmp_path)
    try:
        report = replay(ReplayOptions(file, "try_out", speed=0.0, move=True), parse_url(mosquitto.url), stations, now)

        def counted() -> dict[str, int]:
            found = rows(sqlite_url, "SELECT reason, count FROM source_count WHERE station = 'try_out'")
            return {str(reason): int(count) for reason, count in found}

        wait_until(lambda: sum(counted().values()) == report.published == 402, 60, "all counted")
        assert counted() == {"accepted": 400, "duplicate": report.faults.repeated, "no_fix": report.faults.zero}
        assert rows(sqlite_url, "SELECT count(*) FROM position")[0][0] == 400
        assert rows(sqlite_url, "SELECT count(*) FROM outbox")[0][0] == 0
    finally:
        worker.stop()


def test_recorded_times_are_kept_when_asked(mosquitto: Mosquitto, stations: Database, file: Path) -> None:
    with Listener(mosquitto.url, "ssz/v1/try_out/#") as listener:
        options = ReplayOptions(file, "try_out", speed=0.0, as_recorded=True, limit=10)
        assert replay(options, parse_url(mosquitto.url), stations, now).published == 10
        listener.wait_for(10)
    assert {orjson.loads(message.payload)["at"] for message in listener.messages} == {AT, AT + 1000, AT + 2000}


def test_at_a_speed_fixes_come_in_time_order_and_never_from_the_future(
    mosquitto: Mosquitto, stations: Database, file: Path
) -> None:
    with Listener(mosquitto.url, "ssz/v1/try_out/#") as listener:
        began = time.monotonic()
        replay(ReplayOptions(file, "try_out", speed=100.0), parse_url(mosquitto.url), stations, now)
        took = time.monotonic() - began
        listener.wait_for(402)
    ats = [orjson.loads(message.payload)["at"] for message in listener.messages]
    assert ats == sorted(ats)
    assert all(orjson.loads(message.payload)["at"] <= message.received + 100 for message in listener.messages)
    assert took > 1.9


def test_a_running_replay_can_be_stopped(mosquitto: Mosquitto, stations: Database, file: Path) -> None:
    stop = threading.Event()
    with Listener(mosquitto.url, "ssz/v1/try_out/#") as listener:

        def stop_after_five() -> None:
            listener.wait_for(5)
            stop.set()

        stopper = threading.Thread(target=stop_after_five)
        stopper.start()
        report = replay(ReplayOptions(file, "try_out"), parse_url(mosquitto.url), stations, now, stop)
        stopper.join(60)
    assert 5 <= report.published == report.acknowledged < 402


def test_the_brokers_smaller_window_is_kept_to(tmp_path: Path, stations: Database, file: Path) -> None:
    """Mosquitto cuts an MQTT 5 client that sends more than its receive maximum at once."""
    broker = Mosquitto(tmp_path / "small", extra=["max_inflight_messages 5"])
    try:
        report = replay(ReplayOptions(file, "try_out", speed=0.0), parse_url(broker.url), stations, now)
    finally:
        broker.stop()
    assert report.acknowledged == 402


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"station": "hat_yai"}, "is of kind provincial: a replay goes to demo or test stations only"),
        ({"station": "nowhere"}, "no station nowhere"),
        ({"speed_unit": "furlongs"}, "speed unit furlongs"),
    ],
)
def test_refused_in_one_line(stations: Database, file: Path, options: dict[str, str], line: str) -> None:
    wanted = {"station": "try_out", "speed_unit": "kmh", **options}
    said: list[str] = []
    complained: list[str] = []
    code = main(
        ReplayOptions(file, wanted["station"], speed_unit=wanted["speed_unit"]),
        parse_url("mqtt://127.0.0.1:1"),
        stations,
        now,
        said.append,
        complained.append,
    )
    assert (code, said, len(complained)) == (2, [], 1)
    assert line in complained[0]
    assert "\n" not in complained[0]


def test_a_real_unit_is_never_taken_over(stations: Database, file: Path) -> None:
    with stations.write() as tx:
        registers.put_units(tx, [Unit(station="try_out", unit="2", kind="car")], now())
    with pytest.raises(ReplayRefusedError, match="unit 2 of try_out is a real one"):
        replay(ReplayOptions(file, "try_out"), parse_url("mqtt://127.0.0.1:1"), stations, now)


def test_no_broker_is_said_in_one_line(stations: Database, file: Path) -> None:
    with pytest.raises(ReplayRefusedError, match="no broker at"):
        replay(ReplayOptions(file, "try_out"), parse_url(f"mqtt://127.0.0.1:{free_port()}"), stations, now)
