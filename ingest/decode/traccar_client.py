"""Traccar Client 9 and later: `POST /in/osmand` with JSON `{location: {coords …}, device_id}`. Pure.

Speed in m/s, heading in degrees; -1 means not known. `uuid` names the message; the fix's time is its key here,
as everywhere. Source: traccar.org, "Traccar Client", and the payloads of its background geolocation library.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import in_position, panic
from ingest.decode.fields import BadPayloadError, clean, number_of, place_of, time_of
from ingest.decode.osmand import SOURCE
from ingest.decode.payload import load_object
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.sos import Signal


def decode(_topic: str, payload: bytes, received_at: Millis) -> list[Fix | SignOfLife | Signal]:
    """A fix or a sign of life, and a panic when the message carries one.

    Raises:
        BadPayloadError: as the fields say.
    """
    values = load_object(payload)
    unit = values.get("device_id")
    unit = clean(str(unit), 128) if isinstance(unit, str | int) and not isinstance(unit, bool) else ""
    location = values.get("location")
    if not unit or not isinstance(location, dict):
        raise BadPayloadError(Reason.MISSING_FIELD, "device_id and location")
    coords = location.get("coords")
    coords = coords if isinstance(coords, dict) else {}
    extras = location.get("extras")
    alarms = [values.get("alarm"), location.get("alarm"), extras.get("alarm") if isinstance(extras, dict) else None]
    sos = any(in_position(alarm) for alarm in alarms)
    records: list[Fix | SignOfLife | Signal] = []
    try:
        records.append(_record(unit, location, coords, received_at))
    except BadPayloadError:
        if not sos:
            raise
    if sos:
        known = {"at": location.get("timestamp"), "lat": coords.get("latitude"), "lon": coords.get("longitude")}
        records.append(panic("", unit, SOURCE, "osmand", payload, received_at, known))
    return records


def _record(unit: str, location: dict[str, Any], coords: dict[str, Any], received_at: Millis) -> Fix | SignOfLife:
    at = time_of(location.get("timestamp"), "timestamp")
    if coords.get("latitude") is None or coords.get("longitude") is None:
        return SignOfLife("", unit, at, SOURCE, received_at)
    place = place_of(coords["latitude"], coords["longitude"])
    if place is None:
        return SignOfLife("", unit, at, SOURCE, received_at)
    speed = number_of(coords, "speed", 0, 280)
    battery = location.get("battery")
    level = number_of(battery, "level", 0, 1) if isinstance(battery, dict) else None
    return Fix(
        "",
        unit,
        at,
        *place,
        None if speed is None else round(speed * 3.6, 3),
        number_of(coords, "heading", 0, 360),
        number_of(coords, "accuracy", 0, 100_000),
        None if level is None else round(level * 100, 1),
        SOURCE,
        int(FixFlag.MOCK) if location.get("mock") is True else 0,
        received_at,
    )
