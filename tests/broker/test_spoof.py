"""Who speaks for another, and who plays again what was said: nothing of it is taken, and nothing genuine is lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from models.alarms.life import Step
from store import alarms
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import BOXES, STATION, UNITS, Device, now_ms, number, position, rows
from tests.servers import wait_until

pytestmark = pytest.mark.broker

#: How many messages are recorded and played again.
RECORDED = 1000
PRESSES = 20


def counted(url: str) -> int:
    """How many messages were dealt with, whatever became of them."""
    return number(
        url,
        "SELECT COALESCE(SUM(count), 0) FROM source_count"
        " WHERE reason IN ('accepted', 'duplicate') AND source <> 'system'",
    )


def test_a_payload_that_names_another_is_kept_as_evidence_and_never_taken(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    worker()
    car = device()
    topic, fields = position(0, 1, now_ms())
    for _ in range(50):
        car.say(topic, fields | {"unit": UNITS[1]})
        car.say(topic, fields | {"station": "hat_yai"})
    box = f"ssz/v1/{STATION}/sos/{BOXES[0]}"
    car.say(f"{box}/online", {"online": True, "at": now_ms(), "box": BOXES[1]})
    car.say(f"ssz/v1/{STATION}/unit/{UNITS[0]}/status", {"at": now_ms(), "status": "busy", "unit": UNITS[1]})
    wait_until(lambda: number(station_url, "SELECT count(*) FROM quarantine") == 102, what="all are in quarantine")
    assert rows(station_url, "SELECT DISTINCT reason FROM quarantine") == [("identity",)]
    assert number(station_url, "SELECT count(*) FROM position") == 0
    events = rows(station_url, "SELECT body FROM audit_waiting")
    assert 1 <= len(events) <= 3  # a sender, not a message, is an event
    assert all('"device.security_event"' in body for (body,) in events)
    # An SOS is never refused: one whose payload names another box is an alarm that says it cannot be read.
    car.say(f"{box}/event", {"id": "e1", "at": now_ms(), "kind": "press", "box": BOXES[1]})
    wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 1, what="the alarm")
    assert rows(station_url, "SELECT origin, kind FROM alarm") == [(BOXES[0], "unreadable")]


def recording(start: int) -> list[tuple[str, dict[str, Any]]]:
    """What somebody who listens writes down: fixes of all units, and presses of both boxes."""
    said = [position(n, n // len(UNITS), start) for n in range(RECORDED - PRESSES)]
    for n in range(PRESSES):
        topic = f"ssz/v1/{STATION}/sos/{BOXES[n % len(BOXES)]}/event"
        said.insert(n * 40, (topic, {"id": f"p{n}", "at": start + n, "kind": "press", "seq": n, "boot": "b"}))
    return said


def test_a_thousand_recorded_messages_played_again_change_nothing(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    running = worker()
    genuine: Device = device("genuine")
    start = now_ms() - 600_000
    recorded = recording(start)
    for topic, fields in recorded:
        genuine.say(topic, fields)
    wait_until(lambda: counted(station_url) == RECORDED, what="the recorded messages")
    close_all(running.db)
    before = rows(station_url, "SELECT count(*), sum(presses), max(version) FROM alarm")
    assert before[0][0] == len(BOXES)

    thief: Device = device("thief")
    fresh = 0
    for place, (topic, fields) in enumerate(recorded):
        thief.say(topic, fields)
        if place % 10 == 9:  # genuine ones go on meanwhile
            genuine.say(*position(fresh, 5000 + fresh, start - 6_000_000))
            fresh += 1
    press = {"id": "real", "at": now_ms(), "kind": "press", "seq": 99, "boot": "b"}
    genuine.say(f"ssz/v1/{STATION}/sos/{BOXES[0]}/event", press)
    wait_until(lambda: counted(station_url) == 2 * RECORDED + fresh + 1, what="everything was dealt with")
    assert number(station_url, "SELECT count(*) FROM position") == RECORDED - PRESSES + fresh
    assert number(station_url, "SELECT count(*) FROM sos_event") == PRESSES + 1
    # No alarm but the genuine one, and none of the closed ones touched.
    assert number(station_url, "SELECT count(*) FROM alarm WHERE state <> 'closed'") == 1
    after = rows(station_url, "SELECT count(*), sum(presses), max(version) FROM alarm WHERE state = 'closed'")
    assert after == before
    assert number(station_url, "SELECT SUM(count) FROM source_count WHERE reason = 'duplicate'") == RECORDED


def close_all(db: Any) -> None:
    """Somebody answers and closes every open alarm."""
    with db.read() as conn:
        open_now = alarms.open_alarms(conn, None)
    who: dict[str, Any] = {"by": "x", "role": "dispatcher", "origin": "127.0.0.1"}
    for alarm in open_now:
        with db.write() as tx:
            alarms.step(tx, alarm.id, Step.ACKNOWLEDGE, now=now_ms(), **who)
        with db.write() as tx:
            alarms.step(tx, alarm.id, Step.CLOSE, now=now_ms(), outcome="real", **who)
    with db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM alarm WHERE state <> 'closed'")).scalar_one() == 0
