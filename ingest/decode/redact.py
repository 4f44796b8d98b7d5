"""What is taken out of a payload before its bytes are kept: people's contacts, and secrets. Pure."""

from __future__ import annotations

import re
from typing import Any

import orjson

#: Keys whose values are not kept, in any format (contract, section 2: users, phones, contacts, tokens).
DROPPED = frozenset(
    {"users", "phone", "contact", "token", "tokens", "notificationTokens", "password", "access_token", "api_key"}
)
_TRACES = tuple(f'"{name}"'.encode() for name in sorted(DROPPED))
_QUERY = re.compile(rb"(?i)(^|[?&])(key|token|password|phone|contact)=[^&]*")


def redact(topic: str, payload: bytes) -> bytes:
    """The payload without those values. What holds none of them comes back as it is, at the cost of a glance."""
    if topic == "osmand" and not payload.lstrip().startswith(b"{"):
        return _QUERY.sub(rb"\1", payload)
    if not any(trace in payload for trace in _TRACES):
        return payload
    try:
        return orjson.dumps(_without(orjson.loads(payload)))
    except orjson.JSONDecodeError:
        return payload  # undecodable: kept in quarantine as it came, for administrators only


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner) for name, inner in value.items() if name not in DROPPED}
    if isinstance(value, list):
        return [_without(inner) for inner in value]
    return value
