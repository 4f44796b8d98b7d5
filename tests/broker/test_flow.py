"""From a device through a real broker into the store and the picture."""

from __future__ import annotations

import json

import pytest

from models.records.position import FixFlag
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import STATION, now_ms, number, position, rows
from tests.servers import wait_until

pytestmark = pytest.mark.broker

EVENT = f"ssz/v1/{STATION}/sos/b1/event"
RECEIPT = f"ssz/v1/{STATION}/sos/b1/receipt"


def press(event: str, **more: object) -> dict[str, object]:
    """The fields of a press of a box."""
    return {"id": event, "at": now_ms(), "kind": "press", **more}


def test_positions_are_stored_once_and_shown(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours, car = worker(), device()
    start = now_ms() - 100_000
    car.say_positions(400, start)
    car.say_positions(80, start)
    car.say(*position(0, 60, start), qos=0)
    wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 401, what="401 rows")
    counts = dict(rows(station_url, "SELECT reason, count FROM source_count WHERE source = 'native'"))
    assert counts["accepted"] >= 401
    wait_until(
        lambda: number(station_url, "SELECT count FROM source_count WHERE reason = 'duplicate'") == 80,
        what="80 duplicates counted",
    )
    mark = ours.follower.picture.units[STATION, "car1"].mark
    assert mark is not None
    assert mark.at == start + 60_000
    assert number(station_url, "SELECT sum(messages) FROM raw_batch") >= 401


def test_a_press_is_told_at_once_stored_once_and_receipted_each_time(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    box = device("box", (RECEIPT, f"ssz/v1/{STATION}/alarm/+/state"))
    ours = worker()
    event = press("e1")
    box.say(EVENT, event)
    wait_until(lambda: box.heard_on(RECEIPT) == 1, what="the receipt")
    box.say(EVENT, event)
    wait_until(lambda: box.heard_on(RECEIPT) == 2, what="a second receipt")
    assert json.loads(next(item for item in box.heard if item[0] == RECEIPT)[1]) == {"id": "e1"}
    assert number(station_url, "SELECT count(*) FROM sos_event") == 1
    assert rows(station_url, "SELECT presses, state FROM alarm") == [(1, "raised")]
    assert [signal.id for _, signal in ours.arrived] == ["e1", "e1"]
    wait_until(lambda: box.heard_on("/alarm/") == 1, what="the alarm's state")
    late = device("late", (f"ssz/v1/{STATION}/alarm/+/state",))
    wait_until(lambda: any(item[2] for item in late.heard), what="the retained state of the open alarm")


def test_panics_come_on_three_topics(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    worker()
    car = device()
    car.say(f"ssz/v1/{STATION}/unit/car1/alarm", {"id": "p1", "at": now_ms()})
    topic, fields = position(1, 0, now_ms())
    car.say(topic, {**fields, "alarm": "sos"})
    car.say(EVENT, press("e1"))
    wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 3, what="three alarms")
    assert rows(station_url, "SELECT origin_kind, origin FROM alarm ORDER BY 1, 2") == [
        ("box", "b1"), ("unit", "car1"), ("unit", "car2"),
    ]  # fmt: skip
    wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 1, what="the fix with the panic")


def test_a_retained_event_is_refused_and_a_retained_status_is_not(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    car = device()
    car.say(EVENT, press("old"), retain=True)
    car.say(f"ssz/v1/{STATION}/unit/car1/status", {"at": now_ms(), "status": "busy"}, retain=True)
    car.settle()
    ours = worker()
    wait_until(lambda: number(station_url, "SELECT count(*) FROM quarantine WHERE reason = 'retained'") == 1,
               what="the retained press in quarantine")  # fmt: skip
    wait_until(lambda: ours.follower.picture.units.get((STATION, "car1")) is not None, what="the status")
    assert ours.follower.picture.units[STATION, "car1"].status == "busy"
    assert ours.arrived == []
    assert number(station_url, "SELECT count(*) FROM alarm") == 0


def test_the_heartbeat_goes_through_broker_and_database(worker: MakeWorker) -> None:
    ours = worker()
    begun = now_ms()
    wait_until(lambda: ours.follower.picture.newest_beat > 0, 60, what="the first heartbeat")
    wait_until(lambda: ours.follower.picture.newest_beat > begun + 3_000, 60, what="the next heartbeat")


def test_connections_are_told_to_every_picture(worker: MakeWorker) -> None:
    ours = worker()
    wait_until(lambda: "mqtt:main" in ours.follower.picture.sources, what="the state of the source")
    wait_until(lambda: ours.follower.picture.sources["mqtt:main"].connected is True, what="connected")


def test_unknown_devices_wait_and_unknown_boxes_are_heard(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    worker()
    car = device()
    topic, fields = position(0, 0, now_ms())
    car.say(topic.replace("car1", "stranger"), fields)
    for n in range(8):
        car.say(EVENT.replace("b1", f"x{n}"), press(f"e{n}"))
    wait_until(lambda: number(station_url, "SELECT count(*) FROM sos_event") == 8, what="eight presses")
    alarms = rows(station_url, "SELECT origin, presses, marks FROM alarm ORDER BY raised_at, origin")
    assert len(alarms) == 6
    assert max(alarm[1] for alarm in alarms) == 3
    assert all("unverified" in alarm[2] for alarm in alarms)
    wait_until(
        lambda: (
            rows(station_url, "SELECT foreign_id, state FROM device WHERE state = 'pending'")
            == [(f"{STATION}/unit/stranger", "pending")]
        ),
        what="the stranger among the devices that wait",
    )
    kept = "SELECT count(*) FROM quarantine WHERE reason = 'unknown_device'"
    wait_until(lambda: number(station_url, kept) == 1, what="the stranger's fix in quarantine")


def test_a_device_approved_meanwhile_is_heard(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    from models.records.unit import Unit
    from store.registers import put_units

    ours, car = worker(), device()
    with ours.db.write() as tx:
        put_units(tx, [Unit(station=STATION, unit="new")], now_ms())
    wait_until(lambda: ours.follower.picture.registers.get((STATION, "units")) is not None, what="the register")
    topic, fields = position(0, 0, now_ms())

    def heard() -> bool:
        car.say(topic.replace("car1", "new"), fields)
        return number(station_url, "SELECT count(*) FROM position") == 1

    wait_until(heard, what="the new unit's fix")


def test_row_25_a_lost_box_is_told_by_its_last_will(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours = worker()
    topic = f"ssz/v1/{STATION}/sos/b1/online"
    box = device("box", will=(topic, b'{"online": false}'))
    box.say(topic, {"online": True, "at": now_ms()}, retain=True)
    wait_until(lambda: ours.follower.picture.boxes[STATION, "b1"].online is True, what="online")
    box.settle()
    box.vanish()
    wait_until(lambda: ours.follower.picture.boxes[STATION, "b1"].online is False, what="offline")


def test_a_place_far_away_is_kept_and_not_drawn(worker: MakeWorker, device: MakeDevice, station_url: str) -> None:
    ours, car = worker(), device()
    topic, fields = position(0, 0, now_ms())
    car.say(topic, {**fields, "lat": 18.8})
    wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 1, what="the fix")
    assert number(station_url, "SELECT flags FROM position") == FixFlag.OUT_OF_AREA
    wait_until(lambda: (STATION, "car1") in ours.follower.picture.units, what="the picture")
    assert ours.follower.picture.units[STATION, "car1"].mark is None
