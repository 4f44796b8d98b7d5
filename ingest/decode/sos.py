"""SOS boxes: `…/sos/<box>/event`, `…/sos/<box>/online`, and a unit's panic button `…/unit/<unit>/alarm`. Pure.

Nothing on an alarm topic is ever refused: what cannot be read is an alarm marked `unreadable`, and a press with a
nonsense battery is a press.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ingest.decode.alarm import unreadable
from ingest.decode.fields import (
    BadPayloadError,
    flag_of,
    id_of,
    number_of,
    optional_place,
    text_of,
    time_of,
    whole_of,
)
from ingest.decode.payload import load_object
from ingest.decode.topics import Topic, agree, native
from models.records.base import Millis, Reason
from models.records.sos import BoxOnline, EventKind, Signal

#: What a box may say; the other kinds are ours.
_KINDS = {kind.value: kind for kind in EventKind if kind not in (EventKind.PANIC, EventKind.UNREADABLE)}

_V = TypeVar("_V")


def decode_event(topic: str, payload: bytes, received_at: Millis) -> list[Signal]:
    """A box's event.

    Raises:
        BadPayloadError: the topic itself is not one of a box.
    """
    where = native(topic)
    try:
        return [_event(where, topic, payload, received_at)]
    except BadPayloadError:
        return [unreadable(where.station, "box", where.name, "native", topic, payload, received_at)]


def decode_panic(topic: str, payload: bytes, received_at: Millis) -> list[Signal]:
    """A unit's panic button.

    Raises:
        BadPayloadError: the topic itself is not one of a unit.
    """
    where = native(topic)
    try:
        values = load_object(payload)
        agree(where, values, "unit")
        lat, lon = optional_place(values)
        return [
            Signal(
                station=where.station,
                origin_kind="unit",
                origin=where.name,
                id=id_of(values),
                at=time_of(values.get("at")),
                kind=EventKind.PANIC,
                received_at=received_at,
                lat=lat,
                lon=lon,
                topic=topic,
                raw=payload,
            )
        ]
    except BadPayloadError:
        return [unreadable(where.station, "unit", where.name, "native", topic, payload, received_at)]


def decode_online(topic: str, payload: bytes, received_at: Millis) -> list[BoxOnline]:
    """A box's word, or its last will, that it is connected. The time is ours: a will carries that of the connect.

    Raises:
        BadPayloadError: `online` is missing or not true or false.
    """
    where = native(topic)
    values = load_object(payload)
    agree(where, values, "box")
    online = flag_of(values, "online")
    if online is None:
        raise BadPayloadError(Reason.MISSING_FIELD, "online")
    return [BoxOnline(where.station, where.name, online, received_at)]


def _event(where: Topic, topic: str, payload: bytes, received_at: Millis) -> Signal:
    values = load_object(payload)
    agree(where, values, "box")
    word = values.get("kind")
    kind = _KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise BadPayloadError(Reason.UNREADABLE, "kind")
    lat, lon = optional_place(values)
    return Signal(
        station=where.station,
        origin_kind="box",
        origin=where.name,
        id=id_of(values),
        at=time_of(values.get("at")),
        kind=kind,
        received_at=received_at,
        lat=lat,
        lon=lon,
        battery_pct=_or_none(lambda: number_of(values, "battery_pct", 0, 100)),
        mains=_or_none(lambda: flag_of(values, "mains")),
        seq=_or_none(lambda: whole_of(values, "seq", 2**63 - 1)),
        boot=_or_none(lambda: _label(values, "boot")) or "",
        note=_or_none(lambda: text_of(values, "note", 500)) or "",
        sig=_or_none(lambda: text_of(values, "sig", 128)) or "",
        topic=topic,
        raw=payload,
    )


def _label(values: Mapping[str, Any], name: str) -> str:
    return id_of(values, name) if values.get(name) is not None else ""


def _or_none(read: Callable[[], _V]) -> _V | None:
    """What is nonsense beside a press is not known; the press stands."""
    try:
        return read()
    except BadPayloadError:
        return None
