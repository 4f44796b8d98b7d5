"""Our own message, `ssz/v1/_system/heartbeat/<worker>/beat`: the feed is alive."""

from __future__ import annotations

from ingest.decode.common import WrongError, parse_object
from ingest.decode.fields import MAX_ID, identifier
from ingest.decode.records import Decoded
from ingest.decode.times import required_time
from models.records.base import SYSTEM_STATION, Millis, Reason
from models.records.change import Heartbeat


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `Heartbeat` of the worker the topic names."""
    try:
        worker = identifier(topic.split("/")[4], MAX_ID)
        if worker is None:
            raise WrongError(Reason.BAD_TOPIC)
        return [Heartbeat(worker, required_time(parse_object(payload), "at"), received_at)]
    except WrongError as wrong:
        return wrong.rejected(topic, payload, "native", SYSTEM_STATION)
