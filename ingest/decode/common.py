"""From bytes to one JSON object, or why not: size, depth, UTF-8, JSON. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from models.records.base import UNKNOWN_STATION, Millis, Reason, Rejected

#: Longest message of MQTT, in bytes (contract, section 1), and longest body of `/in/*` (section 4).
MAX_BYTES = 64 * 1024
MAX_HTTP_BYTES = 256 * 1024

#: Deepest nesting of objects and lists; the outermost object counts as one.
MAX_DEPTH = 8

Message = dict[str, Any]

# The string part always matches to its end or to the end of the bytes, so the scan stays linear.
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]]', re.DOTALL)
_LENIENT = (b"NaN", b"Infinity", b"e", b"E")


class WrongError(Exception):
    """Theirs, on its way to the decoder's edge, where it becomes a `Rejected` value. Never leaves this package."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """`detail` names the field or the fault, never a value: values may be private."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    def rejected(
        self, topic: str, payload: bytes, source: str, station: str = UNKNOWN_STATION, foreign_id: str = ""
    ) -> Rejected:
        """As a value. The payload is as it came; `decode_topic` redacts it."""
        return Rejected(self.reason, topic, payload, self.detail, station, source, foreign_id)


def depth_of(payload: bytes) -> int:
    """The deepest nesting in JSON text, brackets within strings not counted."""
    depth = deepest = 0
    for token in _STRUCTURE.findall(payload):
        if token in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"}", b"]"):
            depth -= 1
    return deepest


def loads(payload: bytes) -> Any:
    """The JSON value; `NaN`, `Infinity` and numbers beyond a double, which some clients send, are not finite.

    Raises:
        WrongError: `bad_utf8` or `not_json`.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise WrongError(Reason.BAD_UTF8) from None
    if not any(word in payload for word in _LENIENT):
        raise WrongError(Reason.NOT_JSON)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise WrongError(Reason.NOT_JSON) from None
    if b"\\u" in payload and _has_surrogate(value):
        raise WrongError(Reason.NOT_JSON, "half a character")
    return value


def _has_surrogate(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def parse_object(payload: bytes, most: int = MAX_BYTES) -> Message:
    """The JSON object of a message of at most `most` bytes and depth 8.

    Raises:
        WrongError: `too_large`, `too_deep`, `bad_utf8`, `not_json`, or `wrong_type` when it is not an object.
    """
    if len(payload) > most:
        raise WrongError(Reason.TOO_LARGE, f"{len(payload)} bytes")
    # Counting bytes is cheap and bounds the depth: the true one is only asked for when it could be too much.
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH and depth_of(payload) > MAX_DEPTH:
        raise WrongError(Reason.TOO_DEEP)
    message = loads(payload)
    if type(message) is not dict:
        raise WrongError(Reason.WRONG_TYPE, "not an object")
    return message


def in_range(value: object, low: float, high: float, name: str) -> float | None:
    """An optional number: None when absent, not finite, or outside `low`..`high`.

    Raises:
        WrongError: `wrong_type`, not a number; true and false are not numbers.
    """
    if value is None:
        return None
    if type(value) is float or type(value) is int:
        return float(value) if low <= value <= high else None
    raise WrongError(Reason.WRONG_TYPE, name)


def soft_number(value: object, low: float, high: float) -> float | None:
    """Like `in_range`, for fields whose fault must not cost the message: anything but a number is None."""
    if (type(value) is float or type(value) is int) and low <= value <= high:
        return float(value)
    return None


def to_place(lat: object, lon: object) -> tuple[float, float] | None:
    """A usable place in WGS 84 degrees; None for (0, 0), not finite, out of range or not numbers."""
    latitude, longitude = soft_number(lat, -90.0, 90.0), soft_number(lon, -180.0, 180.0)
    if latitude is None or longitude is None or (latitude == 0.0 and longitude == 0.0):
        return None
    return latitude, longitude


def check_numbers(message: Message, *names: str) -> bool:
    """Whether all are there.

    Raises:
        WrongError: `wrong_type`, one is there and not a number.
    """
    for name in names:
        value = message.get(name)
        if value is not None and type(value) is not float and type(value) is not int:
            raise WrongError(Reason.WRONG_TYPE, name)
    return all(message.get(name) is not None for name in names)


def at_or(value: Millis | None, otherwise: Millis) -> Millis:
    """A time, or another when there is none."""
    return otherwise if value is None else value
