"""SOS boxes: `…/sos/<box>/event` and `…/sos/<box>/online`. Pure.

Nothing on the event topic is ever refused: what cannot be read is an alarm marked `unreadable`, and a press with a
nonsense battery is a press.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import unreadable
from ingest.decode.fields import BadPayloadError, flag_of, identifier, optional_place, soft_number, soft_text
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.redact import redact
from ingest.decode.times import optional_time, readable_time
from ingest.decode.topics import Topic, agree, forgiving, native
from models.records.base import Millis, Reason
from models.records.sos import BoxOnline, EventKind, Signal

#: What a box may say; the other kinds are ours.
KINDS = {kind.value: kind for kind in EventKind if kind not in (EventKind.PANIC, EventKind.UNREADABLE)}


def soft_values(where: Topic, payload: bytes, own: str) -> dict[str, Any]:
    """The object of an alarm message; empty when it cannot be read or names another sender than its topic."""
    try:
        values = load_object(payload)
        agree(where, values, own)
    except BadPayloadError:
        return {}
    return values


def decode_event(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `Signal` of a box, of kind `unreadable` when its id, time or kind cannot be read. Never refused."""
    where = forgiving(topic)
    values = soft_values(where, payload, "box")
    event_id, at = identifier(values.get("id")), readable_time(values.get("at"))
    word = values.get("kind")
    kind = KINDS.get(word) if type(word) is str else None
    if event_id is None or at is None or kind is None:
        return [unreadable(where.station, "box", where.name, "native", topic, payload, received_at, event_id, at)]
    return [_signal(where, event_id, at, kind, values, topic, payload, received_at)]


def _signal(
    where: Topic,
    event_id: str,
    at: Millis,
    kind: EventKind,
    values: dict[str, Any],
    topic: str,
    payload: bytes,
    received_at: Millis,
) -> Signal:
    lat, lon = optional_place(values)
    mains, seq = values.get("mains"), values.get("seq")
    return Signal(
        station=where.station,
        origin_kind="box",
        origin=where.name,
        id=event_id,
        at=at,
        kind=kind,
        received_at=received_at,
        lat=lat,
        lon=lon,
        battery_pct=soft_number(values.get("battery_pct"), 0, 100),
        mains=mains if type(mains) is bool else None,
        seq=whole_number(seq),
        boot=identifier(values.get("boot")) or "",
        note=soft_text(values.get("note"), 500),
        sig=soft_text(values.get("sig"), 128),
        topic=topic,
        raw=redact(topic, payload),
    )


def whole_number(value: object) -> int | None:
    """A counter the store can hold, else None."""
    return value if type(value) is int and 0 <= value < 2**63 else None


def decode_online(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """A box's word, or its last will, that it is connected. The time is ours: a will carries that of the connect.

    An empty payload clears the retained message and says nothing.

    Raises:
        BadPayloadError: `online` is missing or not true or false, or `at` is there and not a time.
    """
    if not payload:
        return []
    where = native(topic)
    values = load_object(payload)
    agree(where, values, "box")
    online = flag_of(values, "online")
    if online is None:
        raise BadPayloadError(Reason.MISSING_FIELD, "online")
    optional_time(values.get("at"), "at")
    return [BoxOnline(where.station, where.name, online, received_at)]
