"""A stream of every kind of message, clean or in the worst order, and the hash of what it leaves in the tables."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

from sqlalchemy import select

from models.alarms.kinds import TECHNICAL
from models.records.alarm import Alarm
from models.records.checkpoint import Scan
from models.records.incident import Incident
from models.records.position import Position
from models.records.report import Report
from models.records.sos import SosBox, SosEvent
from models.records.unit import Unit
from store.rows import table_of
from tests.fault.ground import BOXES, PROBE, UNITS
from tests.fault.product import STATION, fresh

#: (topic below the station, fields)
Said = tuple[str, dict[str, Any]]

DAY_MS = 86_400_000

#: Arrival times and what is told of them, and counters.
_LEFT_OUT = {"received_at", "stored_at", "heard_at", "raised_at", "last_at", "changed_at", "version"}
_TABLES = (Position, SosEvent, Alarm, Incident, Report, Scan, Unit, SosBox)


def _unit(rng: random.Random, unit: str, start: int, steps: int) -> list[Said]:
    """A drive with jumps and doubled stamps, and what the crew says."""
    lat, lon = 13.73, 100.54
    result: list[Said] = []
    for step in range(steps):
        lat, lon = lat + rng.uniform(-2e-4, 2e-4), lon + rng.uniform(-2e-4, 2e-4)
        jump = 0.05 if rng.random() < 0.05 else 0.0
        at = start + step * 2000
        result.append((f"unit/{unit}/position", {"at": at, "lat": lat + jump, "lon": lon, "speed_kmh": 30.0}))
        if rng.random() < 0.05:
            result.append((f"unit/{unit}/position", {"at": at, "lat": lat, "lon": lon, "speed_kmh": 31.0}))
        if rng.random() < 0.1:
            status = rng.choice(("available", "busy", "on_scene"))
            result.append((f"unit/{unit}/status", {"at": at, "status": status}))
    return result


def _box(rng: random.Random, box: str, start: int, steps: int) -> list[Said]:
    """One press among heartbeats, faults and tests."""
    kinds = ["press"]
    kinds += [rng.choice(("heartbeat", "fault", "tamper", "restore", "test")) for _ in range(steps)]
    return [
        (
            f"sos/{box}/event",
            {"id": f"e{n}", "at": start + n * 1500, "kind": kind, "battery_pct": rng.randrange(100)}
            | ({"mains": rng.random() < 0.5} if n % 2 else {}),
        )
        for n, kind in enumerate(kinds)
    ]


def _papers(rng: random.Random, start: int, count: int) -> list[Said]:
    result: list[Said] = []
    for n in range(count):
        at, place = start + n * 1000, {"lat": 13.73 + rng.uniform(-1e-2, 1e-2), "lon": 100.54}
        result.append(("incident/crimes", {"id": f"i{n}", "occurred_from": at, "offence": "ลักทรัพย์", **place}))
        result.append(("report/line", {"id": f"r{n}", "at": at, "kind": "light", "text": f"ไฟดับ {n}", **place}))
        scan = {"id": f"s{n}", "at": at, "unit": UNITS[n % len(UNITS)], "method": "nfc", **place}
        result.append(("checkpoint/red-1/scan", scan))
    return result


def clean(rng: random.Random, now: int, steps: int) -> list[Said]:
    """In the order of device time: half of the senders speak of yesterday, half of the last hour."""
    starts = (now - DAY_MS - 3_600_000, now - 3_600_000)
    result: list[Said] = []
    for n, unit in enumerate(UNITS[:20]):
        result += _unit(rng, unit, starts[n % 2], steps)
    for n, box in enumerate(BOXES):
        result += _box(rng, box, starts[n % 2], max(4, steps // 4))
    result += _papers(rng, starts[0], steps)
    return sorted(result, key=lambda said: (said[1].get("at") or said[1]["occurred_from"], said[0]))


def early(stream: list[Said], count: int) -> list[Said]:
    """The first positions, a day ahead of our clock."""
    fixes = [said for said in stream if said[0].endswith("/position")][:count]
    return [(topic, {**fields, "at": fields["at"] + 3 * DAY_MS}) for topic, fields in fixes]


def messy(rng: random.Random, stream: list[Said]) -> list[Said]:
    """Everything three times, in no order."""
    result = stream * 3
    rng.shuffle(result)
    return result


def payload(said: Said) -> tuple[str, bytes]:
    """Topic and bytes."""
    return f"ssz/v1/{STATION}/{said[0]}", json.dumps(said[1], ensure_ascii=False).encode()


def state(database_url: str) -> dict[str, str]:
    """A hash of each table, without arrival times and counters, and without the probe."""
    result: dict[str, str] = {}
    db = fresh(database_url)
    with db.read() as conn:
        for model in _TABLES:
            table = table_of(model)
            columns = [column for column in table.columns if column.name not in _LEFT_OUT]
            query = select(*columns)
            if model is Alarm:  # trouble is of what stood when it came in, and that is another in another order
                query = query.where(table.c.cause.not_in(sorted(TECHNICAL)))
            rows = sorted(repr(tuple(row)) for row in conn.execute(query))
            kept = [row for row in rows if f"'{PROBE}'" not in row]
            assert kept
            result[table.name] = f"{len(kept)} rows " + hashlib.sha256("\n".join(kept).encode()).hexdigest()
    db.close()
    return result
