"""MQTT packets are read as the protocol says, however the bytes are cut."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.mqtt_packets import BrokenStreamError, Message, pubacks, read_packets


def varint(value: int) -> bytes:
    """A variable byte integer."""
    result = b""
    while True:
        value, low = divmod(value, 128)
        if not value:
            return result + bytes([low])
        result += bytes([low | 0x80])


def publish(message: Message, v5: bool, properties: bytes = b"", dup: bool = False) -> bytes:
    """A PUBLISH packet of QoS 0 or 1, as a broker sends it."""
    topic, payload, mid, retained = message
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + (struct.pack(">H", mid) if mid else b"")
    body += (varint(len(properties)) + properties if v5 else b"") + payload
    return bytes([0x30 | (8 if dup else 0) | (2 if mid else 0) | int(retained)]) + varint(len(body)) + body


MESSAGES = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
        st.binary(max_size=300),
        st.integers(0, 65_535),
        st.booleans(),
    ),
    max_size=12,
)


@given(MESSAGES, st.booleans(), st.binary(max_size=200), st.integers(1, 40))
def test_any_cut_of_the_stream_gives_the_same_messages(
    messages: list[Message], v5: bool, properties: bytes, step: int
) -> None:
    stream = b"".join(publish(message, v5, properties) for message in messages)
    found: list[Message] = []
    unread = b""
    for at in range(0, len(stream), step):
        unread += stream[at : at + step]
        some, controls, used = read_packets(unread, v5)
        assert not controls
        found += some
        unread = unread[used:]
    assert found == messages
    assert unread == b""


def test_other_packets_are_handed_on_whole() -> None:
    message = ("a/b", b"x" * 200, 7, False)
    stream = b"\xd0\x00" + publish(message, True, dup=True) + b"\x40\x02\x00\x09" + b"\x40\x02\x00"
    messages, controls, used = read_packets(stream, True)
    assert messages == [message]
    assert controls == [(0xD0, b""), (0x40, b"\x00\x09")]
    assert used == len(stream) - 3


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_packets_or_a_broken_stream(data: bytes, v5: bool) -> None:
    try:
        _, _, used = read_packets(data, v5)
    except BrokenStreamError:
        return
    assert 0 <= used <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x34\x05\x00\x01a\x00\x01",  # QoS 2
        b"\x32\x03\x00\x40a",  # a topic longer than its packet
        b"\x30\x00",  # no topic at all
    ],
)
def test_a_broken_stream_is_told(data: bytes) -> None:
    with pytest.raises(BrokenStreamError):
        read_packets(data, True)


def test_a_topic_that_is_not_utf8_is_still_text() -> None:
    messages, _, _ = read_packets(b"\x30\x04\x00\x02\xff\xfe", False)
    assert messages == [("\\xff\\xfe", b"", 0, False)]


def test_acknowledgements_are_one_send() -> None:
    assert pubacks([1, 0x0203, 65_535]) == b"\x40\x02\x00\x01\x40\x02\x02\x03\x40\x02\xff\xff"
