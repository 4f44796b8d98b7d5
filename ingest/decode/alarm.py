"""What makes a message an alarm, in every format: a panic in a position, and the event nobody can read. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ingest.decode.fields import BadPayloadError, optional_place, time_of
from models.records.base import Millis
from models.records.sos import EventKind, Mark, Signal


def carries_alarm(payload: bytes) -> bool:
    """Whether a position may carry a panic: a quick look at its bytes that never misses one.

    The key is always `alarm`; a JSON escape (`\\u0061larm`) is looked at too.
    """
    return b"alarm" in payload or b"\\u" in payload


def in_position(alarm: object) -> bool:
    """Whether an `alarm` value of a position is an SOS: the word `sos`, alone or in a comma list."""
    words = alarm if isinstance(alarm, list) else str(alarm).split(",")
    return any(isinstance(word, str) and word.strip().lower() == "sos" for word in words)


def panic(
    station: str,
    unit: str,
    source: str,
    topic: str,
    payload: bytes,
    received_at: Millis,
    values: Mapping[str, Any],
    at: Millis | None = None,
) -> Signal:
    """The panic in a position. Its id is the fix's time, so that the same position is the same press.

    `values` may hold `at`, `lat` and `lon` under their native names. Without a readable time the bytes are the id.
    """
    if at is None:
        try:
            at = time_of(values.get("at"))
        except BadPayloadError:
            at = 0
    lat, lon = optional_place(values)
    return Signal(
        station=station,
        origin_kind="unit",
        origin=unit,
        id=f"pos-{at}" if at else raw_id(payload),
        at=at,
        kind=EventKind.PANIC,
        received_at=received_at,
        lat=lat,
        lon=lon,
        marks=frozenset() if at else frozenset({Mark.CLOCK_SUSPECT}),
        source=source,
        topic=topic,
        raw=payload,
    )


def raw_id(payload: bytes) -> str:
    """An id made of the bytes: the same bytes, delivered again, are the same event."""
    return "raw-" + hashlib.sha256(payload).hexdigest()[:24]


def unreadable(
    station: str, origin_kind: str, origin: str, source: str, topic: str, payload: bytes, received_at: Millis
) -> Signal:
    """An event on an alarm topic that cannot be decoded: an alarm all the same.

    Its time is 0 (not known), so that a redelivery of the same bytes has the same identity.
    """
    return Signal(
        station=station,
        origin_kind=origin_kind,
        origin=origin,
        id=raw_id(payload),
        at=0,
        kind=EventKind.UNREADABLE,
        received_at=received_at,
        marks=frozenset({Mark.UNREADABLE, Mark.CLOCK_SUSPECT}),
        source=source,
        topic=topic,
        raw=payload,
    )
