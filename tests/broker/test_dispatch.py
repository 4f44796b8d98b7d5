"""A unit drives to the box: sent by a person, on scene by its fixes alone, both told, over a real broker."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from jobs.dispatch import dispatch_job
from jobs.runner import Runner
from models.alarms.life import Step
from store import alarms
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import STATION, Device, Worker, now_ms, number, rows
from tests.servers import wait_until

pytestmark = pytest.mark.broker

#: Where the box of the small world stands, and metres of latitude.
BOX_LAT, BOX_LON, M = 13.73, 100.54, 1 / 111_195.0
CAR, BOX = f"ssz/v1/{STATION}/unit/car1", f"ssz/v1/{STATION}/sos/b1"
PATIENCE_S = 30.0


@pytest.fixture
def ours(worker: MakeWorker) -> Iterator[Worker]:
    """A worker, and the job that follows units, beside it."""
    found = worker()
    runner = Runner(found.db, [dispatch_job()], now_ms, "test")
    runner.start()
    yield found
    runner.stop()


def words(device: Device, topic: str) -> list[str]:
    return [str(json.loads(body)["kind"]) for name, body, _ in device.heard if name == topic]


def step(ours: Worker, alarm: str, step: Step, now: int, **more: str) -> None:
    with ours.db.write() as tx:
        alarms.step(tx, alarm, step, by="Somchai", role="dispatcher", origin="", now=now, **more)  # type: ignore[arg-type]


def test_a_unit_that_drives_to_the_box_is_on_scene(ours: Worker, device: MakeDevice, station_url: str) -> None:
    car, box = device("car1", (f"{CAR}/command",)), device("b1", (f"{BOX}/command",))
    box.say(f"{BOX}/event", {"id": "e1", "at": now_ms(), "kind": "press"})
    wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 1, PATIENCE_S, what="the alarm")
    [(alarm,)] = rows(station_url, "SELECT id FROM alarm")
    sent_at = now_ms() - 60_000
    step(ours, alarm, Step.ACKNOWLEDGE, sent_at)
    step(ours, alarm, Step.ASSIGN, sent_at, unit="car1")
    wait_until(lambda: words(car, f"{CAR}/command") == ["dispatched"], PATIENCE_S, what="the word to the unit")
    order = json.loads(car.heard[0][1])
    assert (order["alarm"], order["lat"], order["lon"]) == (alarm, BOX_LAT, BOX_LON)

    for second, metres in ((5, 600), (15, 490), (25, 380), (35, 150), (45, 5), (56, 5)):  # 40 km/h, a fix each 10 s
        at = sent_at + 1000 * second
        car.say(f"{CAR}/position", {"at": at, "lat": BOX_LAT + metres * M, "lon": BOX_LON, "speed_kmh": 40})
    wait_until(lambda: rows(station_url, "SELECT state FROM alarm") == [("on_scene",)], PATIENCE_S, what="on scene")
    assert rows(station_url, "SELECT on_scene_at, on_scene_how FROM dispatch") == [(sent_at + 45_000, "gps")]
    assert rows(station_url, "SELECT by FROM alarm_step WHERE step = 'arrive'") == [("GPS",)]

    step(ours, alarm, Step.CLOSE, now_ms(), outcome="helped")
    told = ["dispatched", "arrived", "closed"]
    wait_until(lambda: words(car, f"{CAR}/command") == told, PATIENCE_S, what="the unit's words")
    wait_until(lambda: words(box, f"{BOX}/command") == ["acknowledged", *told], PATIENCE_S, what="the box's words")

    # Ingest hears its own words back; behind them a topic nobody knows is the only thing that is put away.
    car.say(f"{CAR}/wish", {"at": now_ms()})
    wait_until(lambda: number(station_url, "SELECT count(*) FROM quarantine") > 0, PATIENCE_S, what="the bad topic")
    assert rows(station_url, "SELECT reason, topic FROM quarantine") == [("bad_topic", f"{CAR}/wish")]
