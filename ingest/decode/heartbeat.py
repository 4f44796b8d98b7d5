"""Our own heartbeat, `ssz/v1/_system/heartbeat/<worker>/beat`: the feed is alive. Pure."""

from __future__ import annotations

from ingest.decode.fields import BadPayloadError
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import time_of
from ingest.decode.topics import native
from models.records.base import SYSTEM_STATION, Millis, Reason
from models.records.change import Heartbeat


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `Heartbeat`. No station may send one: it would hide that the feed is dead.

    Raises:
        BadPayloadError: as the fields say, and `bad_topic` for any station but our own.
    """
    where = native(topic)
    if where.station != SYSTEM_STATION:
        raise BadPayloadError(Reason.BAD_TOPIC)
    return [Heartbeat(where.name, time_of(load_object(payload).get("at")), received_at)]
