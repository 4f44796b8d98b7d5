"""What every record shares: the time type, the unknown station, and the two kinds of wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Integer

#: Milliseconds since 1970-01-01 00:00:00 UTC.
Millis = int

#: A number the database gives. SQLite gives ascending row ids only to a column typed INTEGER.
SERIAL = BigInteger().with_variant(Integer, "sqlite")

#: Station of what no registry entry places; administrators see it, and every dispatcher its SOS.
UNKNOWN_STATION = "_unknown"

#: Station under which the product's own messages (the heartbeat) travel.
SYSTEM_STATION = "_system"


class Reason(StrEnum):
    """Why a message was not accepted; the words counted on the feeds' health screen."""

    TOO_LARGE = "too_large"
    BAD_PACKET = "bad_packet"  # not MQTT: refused by the broker itself
    BAD_UTF8 = "bad_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    BAD_TOPIC = "bad_topic"
    IDENTITY = "identity"
    CLOCK = "clock"
    NO_FIX = "no_fix"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_STATION = "unknown_station"
    RETAINED = "retained"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Rejected:
    """Theirs, not ours: a message that cannot be taken. A value, never an exception; its bytes are kept.

    `topic` is the MQTT topic or HTTP path, `payload` the bytes after redaction (undecodable bytes as they came).
    """

    reason: Reason
    topic: str
    payload: bytes
    detail: str = ""
    station: str = UNKNOWN_STATION
    source: str = ""
    foreign_id: str = ""
