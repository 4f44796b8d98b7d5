"""What the demo's devices send: topics and payloads of the contract, section 1. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

from ingest.sources.mqtt_publish import Outgoing
from models.records.base import Millis
from models.records.incident import IncidentReport
from models.signature import sign_event

if TYPE_CHECKING:
    from models.town.fleet import Crewed
    from models.town.furniture import CameraSpot
    from models.town.gps import Reading


def box_secret(seed: int, box: str) -> str:
    """The signing key of a demo box. Worth nothing: whoever knows the seed knows it, and it opens only the demo."""
    return hashlib.sha256(f"demo/{seed}/{box}".encode()).hexdigest()


def message(station: str, rest: str, body: Mapping[str, object], retain: bool = False) -> Outgoing:
    """A native message; fields that are None are left out."""
    content = {name: value for name, value in body.items() if value is not None}
    return Outgoing(f"ssz/v1/{station}/{rest}", orjson.dumps(content), retain)


def position(station: str, unit: str, at: Millis, reading: Reading) -> Outgoing:
    """A unit's fix."""
    return message(station, f"unit/{unit}/position", {"at": at, **reading._asdict()})


def status(station: str, unit: Crewed, at: Millis, word: str) -> Outgoing:
    """A unit's status with its crew, retained."""
    crew = [{"role": role, "name": name} for role, name in unit.crew]
    return message(station, f"unit/{unit.unit}/status", {"at": at, "status": word, "crew": crew}, retain=True)


def box_event(
    station: str, box: str, secret: str, event_id: str, at: Millis, kind: str, extra: Mapping[str, object]
) -> Outgoing:
    """A signed event of an SOS box."""
    sig = sign_event(secret, station, box, event_id, at, kind)
    return message(station, f"sos/{box}/event", {"id": event_id, "at": at, "kind": kind, **extra, "sig": sig})


def box_online(station: str, box: str, at: Millis, online: bool) -> Outgoing:
    """A box says that it is connected, or that it goes; retained."""
    return message(station, f"sos/{box}/online", {"online": online, "at": at}, retain=True)


def camera(station: str, point: CameraSpot, at: Millis) -> Outgoing:
    """How many cameras of a point work."""
    body = {"at": at, "total": point.total, "working": point.working, "linked": point.linked}
    return message(station, f"camera/{point.spot.id}/status", body)


def scan(station: str, box: str, scan_id: str, at: Millis, unit: str, reading: Reading) -> Outgoing:
    """A unit scans a red box."""
    body = {"id": scan_id, "at": at, "unit": unit, "method": "qr", "lat": reading.lat, "lon": reading.lon}
    return message(station, f"checkpoint/{box}/scan", body)


def report(station: str, report_id: str, at: Millis, kind: str, text: str, lat: float, lon: float) -> Outgoing:
    """A citizen's report."""
    body = {"id": report_id, "at": at, "kind": kind, "text": text, "lat": lat, "lon": lon}
    return message(station, "report/demo", body)


def incident(case: IncidentReport) -> Outgoing:
    """An incident as a station's case system would send it."""
    body = {
        name: getattr(case, name)
        for name in (
            "id", "occurred_from", "occurred_to", "reported_at", "offence", "lat", "lon", "place_quality", "found_by",
            "status", "arrested", "description",
        )
    }  # fmt: skip
    return message(case.station, f"incident/{case.source}", body)
