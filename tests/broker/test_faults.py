"""What goes wrong around a worker of this process, seen from inside it; `tests/fault` kills and cuts from outside."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import pytest

from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import STATION, now_ms, number, position
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.fault]

EVENT = f"ssz/v1/{STATION}/sos/b1/event"
RECEIPT = f"ssz/v1/{STATION}/sos/b1/receipt"
COUNT = "SELECT count(*) FROM position"


def stored(url: str, count: int) -> bool:
    """Whether that many fixes are stored, seen through a fresh connection."""
    return number(url, COUNT) == count


def test_a_locked_database_delays_and_loses_nothing_and_a_press_is_told_at_once(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    ours, car, start = worker(), device(), now_ms() - 1_000_000
    lock = sqlite3.connect(station_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        lock.execute("BEGIN IMMEDIATE")
        car.say_positions(3000, start)
        car.say(EVENT, {"id": "e1", "at": now_ms(), "kind": "press"})
        wait_until(lambda: bool(ours.arrived), 60, what="the press to be told")
        wait_until(lambda: ours.ingest.status.worst_storage == "slow", 60, what="the word that storage is slow")
        assert number(station_url, "SELECT count(*) FROM sos_event") == 0
        lock.execute("ROLLBACK")
    finally:
        lock.close()
    wait_until(lambda: stored(station_url, 3000), 60, what="3,000 rows")
    wait_until(lambda: number(station_url, "SELECT count(*) FROM sos_event") == 1, 60, what="the press")
    wait_until(lambda: ours.ingest.status.worst_storage == "ok", 60, what="the word that storage is well")
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
    wait_until(lambda: len(most) > 10, 60, what="some commits")
    unsubscribe()
    wait_until(lambda: stored(station_url, 4000), 60, what="4,000 rows")
    # Four batches, and what one read of the socket can hold beyond them.
    assert max(most) < 400 + 65_536 // 60


def test_a_silent_cut_is_noticed_and_nothing_is_lost(
    worker: MakeWorker, device: MakeDevice, mosquitto: Mosquitto, station_url: str
) -> None:
    ours, car, start = worker(mqtt_keepalive_s=2), device(), now_ms() - 1_000_000
    car.say_positions(200, start)
    wait_until(lambda: stored(station_url, 200), what="200 rows")
    mosquitto.pause()
    wait_until(lambda: ours.ingest.status.broker == "down", 60, what="the cut to be noticed")
    mosquitto.resume()
    car.say_positions(200, start + 100_000)
    wait_until(lambda: stored(station_url, 400), 60, what="400 rows")
    wait_until(lambda: ours.ingest.status.broker == "ok", 60, what="the feed to be back")


def test_presses_do_not_wait_behind_a_flood(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours, car, start = worker(batch_size=100), device(), now_ms() - 10_000_000
    box = device("box", (RECEIPT,))
    overtaken = 0
    # The disk of this test: the flood takes its time to be stored, on any machine.
    unsubscribe = ours.db.on_commit(lambda seq, happenings: time.sleep(0.05))
    for part in range(5):
        for n in range(1500):
            car.say(*position(n, part * 200 + n // 8, start))
        box.say(EVENT, {"id": str(part), "at": now_ms(), "kind": "press"})
        wait_until(lambda part=part: len(box.heard) == part + 1, 60, what="the receipt")  # type: ignore[misc]
        overtaken += not stored(station_url, 1500 * (part + 1))
    unsubscribe()
    car.settle()
    wait_until(lambda: stored(station_url, 7500), 60, what="7,500 rows")
    assert overtaken >= 3
    assert ours.ready
