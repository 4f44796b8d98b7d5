"""What makes a message an alarm, in every format: a panic in a position, and the event nobody can read. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from ingest.decode.fields import BadPayloadError
from ingest.decode.payload import load
from ingest.decode.records import Record
from ingest.decode.redact import redact
from models.records.base import Millis
from models.records.sos import EventKind, Mark, Signal
from models.texts import clean

#: The time of an alarm whose own time cannot be read is its arrival, floored to this, in ms. The same bytes delivered
#: again within it are the same alarm; a button that sends the same bytes at every press is heard the next time too.
UNREADABLE_WINDOW_MS = 10 * 60_000

# In bytes that cannot be decoded: sos as the value of alarm. Bounded, so that the search stays linear.
_SAYS_SOS = re.compile(rb'"alarm"[\s:\[]{1,8}"[^"]{0,64}?sos', re.IGNORECASE)


def carries_alarm(payload: bytes) -> bool:
    """Whether a position may carry a panic: a quick look at its bytes that never misses one.

    The key is always `alarm`; a JSON escape (`\\u0061larm`) is looked at too.
    """
    return b"alarm" in payload or b"\\u" in payload


def says_sos(payload: bytes) -> bool:
    """Whether bytes that cannot be decoded speak of an SOS."""
    return _SAYS_SOS.search(payload) is not None


def signals_of(records: Iterable[Record]) -> list[Signal]:
    """The events of the alarm lane among records."""
    return [record for record in records if isinstance(record, Signal)]


def alarm_kind(alarm: object) -> EventKind | None:
    """What an `alarm` value of a position says: a panic for `sos`, alone or in a comma or JSON list; None for other
    words and for nothing; unreadable for a value that is no text and is not false, zero or empty."""
    if isinstance(alarm, str):
        return EventKind.PANIC if "sos" in (word.strip().casefold() for word in alarm.split(",")) else None
    if isinstance(alarm, list):
        return next((EventKind.PANIC for word in alarm if isinstance(word, str) and alarm_kind(word)), None)
    return EventKind.UNREADABLE if alarm else None


def raw_id(payload: bytes) -> str:
    """An id made of the bytes: the same bytes, delivered again, are the same event."""
    return "raw-" + hashlib.sha256(payload).hexdigest()[:24]


def window(received_at: Millis) -> Millis:
    """The time of an alarm whose own time cannot be read."""
    return received_at // UNREADABLE_WINDOW_MS * UNREADABLE_WINDOW_MS


def panic(
    station: str,
    unit: str,
    source: str,
    topic: str,
    payload: bytes,
    received_at: Millis,
    kind: EventKind,
    at: Millis | None,
    place: tuple[float, float] | None,
    battery_pct: float | None = None,
    event_id: str | None = None,
) -> Signal:
    """A unit's SOS, out of a position or of its panic button; `station` is empty when the format has none.

    Without an `event_id` the id is the time (`pos-<at>`), so that the same position is the same press; without a
    readable time the bytes are the id. No usable place is marked, not invented.
    """
    marks = set() if place else {Mark.NO_PLACE}
    if kind is EventKind.UNREADABLE:
        marks.add(Mark.UNREADABLE)
    if at is None:
        marks.add(Mark.CLOCK_SUSPECT)
    return Signal(
        station=station,
        origin_kind="unit",
        origin=unit,
        id=event_id or (raw_id(payload) if at is None else f"pos-{at}"),
        at=window(received_at) if at is None else at,
        kind=kind,
        received_at=received_at,
        lat=place[0] if place else None,
        lon=place[1] if place else None,
        battery_pct=battery_pct,
        marks=frozenset(marks),
        source=source,
        topic=topic,
        raw=redact(topic, payload),
    )


def unreadable(
    station: str,
    origin_kind: str,
    origin: str,
    source: str,
    topic: str,
    payload: bytes,
    received_at: Millis,
    event_id: str | None = None,
    at: Millis | None = None,
) -> Signal:
    """An event on an alarm topic that cannot be decoded: an alarm all the same.

    Its own id and time are kept where they can be read, so that its sender can be told that it was heard.
    """
    marks = {Mark.UNREADABLE} if at is not None else {Mark.UNREADABLE, Mark.CLOCK_SUSPECT}
    return Signal(
        station=station,
        origin_kind=origin_kind,
        origin=origin,
        id=event_id or raw_id(payload),
        at=window(received_at) if at is None else at,
        kind=EventKind.UNREADABLE,
        received_at=received_at,
        marks=frozenset(marks),
        source=source,
        topic=topic,
        raw=redact(topic, payload),
    )


def name_in(payload: bytes, field: bytes) -> str:
    """The value of a text field in bytes that cannot be decoded, to tell who sent them; `unnamed` when not found."""
    found = re.search(rb'"' + field + rb'"\s{0,8}:\s{0,8}("[^"\\]{1,128}")', payload)
    try:
        return clean(str(load(found.group(1))), 128) or "unnamed" if found else "unnamed"
    except BadPayloadError:
        return "unnamed"
