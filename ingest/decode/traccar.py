"""Traccar's position forwarding: MQTT topic `positions` or `POST /in/traccar`, one object a message. Pure.

Speed in knots. An SOS is `position.attributes.alarm` (a comma list may hold it), never the event stream: a
message with an `event` is passed over. Source: traccar.org, "Position forwarding", and its forwarder's payloads.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import in_position, panic
from ingest.decode.fields import BadPayloadError, clean, number_of, place_of, time_of
from ingest.decode.payload import load_object
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.sos import Signal

SOURCE = "traccar"
KNOT_KMH = 1.852


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Fix | SignOfLife | Signal]:
    """A fix or a sign of life, and a panic when the position carries one.

    Raises:
        BadPayloadError: as the fields say.
    """
    values = load_object(payload)
    if "event" in values:
        return []
    device, position = values.get("device"), values.get("position")
    if not isinstance(device, dict) or not isinstance(position, dict):
        raise BadPayloadError(Reason.MISSING_FIELD, "device and position")
    unit = _unique_id(device)
    attributes = position.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    sos = in_position(attributes.get("alarm"))
    try:
        records: list[Fix | SignOfLife | Signal] = [_record(unit, position, attributes, received_at)]
    except BadPayloadError:
        if not sos:
            raise
        records = []
    if sos:
        names = {"at": position.get("fixTime") or position.get("deviceTime")}
        place = {"lat": position.get("latitude"), "lon": position.get("longitude")}
        known = names if position.get("valid") is False else names | place
        records.append(panic("", unit, SOURCE, topic, payload, received_at, known))
    return records


def _unique_id(device: dict[str, Any]) -> str:
    unit = device.get("uniqueId")
    if isinstance(unit, int) and not isinstance(unit, bool):
        unit = str(unit)
    if not isinstance(unit, str) or not clean(unit, 128):
        raise BadPayloadError(Reason.MISSING_FIELD, "device.uniqueId")
    return clean(unit, 128)


def _record(unit: str, position: dict[str, Any], attributes: dict[str, Any], received_at: Millis) -> Fix | SignOfLife:
    at = time_of(position.get("fixTime") or position.get("deviceTime"), "fixTime")
    if position.get("valid") is False:
        return SignOfLife("", unit, at, SOURCE, received_at)
    place = place_of(position.get("latitude"), position.get("longitude"))
    if place is None:
        return SignOfLife("", unit, at, SOURCE, received_at)
    knots = number_of(position, "speed", 0, 540)
    return Fix(
        "",
        unit,
        at,
        *place,
        None if knots is None else round(knots * KNOT_KMH, 3),
        number_of(position, "course", 0, 360),
        number_of(position, "accuracy", 0, 100_000) or None,  # Traccar writes 0 for "not known"
        number_of(attributes, "batteryLevel", 0, 100),
        SOURCE,
        int(FixFlag.MOCK) if attributes.get("mock") is True else 0,
        received_at,
    )
