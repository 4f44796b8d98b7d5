"""What every format shares about an SOS: its word, its place on the alarm lane, and the alarm nobody can read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from ingest.decode.common import WrongError, loads
from ingest.decode.records import Record
from ingest.decode.redact import redact_json
from models.records.base import Millis
from models.records.sos import EventKind, Mark, Signal

#: Time of an alarm whose own time cannot be read: its arrival, floored to this, in ms. Bytes delivered again within
#: it are the same alarm; a button that always sends the same unreadable bytes is still heard the next time.
UNREADABLE_WINDOW_MS = 10 * 60_000

# In bytes that are not JSON: the word sos as a value of alarm. Bounded, so that the search stays linear.
_SAYS_SOS = re.compile(rb'"alarm"[\s:\[]{1,8}"[^"]{0,64}?sos', re.IGNORECASE)
_ESCAPED = b"\\u"


def carries_alarm(payload: bytes) -> bool:
    """Whether a position could hold a panic: a cheap look that is sometimes wrongly True, never wrongly False."""
    return b"alarm" in payload or _ESCAPED in payload


def says_sos(payload: bytes) -> bool:
    """Whether bytes that could not be decoded speak of an SOS."""
    return _SAYS_SOS.search(payload) is not None


def signals_of(records: Iterable[Record]) -> list[Signal]:
    """The events of the alarm lane among records."""
    return [record for record in records if isinstance(record, Signal)]


def sos_kind(value: object) -> EventKind | None:
    """What an `alarm` field says: a panic for `sos`, alone or in a comma list or a JSON list; None for no alarm
    or another one; unreadable for what is neither a text nor absent, false or zero."""
    if isinstance(value, str):
        words = {word.strip().casefold() for word in value.split(",")}
        return EventKind.PANIC if "sos" in words else None
    if isinstance(value, list):
        kinds = [sos_kind(item) for item in value if isinstance(item, str)]
        return EventKind.PANIC if EventKind.PANIC in kinds else None
    return EventKind.UNREADABLE if value else None


def raw_id(payload: bytes) -> str:
    """The id of a message that has none: the same bytes always have the same."""
    return f"raw-{hashlib.sha256(payload).hexdigest()[:24]}"


def window(received_at: Millis) -> Millis:
    """The time of an alarm whose own time cannot be read."""
    return received_at // UNREADABLE_WINDOW_MS * UNREADABLE_WINDOW_MS


def panic(
    origin: tuple[str, str],
    kind: EventKind,
    at: Millis | None,
    place: tuple[float, float] | None,
    topic: str,
    payload: bytes,
    received_at: Millis,
    source: str = "native",
    event_id: str | None = None,
    battery_pct: float | None = None,
) -> Signal:
    """A unit's SOS out of a position or a panic button. `origin` is (station, unit), station empty when foreign.

    `at` None = unreadable: the arrival stands for it, marked. Without `event_id` the id is made of the time.
    """
    marks = set() if place else {Mark.NO_PLACE}
    if kind is EventKind.UNREADABLE:
        marks.add(Mark.UNREADABLE)
    if at is None:
        marks.add(Mark.CLOCK_SUSPECT)
    return Signal(
        station=origin[0],
        origin_kind="unit",
        origin=origin[1],
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
        raw=redact_json(payload),
    )


def unreadable(
    station: str,
    origin_kind: str,
    origin: str,
    topic: str,
    payload: bytes,
    received_at: Millis,
    source: str = "native",
    event_id: str | None = None,
    at: Millis | None = None,
) -> Signal:
    """The alarm for what cannot be decoded on an alarm topic. Its own id and time are kept where they can be read."""
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
        raw=redact_json(payload),
    )


def field_in(payload: bytes, name: bytes) -> str:
    """The value of a text field in bytes that are not JSON, for telling who sent them; empty when not found."""
    found = re.search(rb'"' + name + rb'"\s{0,8}:\s{0,8}("[^"\\]{1,128}")', payload)
    if not found:
        return ""
    try:
        return str(loads(found.group(1)))
    except WrongError:
        return ""
