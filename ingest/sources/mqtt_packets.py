"""MQTT packets out of a stream of bytes, and acknowledgements into one; pure, for MQTT 5 and 3.1.1.

paho reads a message with five system calls and a dozen objects. A worker that drains a queue of hundreds of
thousands cannot afford that, so PUBLISH packets are read here, straight from the bytes; every other packet is
handed to paho.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

#: topic, payload, packet identifier (0: QoS 0, nothing to acknowledge), retained
Message = tuple[str, bytes, int, bool]

#: first byte and body of a packet that is not a PUBLISH
Control = tuple[int, bytes]

_PUBLISH = 0x30
_QOS = 0x06
_QOS_2 = 0x04
_RETAIN = 0x01
_PUBACK = 0x4002  # type PUBACK, remaining length 2: success, in both versions of the protocol


class BrokenStreamError(Exception):
    """The broker sent what is not MQTT; the connection is of no more use."""


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer and the index after it; index 0 when bytes are still missing."""
    value = shift = 0
    for index in range(at, at + 4):
        if index >= len(data):
            return 0, 0
        byte = data[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, index + 1
        shift += 7
    raise BrokenStreamError("a length of more than four bytes")


def read_publish(data: bytes, first: int, at: int, stop: int, v5: bool) -> Message:
    """The PUBLISH whose body is `data[at:stop]` and whose first byte is `first`.

    Properties are passed over: topic aliases are never announced by us, and none of the others is used.

    Raises:
        BrokenStreamError: the packet's own lengths do not fit, or it is of QoS 2, which nothing here subscribes to.
    """
    end = at + 2 + (data[at] << 8 | data[at + 1])
    topic = data[at + 2 : end].decode("utf-8", "backslashreplace")
    mid = 0
    if first & _QOS:
        if first & _QOS_2:
            raise BrokenStreamError("a message of QoS 2")
        mid = data[end] << 8 | data[end + 1]
        end += 2
    if v5:
        length = data[end]
        if length < 0x80:
            end += length + 1
        else:
            length, end = _varint(data, end)
            end += length
    if end > stop:
        raise BrokenStreamError("a message longer than its packet")
    return topic, data[end:stop], mid, bool(first & _RETAIN)


def read_packets(data: bytes, v5: bool) -> tuple[list[Message], list[Control], int]:
    """All whole packets at the start of `data`: messages, other packets, and how many bytes they took.

    Raises:
        BrokenStreamError: these bytes are not MQTT.
    """
    messages: list[Message] = []
    controls: list[Control] = []
    at, size = 0, len(data)
    try:
        while size - at >= 2:
            first, length, start = data[at], data[at + 1], at + 2
            if length >= 0x80:
                length, start = _varint(data, at + 1)
                if not start:
                    break
            stop = start + length
            if stop > size:
                break
            if first & 0xF0 == _PUBLISH:
                messages.append(read_publish(data, first, start, stop, v5))
            else:
                controls.append((first, data[start:stop]))
            at = stop
    except IndexError:
        raise BrokenStreamError("a packet shorter than its fields") from None
    return messages, controls, at


def pubacks(mids: Sequence[int]) -> bytes:
    """The acknowledgements of many messages, one packet behind the other. Identifiers of 0 must not be among them."""
    words = [_PUBACK] * (2 * len(mids))
    words[1::2] = mids
    return struct.pack(f">{len(words)}H", *words)
