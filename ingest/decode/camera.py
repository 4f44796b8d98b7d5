"""What a camera point says of its cameras, `ssz/v1/<station>/camera/<point>/status`."""

from __future__ import annotations

from ingest.decode.common import Message, WrongError, parse_object
from ingest.decode.fields import optional_count, optional_text
from ingest.decode.records import Decoded
from ingest.decode.times import required_time
from ingest.decode.topics import native, station_in
from models.records.base import Millis, Reason
from models.records.camera import CameraStatus

_MOST_CAMERAS = 10_000


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `CameraStatus`; nothing for an empty payload, which clears a retained message."""
    if not payload:
        return []
    try:
        place = native(topic)
        message = parse_object(payload)
        total = _count(message, "total", _MOST_CAMERAS)
        status = CameraStatus(
            station=place.station,
            point=place.id,
            at=required_time(message, "at"),
            total=total,
            working=_count(message, "working", total),
            received_at=received_at,
            linked=optional_count(message, "linked", total),
            note=optional_text(message, "note", 500),
        )
    except WrongError as wrong:
        return wrong.rejected(topic, payload, "native", station_in(topic))
    return [status]


def _count(message: Message, name: str, most: int) -> int:
    value = optional_count(message, name, most)
    if value is None:
        raise WrongError(Reason.MISSING_FIELD, name)
    return value
