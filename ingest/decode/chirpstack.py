"""A LoRaWAN SOS button behind ChirpStack 4: `application/<app>/device/<devEUI>/event/up`. Pure.

`deduplicationId` names the event, `object` is what the codec of the device's profile made of its bytes: `kind`, one
of a box's, or a field named after a press. A frame with neither but with a battery is a heartbeat; a frame without a
codec's word cannot be read, and a button that says something unreadable is an alarm.
Source: ChirpStack documentation, "Event types", `up`.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import unreadable, window
from ingest.decode.fields import MAX_NAME, BadPayloadError, identifier, soft_number, soft_place
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.redact import redact
from ingest.decode.sos import KINDS, whole_number
from ingest.decode.times import readable_time
from models.records.base import Millis
from models.records.sos import EventKind, Mark, Signal
from models.texts import clean

SOURCE = "chirpstack"

#: Names under which codecs report a press, and a battery, in any case.
_PRESS = frozenset({"sos", "press", "pressed", "button", "alarm", "emergency", "panic"})
_BATTERY = ("battery_pct", "battery", "batterylevel")


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `Signal` of the button, of kind `unreadable` when its id or kind cannot be read. Never refused."""
    levels = topic.split("/")
    button = clean(levels[3] if len(levels) > 3 else "", MAX_NAME).lower() or "unnamed"
    try:
        values = load_object(payload)
    except BadPayloadError:
        values = {}
    event_id, at = identifier(values.get("deduplicationId")), readable_time(values.get("time"))
    codec = values.get("object")
    said = {str(name).casefold(): value for name, value in codec.items()} if isinstance(codec, dict) else {}
    kind = _kind(said)
    if event_id is None or kind is None:
        return [unreadable("", "box", button, SOURCE, topic, payload, received_at, event_id, at)]
    return [_signal(button, event_id, at, kind, said, values, topic, payload, received_at)]


def _kind(said: dict[str, Any]) -> EventKind | None:
    word = said.get("kind", said.get("event"))
    if word is not None:
        return KINDS.get(word.casefold()) if isinstance(word, str) else None
    if any(said.get(name) for name in _PRESS):
        return EventKind.PRESS
    known = _PRESS | frozenset(_BATTERY)
    return EventKind.HEARTBEAT if known & said.keys() else None


def _marks(button: str, at: Millis | None, values: dict[str, Any]) -> frozenset[Mark]:
    info = values.get("deviceInfo")
    named = info.get("devEui") if isinstance(info, dict) else None
    marks = {Mark.CLOCK_SUSPECT} if at is None else set()
    if isinstance(named, str) and named.lower() != button:
        marks.add(Mark.UNVERIFIED)  # topic and payload name two devices: the topic is what the broker let pass
    return frozenset(marks)


def _signal(
    button: str,
    event_id: str,
    at: Millis | None,
    kind: EventKind,
    said: dict[str, Any],
    values: dict[str, Any],
    topic: str,
    payload: bytes,
    received_at: Millis,
) -> Signal:
    lat, lon = soft_place(said.get("lat"), said.get("lon")) or (None, None)
    levels = (soft_number(said.get(name), 0, 100) for name in _BATTERY)
    return Signal(
        station="",
        origin_kind="box",
        origin=button,
        id=event_id,
        at=window(received_at) if at is None else at,
        kind=kind,
        received_at=received_at,
        lat=lat,
        lon=lon,
        battery_pct=next((level for level in levels if level is not None), None),
        seq=whole_number(values.get("fCnt")),
        marks=_marks(button, at, values),
        source=SOURCE,
        topic=topic,
        raw=redact(topic, payload),
    )
