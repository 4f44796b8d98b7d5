"""A unit's panic button, `…/unit/<unit>/alarm`. Whatever arrives here is an alarm. Pure."""

from __future__ import annotations

from ingest.decode.alarm import panic, unreadable
from ingest.decode.fields import identifier, soft_number, soft_place
from ingest.decode.records import Record
from ingest.decode.sos import soft_values
from ingest.decode.times import readable_time
from ingest.decode.topics import forgiving
from models.records.base import Millis
from models.records.sos import EventKind


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `Signal` of a unit, of kind `unreadable` when its id or time cannot be read. Never refused."""
    where = forgiving(topic)
    station, unit = where.station, where.name
    values = soft_values(where, payload, "unit")
    event_id, at = identifier(values.get("id")), readable_time(values.get("at"))
    if event_id is None or at is None:
        return [unreadable(station, "unit", unit, "native", topic, payload, received_at, event_id, at)]
    place = soft_place(values.get("lat"), values.get("lon"))
    battery = soft_number(values.get("battery_pct"), 0, 100)
    kind = EventKind.PANIC
    return [
        panic(station, unit, "native", topic, payload, received_at, kind, at, place, battery, event_id),
    ]
