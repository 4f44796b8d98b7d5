"""The demo through a real broker and a real worker: the whole way of a fix, a press and a command."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from ingest.sources.demo import Demo, DemoRefusedError, make_town, prepare
from ingest.sources.demo_broker import DemoBroker
from ingest.sources.demo_ground import is_there
from ingest.sources.demo_life import Life
from ingest.sources.endpoint import BrokerKind, Endpoint, parse_url
from models.alarms.life import Step
from models.readiness import DAY_MS, Rules, counts, judge
from models.records.incident import Incident
from models.records.position import Position
from models.records.station import Station
from models.records.unit import Unit
from models.town.town import Town
from store import alarms, devices, registers
from store.database import Database, open_database
from store.restore_picture import restore
from store.rows import table_of
from tests.broker.listening import Listener
from tests.broker.world import Worker
from tests.servers import Mosquitto, free_port, wait_until

pytestmark = pytest.mark.broker


def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(4)


@pytest.fixture
def demo(mosquitto: Mosquitto, town: Town) -> Iterator[Demo]:
    running = Demo(parse_url(mosquitto.url), town, now)
    running.start()
    yield running
    running.stop()


def test_to_stop_is_no_error_whenever_the_network_thread_looks(
    mosquitto: Mosquitto, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    running = Demo(parse_url(mosquitto.url), town, now)
    running.start()
    wait_until(running._client.is_connected, what="the demo's connection")
    running.stop()
    running._client.loop(0.01)  # as its own thread does, when it comes round between the two
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def readiness(db: Database) -> dict[str, int]:
    """How many boxes are in each state once all of them have been heard."""
    with db.read() as conn:
        boxes = restore(conn, now()).boxes.values()
    judged = [judge(replace(box, heard_at=now()), now(), Rules(180_000, 30 * DAY_MS)) for box in boxes]
    return {state.value: number for state, number in counts(judged).items()}


def count(db: Database, record: type[Incident] | type[Position]) -> int:
    with db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table_of(record))).scalar_one())


def test_the_town_is_written_once_on_both_databases(db: Database, town: Town) -> None:
    at = now()
    assert prepare(db, town, at)
    here = frozenset({town.station})
    with db.read() as conn:
        (zone,) = registers.zones(conn, here)
        assert zone.area_m2 == pytest.approx(420_000, rel=0.005)
        assert zone.perimeter_m == pytest.approx(3_590, rel=0.005)
        assert registers.stations(conn, here)[0].kind == "demo"
        assert len(registers.boxes(conn, here)) == 12
        assert sum(point.total for point in registers.cameras(conn, here)) == 61
        assert len(registers.checkpoints(conn, here)) == 10
        assert len(registers.units(conn, here)) == 8
        assert len(registers.streets(conn, here)) == len(town.streets)
        approved = devices.devices(conn, None, "approved")
        assert {device.approved_by for device in approved} == {"demo"}
        assert len(approved) == 8 + 12
    incidents = count(db, Incident)
    assert incidents > 900
    assert not prepare(db, town, at + 86_400_000)
    assert count(db, Incident) == incidents
    assert is_there(db, town.seed)
    assert not is_there(db, town.seed + 1)
    with db.write() as tx:
        box = registers.boxes(tx.conn, here)[0]
        box.secret = "changed by the operator"
        registers.put_boxes(tx, [box], at)
    assert not is_there(db, town.seed)


def test_a_station_in_real_use_is_refused(sqlite_db: Database, town: Town) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code=town.station, name_th="จริง", name_en="Real")], now())
        registers.put_units(tx, [Unit(station=town.station, unit="real-1")], now())
    with pytest.raises(DemoRefusedError, match="has units of its own"):
        prepare(sqlite_db, town, now())
    assert count(sqlite_db, Incident) == 0


def test_the_town_comes_alive_on_a_store_that_has_it_and_on_one_that_has_not(
    sqlite_db: Database, mosquitto: Mosquitto, town: Town
) -> None:
    assert not is_there(sqlite_db, town.seed)
    for _ in range(2):
        life = Life(sqlite_db, town.seed, now)
        life.furnish()
        assert is_there(sqlite_db, town.seed)
        with Listener(mosquitto.url, f"ssz/v1/{town.station}/unit/+/position") as listener:
            life.start(parse_url(mosquitto.url))
            listener.wait_for(8, "/position")
            life.stop()


def test_a_demo_ended_before_its_town_has_begun_ends_at_once(
    sqlite_db: Database, mosquitto: Mosquitto, town: Town
) -> None:
    prepare(sqlite_db, town, now())
    life = Life(sqlite_db, town.seed, now)
    life.furnish()
    with Listener(mosquitto.url, f"ssz/v1/{town.station}/unit/+/position") as listener:
        life.start(parse_url(mosquitto.url))
        life.stop()
        assert listener.messages == []


def told(listener: Listener, ending: str) -> set[str]:
    """The ids of the messages that were heard on topics that end so."""
    return {orjson.loads(one.payload)["id"] for one in list(listener.messages) if one.topic.endswith(ending)}


def test_devices_speak_and_a_press_is_repeated_until_its_receipt(
    mosquitto: Mosquitto, town: Town, demo: Demo
) -> None:
    sos = f"ssz/v1/{town.station}/sos/sos-07"
    with Listener(mosquitto.url, f"ssz/v1/{town.station}/#") as listener:
        listener.wait_for(16, "/position")
        event_id = demo.press("sos-07")
        # The box tells of itself on the same topic: what is waited for is this press.
        wait_until(lambda: event_id in told(listener, "sos-07/event"))
        assert ("sos-07", event_id) in demo.waiting
        listener.publish(f"{sos}/receipt", orjson.dumps({"id": event_id}))
        wait_until(lambda: demo.taken("sos-07", event_id))
        assert ("sos-07", event_id) not in demo.waiting
        assert len(listener.wait_for(12, "/online")) >= 12
        statuses = {message.topic for message in listener.wait_for(8, "/status") if "/unit/" in message.topic}
        assert len(statuses) == 8


def test_an_unknown_box_is_not_pressed(demo: Demo) -> None:
    with pytest.raises(KeyError):
        demo.press("sos-99")


def test_statuses_are_retained_and_boxes_go_offline_at_the_end(mosquitto: Mosquitto, town: Town) -> None:
    running = Demo(parse_url(mosquitto.url), town, now)
    running.start()
    with Listener(mosquitto.url, f"ssz/v1/{town.station}/#") as listener:
        listener.wait_for(12, "/online")
    running.stop()
    with Listener(mosquitto.url, f"ssz/v1/{town.station}/#") as listener:
        online = listener.wait_for(12, "/online")
        assert all(message.retain for message in online)
        assert not any(orjson.loads(message.payload)["online"] for message in online)
        assert len(listener.wait_for(8, "/status")) == 8


def test_the_demo_waits_for_a_broker_and_survives_its_restart(tmp_path: Path, town: Town) -> None:
    broker = Mosquitto(tmp_path / "broker")
    running = Demo(parse_url(broker.url), town, now)
    broker.stop()
    running.start()
    try:
        broker.start()
        with Listener(broker.url, f"ssz/v1/{town.station}/#") as listener:
            listener.wait_for(8, "/position")
        broker.restart()
        with Listener(broker.url, f"ssz/v1/{town.station}/#") as listener:
            listener.wait_for(8, "/position")
    finally:
        running.stop()
        broker.stop()


def test_a_press_becomes_an_alarm_and_the_unit_that_is_sent_comes(
    mosquitto: Mosquitto, sqlite_url: str, town: Town, tmp_path: Path
) -> None:
    db = open_database(sqlite_url)
    prepare(db, town, now())
    worker = Worker(sqlite_url, mosquitto.url, tmp_path)
    running = Demo(parse_url(mosquitto.url), town, now)
    running.start()
    try:
        event_id = running.press("sos-02")
        wait_until(lambda: running.taken("sos-02", event_id), 60, "the receipt")
        with db.read() as conn:
            (alarm,) = alarms.open_alarms(conn, None)
        assert (alarm.station, alarm.origin) == (town.station, "sos-02")
        assert "unverified" not in str(alarm.marks)
        states = {"ready": 9, "watch": 2, "unknown": 1, "down": 0}
        wait_until(lambda: readiness(db) == states, 60, "boxes that were tested")
        with Listener(mosquitto.url, f"ssz/v1/{town.station}/unit/+/status") as listener:
            with db.write() as tx:
                for step, unit in ((Step.ACKNOWLEDGE, ""), (Step.ASSIGN, "moto-222")):
                    alarms.step(
                        tx, alarm.id, step, by="tester", role="dispatcher", origin="test", now=now(), unit=unit
                    )

            def set_off() -> bool:
                said = [one for one in list(listener.messages) if "moto-222" in one.topic and not one.retain]
                return any(orjson.loads(one.payload)["status"] == "enroute" for one in said)

            wait_until(set_off, 60, "the unit that is sent sets off")
        wait_until(lambda: count(db, Position) >= 16, 60, "stored positions")
    finally:
        running.stop()
        worker.stop()
        db.close()


def test_the_pure_python_broker_carries_the_demo(town: Town) -> None:
    endpoint = Endpoint("127.0.0.1", free_port(), BrokerKind.DEMO)
    broker = DemoBroker(endpoint.port)
    running = Demo(endpoint, town, now)
    running.start()
    try:
        with Listener(f"mqtt://127.0.0.1:{endpoint.port}", f"ssz/v1/{town.station}/#") as listener:
            listener.wait_for(8, "/position")
    finally:
        running.stop()
        broker.stop()
