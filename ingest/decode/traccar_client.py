"""Traccar Client 9 and later: `POST /in/osmand` with JSON `{location: {coords …}, device_id}`. Pure.

Speed in m/s, heading in degrees; -1 means not known. `uuid` names the message: of a panic it is the id; of a fix
the time is the key, as everywhere. Source: traccar.org, "Traccar Client", and its background geolocation library.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import alarm_kind, name_in, panic, says_sos, unreadable
from ingest.decode.fields import BadPayloadError, identifier, soft_number, soft_place
from ingest.decode.foreign import KMH_PER_MPS, degrees, device_of, fix_or_life, kmh, metres, object_in
from ingest.decode.osmand import SOURCE
from ingest.decode.payload import MAX_HTTP_BYTES, load_object
from ingest.decode.records import Record
from ingest.decode.times import readable_time, time_of
from models.records.base import Millis, Reason


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """A fix or a sign of life, and a panic when the message carries one.

    Raises:
        BadPayloadError: as the fields say; never when the bytes speak of an SOS.
    """
    try:
        values = load_object(payload, MAX_HTTP_BYTES)
        device = device_of(values.get("device_id"), "device_id")
        location = object_in(values, "location")
        if not location:
            raise BadPayloadError(Reason.MISSING_FIELD, "location", device)
        return _records(device, values, location, topic, payload, received_at)
    except BadPayloadError:
        if not says_sos(payload):
            raise
        return [unreadable("", "unit", name_in(payload, b"device_id"), SOURCE, topic, payload, received_at)]


def _records(
    device: str, values: dict[str, Any], location: dict[str, Any], topic: str, payload: bytes, received_at: Millis
) -> list[Record]:
    extras = _soft_object(location, "extras")
    alarms = (values.get("alarm"), location.get("alarm"), extras.get("alarm"))
    kind = next((found for found in map(alarm_kind, alarms) if found), None)
    if kind is None:
        return [_fix(device, location, received_at)]
    coords = _soft_object(location, "coords")
    place = soft_place(coords.get("latitude"), coords.get("longitude"))
    at, key = readable_time(location.get("timestamp")), identifier(location.get("uuid"))
    signal = panic("", device, SOURCE, topic, payload, received_at, kind, at, place, _battery(location), key)
    try:
        return [_fix(device, location, received_at), signal]
    except BadPayloadError:
        return [signal]


def _soft_object(values: dict[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _fix(device: str, location: dict[str, Any], received_at: Millis) -> Record:
    coords = object_in(location, "coords")
    return fix_or_life(
        SOURCE,
        device,
        time_of(location.get("timestamp"), "timestamp"),
        received_at,
        coords.get("latitude"),
        coords.get("longitude"),
        True,
        kmh(coords.get("speed"), KMH_PER_MPS),
        degrees(coords.get("heading")),
        metres(coords.get("accuracy")),
        _battery(location),
        location.get("mock") is True,
    )


def _battery(location: dict[str, Any]) -> float | None:
    """`battery.level` is a share from 0 to 1, -1 where unknown."""
    level = soft_number(_soft_object(location, "battery").get("level"), 0, 1)
    return None if level is None else round(level * 100, 1)
