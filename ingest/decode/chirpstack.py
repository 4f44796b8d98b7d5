"""A LoRaWAN SOS button behind ChirpStack 4: `application/<app>/device/<devEUI>/event/up`. Pure.

`deduplicationId` names the event, `object` is what the codec of the device's profile made of its bytes. A frame
whose codec says nothing of a press is a heartbeat; a frame without a codec's word cannot be read, and a button
that says something unreadable is an alarm. Source: ChirpStack documentation, "Event types", `up`.
"""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import unreadable
from ingest.decode.fields import BadPayloadError, id_of, number_of, time_of
from ingest.decode.payload import load_object
from models.records.base import Millis, Reason
from models.records.sos import EventKind, Signal

SOURCE = "chirpstack"

#: Names under which codecs report a press.
_PRESS = ("sos", "press", "pressed", "button", "alarm", "emergency")
_BATTERY = ("battery_pct", "battery", "batteryLevel")
_KINDS = {kind.value: kind for kind in EventKind if kind not in (EventKind.PANIC, EventKind.UNREADABLE)}


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Signal]:
    """The button's event.

    Raises:
        BadPayloadError: the topic names no device.
    """
    levels = topic.split("/")
    if len(levels) != 6 or levels[0] != "application" or levels[2] != "device" or not levels[3]:
        raise BadPayloadError(Reason.BAD_TOPIC)
    button = levels[3].lower()
    try:
        values = load_object(payload)
        said = values.get("object")
        if not isinstance(said, dict):
            raise BadPayloadError(Reason.UNREADABLE, "object")
        return [
            Signal(
                station="",
                origin_kind="box",
                origin=button,
                id=id_of(values, "deduplicationId"),
                at=time_of(values.get("time"), "time"),
                kind=_kind(said),
                received_at=received_at,
                battery_pct=_battery(said),
                source=SOURCE,
                topic=topic,
                raw=payload,
            )
        ]
    except BadPayloadError:
        return [unreadable("", "box", button, SOURCE, topic, payload, received_at)]


def _kind(said: dict[str, Any]) -> EventKind:
    word = said.get("kind")
    if isinstance(word, str) and word in _KINDS:
        return _KINDS[word]
    return EventKind.PRESS if any(said.get(name) for name in _PRESS) else EventKind.HEARTBEAT


def _battery(said: dict[str, Any]) -> float | None:
    for name in _BATTERY:
        try:
            value = number_of(said, name, 0, 100)
        except BadPayloadError:
            continue
        if value is not None:
            return value
    return None
