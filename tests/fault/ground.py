"""The least a station needs for its messages to be taken: its row, some units, some boxes."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import text

from models.records.checkpoint import Checkpoint
from models.records.sos import SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import registers
from store.database import open_database
from tests.fault.product import STATION, now_ms
from tests.fault.publisher import Publisher
from tests.fault.scale import scaled
from tests.servers import wait_until

UNITS = tuple(f"u{number:03d}" for number in range(50))
#: Speaks only to find out whether the worker listens; never part of a ledger.
PROBE = "probe"
BOXES = tuple(f"B{number:02d}" for number in range(20))


def prepare(database_url: str) -> None:
    """Register one test station with its units and boxes; importing them approves their devices."""
    db = open_database(database_url)
    now = now_ms()
    with db.write() as tx:
        station = Station(code=STATION, name_th="สน.ลุมพินี", name_en="Lumphini", kind="test", lat=13.73, lon=100.54)
        registers.put_stations(tx, [station], now)
        registers.put_units(tx, [Unit(station=STATION, unit=unit, call_sign=unit) for unit in (*UNITS, PROBE)], now)
        registers.put_checkpoints(tx, [Checkpoint(station=STATION, box="red-1", lat=13.73, lon=100.54)], now)
        boxes = [
            SosBox(station=STATION, box=box, name_th=f"ตู้ {box}", lat=13.73 + number * 1e-3, lon=100.54)
            for number, box in enumerate(BOXES)
        ]
        registers.put_boxes(tx, boxes, now)
    db.close()


def listening(publisher: Publisher, database_url: str) -> None:
    """Wait until the worker's sessions exist on the broker: before that, nobody has promised to keep anything."""
    db = open_database(database_url)
    probes = 0

    def heard() -> bool:
        nonlocal probes
        probes += 1
        publisher.position(STATION, PROBE, now_ms())
        publisher.event(STATION, PROBE, f"probe-{probes}", "heartbeat")
        with db.read() as conn:
            fixes = conn.execute(text("SELECT COUNT(*) FROM position WHERE unit = :unit"), {"unit": PROBE})
            events = conn.execute(text("SELECT COUNT(*) FROM sos_event WHERE origin = :box"), {"box": PROBE})
            return bool(fixes.scalar_one()) and bool(events.scalar_one())

    with closing(db):
        wait_until(heard, 60, "the ingest worker listens", every_s=0.2)
    drained(publisher, database_url)
    publisher.acked.clear()


def drained(publisher: Publisher, database_url: str, timeout_s: float = scaled(180, 900)) -> None:
    """Wait until everything published before this call has gone through every lane: each keeps the order."""
    marker = now_ms()
    publisher.position(STATION, PROBE, marker)
    publisher.event(STATION, PROBE, f"marker-{marker}", "heartbeat")
    topic = f"ssz/v1/{STATION}/unit/{PROBE}/status"
    publisher.publish(("status", marker), topic, {"at": marker, "status": "available"})
    publisher.settle(timeout_s)
    db = open_database(database_url)
    stored = (
        "SELECT COUNT(*) FROM position WHERE unit = :probe AND at = :marker",
        "SELECT COUNT(*) FROM sos_event WHERE origin = :probe AND id = :name",
        "SELECT COUNT(*) FROM unit WHERE unit = :probe AND status_at = :marker",
    )
    values = {"probe": PROBE, "marker": marker, "name": f"marker-{marker}"}

    def through() -> bool:
        with db.read() as conn:
            return all(conn.execute(text(query), values).scalar_one() for query in stored)

    with closing(db):
        wait_until(through, timeout_s, "every lane is drained", every_s=0.1)
    publisher.acked -= {(PROBE, marker), (PROBE, f"marker-{marker}"), ("status", marker)}
