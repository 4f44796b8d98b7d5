"""From bytes to a JSON object: size, text, syntax and depth are refused before anything is read. Pure."""

from __future__ import annotations

import json
from typing import Any

import orjson

from ingest.decode.fields import BadPayloadError
from models.records.base import Reason

#: Most bytes of a payload, and its greatest depth (contract, section 1).
MAX_BYTES = 64 * 1024
MAX_DEPTH = 8


def load_object(payload: bytes) -> dict[str, Any]:
    """The JSON object of a payload.

    Raises:
        BadPayloadError: `too_large`, `bad_utf8`, `not_json`, `too_deep`, or `wrong_type` for anything but an object.
    """
    if len(payload) > MAX_BYTES:
        raise BadPayloadError(Reason.TOO_LARGE, f"{len(payload)} bytes")
    # Counting brackets is quick and never too small; only a payload with many is looked at closely.
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH and _depth(payload) > MAX_DEPTH:
        raise BadPayloadError(Reason.TOO_DEEP)
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        value = _lenient(payload, error)
    if not isinstance(value, dict):
        raise BadPayloadError(Reason.WRONG_TYPE, "not an object")
    return value


def _lenient(payload: bytes, error: orjson.JSONDecodeError) -> Any:
    """What strict JSON refuses and trackers send: NaN and Infinity, which mean "no fix"."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise BadPayloadError(Reason.BAD_UTF8) from None
    if "NaN" not in text and "Infinity" not in text:
        raise BadPayloadError(Reason.NOT_JSON, str(error)[:120]) from None
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate may not reach the store
    except (ValueError, RecursionError):
        raise BadPayloadError(Reason.NOT_JSON, str(error)[:120]) from None
    return value


def _depth(payload: bytes) -> int:
    """The depth of the brackets outside of strings."""
    depth = deepest = 0
    quoted = escaped = False
    for byte in payload:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in (0x7B, 0x5B):
            depth += 1
            deepest = max(deepest, depth)
        elif byte in (0x7D, 0x5D):
            depth -= 1
    return deepest
