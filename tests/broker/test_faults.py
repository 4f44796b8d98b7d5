"""What goes wrong around the worker, and that nothing acknowledged is lost by it, nor stored twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.mqtt_client import BulkClient
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import DEMO_KEY, STATION, now_ms, number, position, rows
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.fault]

EVENT = f"ssz/v1/{STATION}/sos/b1/event"
RECEIPT = f"ssz/v1/{STATION}/sos/b1/receipt"
COUNT = "SELECT count(*) FROM position"


class Process:
    """`python -m ingest` as a process of its own, that can be killed."""

    def __init__(self, url: str, mqtt_url: str, folder: Path, **settings: str) -> None:
        """Start it."""
        # With its compiled files kept, a start takes a second and not four.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._env = {
            **inherited,
            "SSZ_DATABASE_URL": url,
            "SSZ_MQTT_URL": mqtt_url,
            "SSZ_DATA_DIR": str(folder),
            "SSZ_SECRET_KEY": DEMO_KEY,
            **{f"SSZ_{name.upper()}": value for name, value in settings.items()},
        }
        self._log = (folder / "worker.log").open("ab")
        self.start()

    def start(self) -> None:
        """Start it again."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest"], env=self._env, stdout=self._log, stderr=self._log
        )

    def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """End it; the exit code."""
        self._process.send_signal(how)
        return self._process.wait(60)

    def close(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self.end()
        self._log.close()


@pytest.fixture
def process(station_url: str, mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Process]:
    """A worker process on the test's database and broker."""
    one = Process(station_url, mosquitto.url, tmp_path)
    yield one
    one.close()


def stored(url: str, count: int) -> bool:
    """Whether that many fixes are stored, seen through a fresh connection."""
    return number(url, COUNT) == count


def beating(url: str) -> bool:
    """Whether a heartbeat has come through broker and database: some worker is connected."""
    return number(url, "SELECT count(*) FROM source_count WHERE source = 'system'") == 1


def test_a_worker_killed_in_the_stream_loses_nothing(process: Process, device: MakeDevice, station_url: str) -> None:
    car = device()
    wait_until(lambda: beating(station_url), 60, what="the worker")
    start = now_ms() - 1_000_000
    for part in range(3):
        car.say_positions(1500, start + part * 200_000, rate=1500)
        process.end()
        process.start()
    car.settle()
    wait_until(lambda: stored(station_url, 4500), 60, what="4,500 rows")
    assert process.end(signal.SIGTERM) == 0


def test_killed_between_commit_and_acknowledgement_is_stored_once(
    worker: MakeWorker, device: MakeDevice, station_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    car, start = device(), now_ms() - 100_000
    with monkeypatch.context() as patched:
        patched.setattr(BulkClient, "ack_many", lambda client, mids, generation: True)
        first = worker()
        car.say_positions(100, start)
        car.say(EVENT, {"id": "e1", "at": start, "kind": "press"})
        wait_until(lambda: stored(station_url, 100), what="100 rows")
        wait_until(lambda: number(station_url, "SELECT count(*) FROM sos_event") == 1, what="the press")
        first.ingest.stop()
    worker()
    wait_until(
        lambda: (
            number(station_url, "SELECT count FROM source_count WHERE reason = 'duplicate' AND source = 'native'")
            == 101
        ),
        what="101 messages to come again",
    )
    assert stored(station_url, 100)
    assert rows(station_url, "SELECT presses FROM alarm") == [(1,)]


def test_a_broker_restarted_in_the_stream_loses_nothing(
    worker: MakeWorker, device: MakeDevice, mosquitto: Mosquitto, station_url: str
) -> None:
    ours, car, start = worker(), device(), now_ms() - 1_000_000
    car.say_positions(500, start)
    mosquitto.restart()
    up = time.monotonic()
    wait_until(lambda: ours.ready, 10, what="the worker to be back")
    assert time.monotonic() - up < 4
    car.say_positions(500, start + 200_000)
    car.settle()
    wait_until(lambda: stored(station_url, 1000), 20, what="1,000 rows")


def test_broker_and_worker_killed_and_every_press_is_stored_once(
    process: Process, device: MakeDevice, mosquitto: Mosquitto, station_url: str
) -> None:
    box = device("box", (RECEIPT,))
    pressed: list[str] = []

    def receipted() -> set[str]:
        return {payload.decode().split('"')[3] for topic, payload, _ in box.heard if topic == RECEIPT}

    def resend() -> bool:
        for event in pressed:
            if event not in receipted():
                box.say(EVENT, {"id": event, "at": 1_780_000_000_000 + int(event), "kind": "press"})
        time.sleep(0.3)  # a box resends in its own rhythm
        return receipted() >= set(pressed)

    for part in range(4):
        pressed += [str(part * 10 + n) for n in range(10)]
        resend()
        (mosquitto.kill if part % 2 else process.end)()
        (mosquitto.start if part % 2 else process.start)()
    wait_until(resend, 60, what="a receipt for every press")
    assert number(station_url, "SELECT count(*) FROM sos_event") == len(pressed)
    assert number(station_url, "SELECT count(DISTINCT id) FROM sos_event") == len(pressed)


def test_a_locked_database_delays_and_loses_nothing_and_a_press_is_told_at_once(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    ours, car, start = worker(), device(), now_ms() - 1_000_000
    lock = sqlite3.connect(station_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        lock.execute("BEGIN IMMEDIATE")
        car.say_positions(3000, start)
        pressed = time.monotonic()
        car.say(EVENT, {"id": "e1", "at": now_ms(), "kind": "press"})
        wait_until(lambda: bool(ours.arrived), 2, what="the press to be told")
        assert ours.arrived[0][0] - pressed < 2
        wait_until(lambda: ours.ingest.status.worst_storage == "slow", 10, what="the word that storage is slow")
        assert number(station_url, "SELECT count(*) FROM sos_event") == 0
        lock.execute("ROLLBACK")
    finally:
        lock.close()
    wait_until(lambda: stored(station_url, 3000), 10, what="3,000 rows")
    wait_until(lambda: number(station_url, "SELECT count(*) FROM sos_event") == 1, 10, what="the press")
    wait_until(lambda: ours.ingest.status.worst_storage == "ok", 10, what="the word that storage is well")
    assert ours.ready


def test_a_slow_store_holds_the_flow_back(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours, car, start = worker(batch_size=100), device(), now_ms() - 1_000_000
    most: list[int] = []

    def slow(seq: int, happenings: Any) -> None:
        most.append(ours.ingest.lanes.position.waiting)
        time.sleep(0.05)  # the disk of this test

    unsubscribe = ours.db.on_commit(slow)
    for n in range(4000):
        car.say(*position(n, n // 8, start), qos=n % 2)
    car.settle()
    wait_until(lambda: len(most) > 10, 20, what="some commits")
    unsubscribe()
    wait_until(lambda: stored(station_url, 4000), 30, what="4,000 rows")
    # Four batches, and what one read of the socket can hold beyond them.
    assert max(most) < 400 + 65_536 // 60


def test_a_silent_cut_is_noticed_and_nothing_is_lost(
    worker: MakeWorker, device: MakeDevice, mosquitto: Mosquitto, station_url: str
) -> None:
    ours, car, start = worker(mqtt_keepalive_s=2), device(), now_ms() - 1_000_000
    car.say_positions(200, start)
    wait_until(lambda: stored(station_url, 200), what="200 rows")
    mosquitto.pause()
    cut = time.monotonic()
    wait_until(lambda: ours.ingest.status.broker == "down", 8, what="the cut to be noticed")
    assert time.monotonic() - cut < 6
    mosquitto.resume()
    car.say_positions(200, start + 100_000)
    wait_until(lambda: stored(station_url, 400), 20, what="400 rows")
    wait_until(lambda: ours.ingest.status.broker == "ok", 10, what="the feed to be back")


def test_old_acknowledgements_take_nothing_off_a_broker_that_forgot_the_session(
    worker: MakeWorker, device: MakeDevice, mosquitto: Mosquitto, station_url: str, tmp_path: Path
) -> None:
    ours, start = worker(), now_ms() - 1_000_000
    car = device("first")
    lock = sqlite3.connect(station_url.removeprefix("sqlite:///"), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        car.say_positions(1000, start)
        wait_until(lambda: ours.ingest.lanes.position.storage == "slow", 10, what="the lane to wait")
        mosquitto.kill()
        (tmp_path / "mosquitto" / "mosquitto.db").unlink(missing_ok=True)
        mosquitto.start()
        wait_until(lambda: ours.ready, 10, what="the worker to be back")
        device("second").say_positions(1000, start + 300_000)
        lock.execute("ROLLBACK")
    finally:
        lock.close()
    query = f"{COUNT} WHERE at >= {start + 300_000}"
    wait_until(lambda: number(station_url, query) == 1000, 20, what="1,000 new rows")


def test_of_two_workers_of_one_name_one_writes_and_the_other_takes_over(
    worker: MakeWorker, process: Process, device: MakeDevice, station_url: str
) -> None:
    wait_until(lambda: beating(station_url), 60, what="the first worker")
    car, start = device(), now_ms() - 1_000_000
    second = worker(wait=False)
    car.say_positions(200, start, rate=200)
    assert not second.ingest.status.leads
    process.end()
    killed = time.monotonic()
    wait_until(lambda: second.ready, 12, what="the second to take over")
    assert time.monotonic() - killed < 10
    car.say_positions(200, start + 100_000)
    wait_until(lambda: stored(station_url, 400), 20, what="400 rows")
    assert (
        number(station_url, "SELECT sum(count) FROM source_count WHERE reason = 'accepted' AND source = 'native'")
        == 400
    )


def test_poison_harms_no_neighbour(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours, car, start = worker(), device(), now_ms() - 1_000_000
    poison = [b"", b"{", b"\xff\xfe", b"[]", b"null", b"1e999", b'{"at": "yesterday"}', b"{" * 5000,
              b'{"at": NaN, "lat": 1, "lon": 1}', b'{"at": 1, "lat": "\\ud800", "lon": 2}']  # fmt: skip
    for n in range(1000):
        car.say(*position(n, n // 8, start))
        if n % 5 == 0:
            car.say(position(n, 0, start)[0], poison[n // 5 % len(poison)])
    car.settle()
    wait_until(lambda: stored(station_url, 1000), 20, what="1,000 good rows")
    wait_until(lambda: number(station_url, "SELECT count(*) FROM quarantine") == 200, 10, what="200 in quarantine")
    assert ours.ready


def test_presses_do_not_wait_behind_a_flood(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours, car, start = worker(), device(), now_ms() - 10_000_000
    box = device("box", (RECEIPT,))
    delays: list[float] = []
    for part in range(5):
        for n in range(1500):
            car.say(*position(n, part * 200 + n // 8, start))
        begun = time.monotonic()
        box.say(EVENT, {"id": str(part), "at": now_ms(), "kind": "press"})
        wait_until(lambda part=part: len(box.heard) == part + 1, 5, what="the receipt")  # type: ignore[misc]
        delays.append(time.monotonic() - begun)
    car.settle()
    wait_until(lambda: stored(station_url, 7500), 30, what="7,500 rows")
    assert sorted(delays)[2] < 1.0
    assert ours.ready
