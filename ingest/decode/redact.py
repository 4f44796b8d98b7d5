"""What is taken out of a payload before its bytes are kept: people's contacts, and secrets. Pure."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_plus

import orjson

from ingest.decode.fields import BadPayloadError
from ingest.decode.payload import MAX_DEPTH, depth_of, load

#: Keys whose values are not kept, in any format and case, with or without `_` (contract, section 2).
DROPPED = frozenset(
    {
        "users",
        "phone",
        "contact",
        "token",
        "tokens",
        "notificationtokens",
        "accesstoken",
        "password",
        "secret",
        "apikey",
    }
)

#: Of a query or form also the device's key.
_DROPPED_QUERY = DROPPED | {"key"}

# One quick look at the bytes for the usual spellings; a key written with escapes is looked for by parsing.
_TRACES = re.compile(
    rb'"[UuPpCcTtNnAaSs](?:sers|hone|ontact|oken|otificationTokens|ccess_?[tT]oken|assword|ecret|pi_?[kK]ey)'
)


def redact(topic: str, payload: bytes) -> bytes:
    """The payload without those values. What holds none of them comes back as it is, at the cost of a glance."""
    if topic.endswith("osmand") and payload.lstrip()[:1] != b"{":
        return _redact_query(payload)
    if _TRACES.search(payload) is None and b"\\u" not in payload:
        return payload
    return _redact_json(payload)


def _redact_json(payload: bytes) -> bytes:
    """Undecodable bytes stay as they came: quarantine shows them to administrators only."""
    if payload.count(b"{") + payload.count(b"[") > 4 * MAX_DEPTH and depth_of(payload) > 4 * MAX_DEPTH:
        return payload
    try:
        cut, changed = _without(load(payload))
    except BadPayloadError:
        return payload
    if not changed:
        return payload
    if b"NaN" in payload or b"Infinity" in payload:
        return json.dumps(cut).encode()
    try:
        return orjson.dumps(cut)
    except orjson.JSONEncodeError:  # a whole number beyond 64 bits
        return json.dumps(cut).encode()


def _without(value: Any) -> tuple[Any, bool]:
    """The value without what is dropped, and whether anything was."""
    if isinstance(value, dict):
        kept = {name: _without(inner) for name, inner in value.items() if _plain(name) not in DROPPED}
        changed = len(kept) != len(value) or any(part for _, part in kept.values())
        return {name: inner for name, (inner, _) in kept.items()}, changed
    if isinstance(value, list):
        items = [_without(inner) for inner in value]
        return [inner for inner, _ in items], any(part for _, part in items)
    return value, False


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", "")


def _redact_query(payload: bytes) -> bytes:
    head, mark, query = payload.rpartition(b"?")
    parts = query.split(b"&")
    kept = [part for part in parts if _plain(_name_of(part)) not in _DROPPED_QUERY]
    return payload if len(kept) == len(parts) else head + mark + b"&".join(kept)


def _name_of(part: bytes) -> str:
    return unquote_plus(part.partition(b"=")[0].decode("latin-1"))
