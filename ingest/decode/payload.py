"""From bytes to a JSON object: size, text, syntax and depth are refused before anything is read. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from ingest.decode.fields import BadPayloadError
from models.records.base import Reason

#: Most bytes of a payload, and its greatest depth (contract, section 1); most bytes of a body by HTTP (section 4).
MAX_BYTES = 64 * 1024
MAX_HTTP_BYTES = 256 * 1024
MAX_DEPTH = 8

#: What strict JSON refuses and trackers send, meaning "no fix": NaN, Infinity, and numbers beyond a double.
_NOT_FINITE = re.compile(rb"NaN|Infinity|\d[eE]|\d{300}")

# The part for a text always matches, to its end or to the end of the bytes, so that the search stays linear.
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]]', re.DOTALL)


def load_object(payload: bytes, most: int = MAX_BYTES) -> dict[str, Any]:
    """The JSON object of a payload.

    Raises:
        BadPayloadError: `too_large`, `bad_utf8`, `not_json`, `too_deep`, or `wrong_type` for anything but an object.
    """
    if len(payload) > most:
        raise BadPayloadError(Reason.TOO_LARGE, f"{len(payload)} bytes")
    # Counting brackets is quick and never too small; only a payload with many is looked at closely.
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH and depth_of(payload) > MAX_DEPTH:
        raise BadPayloadError(Reason.TOO_DEEP)
    value = load(payload)
    if type(value) is not dict:
        raise BadPayloadError(Reason.WRONG_TYPE, "not an object")
    return value


def load(payload: bytes) -> Any:
    """The JSON value; numbers that are not finite are let in, for the fields to refuse.

    Raises:
        BadPayloadError: `bad_utf8` or `not_json`.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        return _lenient(payload, str(error)[:120])


def _lenient(payload: bytes, detail: str) -> Any:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise BadPayloadError(Reason.BAD_UTF8) from None
    if not _NOT_FINITE.search(payload):
        raise BadPayloadError(Reason.NOT_JSON, detail)
    try:
        value = json.loads(text)
        if b"\\u" in payload:
            json.dumps(value, ensure_ascii=False).encode()  # half a character may not reach the store
    except (ValueError, RecursionError):
        raise BadPayloadError(Reason.NOT_JSON, detail) from None
    return value


def depth_of(payload: bytes) -> int:
    """The depth of the brackets outside of texts."""
    depth = deepest = 0
    for token in _STRUCTURE.findall(payload):
        if token in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"}", b"]"):
            depth -= 1
    return deepest
