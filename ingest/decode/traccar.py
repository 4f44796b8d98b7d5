"""Traccar's position forwarding: MQTT topic `positions` or `POST /in/traccar`, one object a message. Pure.

Speed in knots. An SOS is `position.attributes.alarm` (a comma list may hold it), never the event stream: a
message with an `event` is passed over. Source: traccar.org, "Position forwarding", and its forwarder's payloads.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import alarm_kind, name_in, panic, says_sos, unreadable
from ingest.decode.fields import BadPayloadError, soft_place
from ingest.decode.foreign import KMH_PER_KNOT, degrees, device_of, fix_or_life, kmh, metres, object_in, percent
from ingest.decode.payload import MAX_BYTES, MAX_HTTP_BYTES, load_object
from ingest.decode.records import Record
from ingest.decode.times import readable_time, time_of
from models.records.base import Millis, Reason
from models.records.sos import EventKind, Signal

SOURCE = "traccar"

#: The MQTT topic; anything else came by HTTP, where bodies may be larger.
TOPIC = "positions"

_OWN_TIMES = ("deviceTime", "fixTime", "serverTime")


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """A fix or a sign of life, and a panic when the position carries one.

    Raises:
        BadPayloadError: as the fields say; never when the bytes speak of an SOS.
    """
    try:
        values = load_object(payload, MAX_BYTES if topic == TOPIC else MAX_HTTP_BYTES)
        if "event" in values:
            return []
        device = device_of(object_in(values, "device").get("uniqueId"), "device.uniqueId")
        position = object_in(values, "position")
        if not position:
            raise BadPayloadError(Reason.MISSING_FIELD, "position", device)
        return _records(device, position, topic, payload, received_at)
    except BadPayloadError:
        if not says_sos(payload) or b'"event"' in payload:
            raise
        return [unreadable("", "unit", name_in(payload, b"uniqueId"), SOURCE, topic, payload, received_at)]


def _records(device: str, position: dict[str, Any], topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    said = position.get("attributes")
    attributes: dict[str, Any] = said if isinstance(said, dict) else {}
    kind = alarm_kind(attributes.get("alarm"))
    if kind is None:
        return [_fix(device, position, attributes, received_at)]
    signal = _panic(device, kind, position, attributes, topic, payload, received_at)
    try:
        return [_fix(device, position, attributes, received_at), signal]
    except BadPayloadError:
        return [signal]


def _fix(device: str, position: dict[str, Any], attributes: dict[str, Any], received_at: Millis) -> Record:
    usable = position.get("valid") is not False
    names = ("fixTime", "deviceTime") if usable else _OWN_TIMES
    at = _first_time(position, names)
    return fix_or_life(
        SOURCE,
        device,
        time_of(position.get("fixTime"), "fixTime") if at is None else at,
        received_at,
        position.get("latitude"),
        position.get("longitude"),
        usable,
        kmh(position.get("speed"), KMH_PER_KNOT),
        degrees(position.get("course")),
        metres(position.get("accuracy")),
        percent(attributes.get("batteryLevel")),
        attributes.get("mock") is True,
    )


def _first_time(position: dict[str, Any], names: tuple[str, ...]) -> Millis | None:
    return next((at for name in names if (at := readable_time(position.get(name))) is not None), None)


def _panic(
    device: str,
    kind: EventKind,
    position: dict[str, Any],
    attributes: dict[str, Any],
    topic: str,
    payload: bytes,
    received_at: Millis,
) -> Signal:
    """At the message's own time: without a new fix `fixTime` stays, and a second press would look like the first."""
    at = _first_time(position, _OWN_TIMES)
    valid = position.get("valid") is not False
    place = soft_place(position.get("latitude"), position.get("longitude")) if valid else None
    battery = percent(attributes.get("batteryLevel"))
    return panic("", device, SOURCE, topic, payload, received_at, kind, at, place, battery)
