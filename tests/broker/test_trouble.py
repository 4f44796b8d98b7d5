"""Trouble on a real Mosquitto: a box whose link dies is an alarm of its own, and so is a citizen's emergency."""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path

import pytest

from models.records.alarm import AlarmNow
from store import alarms
from store.database import open_database
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import STATION, now_ms
from tests.servers import Mosquitto, wait_until

pytestmark = pytest.mark.broker

KEEPALIVE_S = 2


def mute_box(port: int, box: str) -> socket.socket:
    """A box that connects with a last will and then says nothing more, not even that it is there."""

    def text(value: str) -> bytes:
        return struct.pack(">H", len(value.encode())) + value.encode()

    will = text(f"ssz/v1/{STATION}/sos/{box}/online") + text(json.dumps({"online": False}))
    flags = 0x02 | 0x04 | 0x08 | 0x20  # clean session, will of QoS 1, retained
    body = text("MQTT") + bytes([4, flags]) + struct.pack(">H", KEEPALIVE_S) + text(f"mute-{box}") + will
    link = socket.create_connection(("127.0.0.1", port), 10)
    link.sendall(bytes([0x10, len(body)]) + body)
    assert link.recv(4)[:2] == b"\x20\x02"
    return link


def still_open(url: str) -> dict[str, AlarmNow]:
    db = open_database(url, 1)
    try:
        with db.read() as conn:
            return {alarm.kind: alarm for alarm in alarms.open_alarms(conn, None)}
    finally:
        db.close()


def test_a_dead_link_a_citizen_s_emergency_and_a_press_are_three_alarms(
    worker: MakeWorker, device: MakeDevice, station_url: str, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """Row 25: the broker speaks the will within 1.5 times the keepalive, by its own clock; we raise what it says."""
    worker()
    listener = device("listener", (f"ssz/v1/{STATION}/alarm/#",))
    link = mute_box(mosquitto.port, "b1")
    try:
        wait_until(lambda: "box_lost" in still_open(station_url), 60, what="the alarm of the box that is gone")
    finally:
        link.close()
    other = device("other")
    other.say(f"ssz/v1/{STATION}/report/line", {"id": "r1", "at": now_ms(), "kind": "emergency", "text": "ช่วยด้วย"})
    other.say(f"ssz/v1/{STATION}/sos/b1/event", {"id": "e1", "at": now_ms(), "kind": "press"})
    other.say(f"ssz/v1/{STATION}/sos/b1/event", {"id": "e2", "at": now_ms(), "kind": "tamper"})
    wait_until(lambda: len(still_open(station_url)) == 4, 60, what="one alarm of each")
    found = still_open(station_url)
    assert {kind: (int(one.priority), one.origin) for kind, one in found.items()} == {
        "box_lost": (3, "b1"), "report": (2, "line/r1"), "sos": (1, "b1"), "tamper": (3, "b1"),
    }  # fmt: skip
    wait_until(lambda: listener.heard_on("/state") == 4, 60, what="the published states")
    told = [json.loads(payload) for _, payload, _ in listener.heard]
    assert {(state["kind"], state["priority"], state["level"], state["state"]) for state in told} == {
        ("box_lost", 3, 0, "raised"), ("report", 2, 0, "raised"), ("sos", 1, 0, "raised"), ("tamper", 3, 0, "raised"),
    }  # fmt: skip
    late = device("late", (f"ssz/v1/{STATION}/alarm/#",))
    wait_until(lambda: late.heard_on("/state") == 4, 60, what="what is retained while they are open")
    assert all(retained for _, _, retained in late.heard)
