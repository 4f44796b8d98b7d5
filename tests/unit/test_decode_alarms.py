"""An SOS in every dress: heard once for the same message, heard again for the next press."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import carries_alarm, decode_topic, signals_of
from ingest.decode.alarm import UNREADABLE_WINDOW_MS, alarm_kind
from ingest.decode.times import query_time, readable_time
from models.records.sos import EventKind, Signal
from models.signature import is_signed, sign_event
from tests.unit.decode_samples import ALL, decode

ARRIVAL = 1_763_694_060_000
EVENT = "ssz/v1/lumphini/sos/box-1/event"


def event(payload: bytes, received_at: int = ARRIVAL, topic: str = EVENT) -> Signal:
    decoded = decode_topic(topic, payload, received_at)
    assert isinstance(decoded, list)
    (signal,) = signals_of(decoded)
    return signal


def test_the_same_unreadable_bytes_delivered_again_are_the_same_alarm() -> None:
    assert event(b"SOS").key == event(b"SOS", ARRIVAL + 30_000).key


def test_the_next_press_of_a_button_that_always_says_the_same_is_another() -> None:
    assert event(b"SOS").key != event(b"SOS", ARRIVAL + UNREADABLE_WINDOW_MS).key


def test_other_unreadable_bytes_are_another_event() -> None:
    assert event(b"SOS").key != event(b"SOS!").key


def test_a_second_panic_without_a_new_fix_is_a_second_panic() -> None:
    body = (
        b'{"device":{"uniqueId":"q"},"position":{"fixTime":1763694000000,"deviceTime":%d,"valid":true,'
        b'"latitude":13.7,"longitude":100.5,"attributes":{"alarm":"sos"}}}'
    )
    first, second = (event(body % at, topic="positions") for at in (1763694010000, 1763694020000))
    assert first.key != second.key
    assert (first.lat, first.lon) == (13.7, 100.5)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("sos", EventKind.PANIC), (" SOS ", EventKind.PANIC), ("vibration,sos", EventKind.PANIC),
        (["lowBattery", "sos"], EventKind.PANIC), ("sosage", None), ("", None), (None, None), (False, None),
        (0, None), ([], None), ({}, None), (["x", 1], None), (True, EventKind.UNREADABLE), (1, EventKind.UNREADABLE),
        ({"type": "sos"}, EventKind.UNREADABLE),
    ],
)  # fmt: skip
def test_what_an_alarm_field_says(value: object, kind: EventKind | None) -> None:
    assert alarm_kind(value) is kind


def test_the_quick_look_never_misses_an_alarm() -> None:
    for sample in ALL:
        decoded = decode(sample)
        if not sample.http and sample.feed in ("unit-position", "traccar") and isinstance(decoded, list):
            assert carries_alarm(sample.payload) or not signals_of(decoded), sample.name
    assert carries_alarm(b'{"\\u0061larm":"sos"}')
    assert not carries_alarm(b'{"at":1,"lat":13.7,"lon":100.5}')


def test_a_signature_is_over_the_decoded_values() -> None:
    sig = sign_event("s3cret", "lumphini", "box-1", "e-1", 1_763_694_000_250, "press")
    body = '{"id":"e-1","at":"2025-11-21T10:00:00.250+07:00","kind":"press","sig":"%s"}'
    signal = event((body % sig.upper()).encode())
    known = ("s3cret", signal.station, signal.origin, signal.id, signal.at)
    assert is_signed(signal.sig, *known, signal.kind.value)
    assert not is_signed(signal.sig, *known, "test")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1763694000", 1_763_694_000_000), ("1763694000250", 1_763_694_000_250),
        ("2025-11-21 03:00:00", 1_763_694_000_000), ("2025-11-21T10:00:00 07:00", 1_763_694_000_000),
        ("2025-11-21T03:00:00Z", 1_763_694_000_000),
        ("2025-11-21T03:00:00", 1_763_694_000_000), ("soon", None), ("nan", None), ("1e999", None), ("", None),
        ("1_763_694_000", None), ("๑๗๖๓", None), ("9" * 50, None),
    ],
)  # fmt: skip
def test_times_of_queries(text: str, at: int | None) -> None:
    assert query_time(text) == at


@given(st.integers(946_684_800_000, 4_102_444_800_000))
def test_a_time_keeps_its_milliseconds_in_every_dress(at: int) -> None:
    seconds, rest = divmod(at, 1000)
    assert readable_time(at) == at
    assert readable_time(at / 1000) == at
    assert readable_time(f"{seconds}.{rest:03}") == at


@given(st.datetimes(timezones=st.timezones()).filter(lambda moment: moment.utcoffset() is not None))
def test_an_iso_time_is_exact(moment: datetime) -> None:
    span = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC) if 2 < moment.year < 9998 else None
    if span is not None:
        wanted = span.days * 86_400_000 + span.seconds * 1000 + span.microseconds // 1000
        assert readable_time(moment.isoformat()) == wanted
