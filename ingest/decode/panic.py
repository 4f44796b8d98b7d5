"""A unit's panic button, `ssz/v1/<station>/unit/<unit>/alarm`. Whatever arrives here is an alarm."""

from __future__ import annotations

from ingest.decode.alarms import panic, unreadable
from ingest.decode.common import Message, WrongError, parse_object, soft_number, to_place
from ingest.decode.fields import identifier
from ingest.decode.records import Decoded
from ingest.decode.times import parse_time
from ingest.decode.topics import forgiving
from models.records.base import Millis
from models.records.sos import EventKind


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `Signal` of a unit; of kind `unreadable` when id or time cannot be read. Never rejected."""
    origin = forgiving(topic)
    try:
        message: Message = parse_object(payload)
    except WrongError:
        message = {}
    event_id, at = identifier(message.get("id")), parse_time(message.get("at"))
    if event_id is None or at is None:
        return [unreadable(*_named(origin), topic, payload, received_at, "native", event_id, at)]
    place = to_place(message.get("lat"), message.get("lon"))
    battery = soft_number(message.get("battery_pct"), 0.0, 100.0)
    return [
        panic(origin, EventKind.PANIC, at, place, topic, payload, received_at, "native", event_id, battery),
    ]


def _named(origin: tuple[str, str]) -> tuple[str, str, str]:
    return origin[0], "unit", origin[1]
