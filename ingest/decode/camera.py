"""What a camera point says of its cameras, `…/camera/<point>/status`. Pure."""

from __future__ import annotations

from ingest.decode.fields import BadPayloadError, text_of, whole_of
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import time_of
from ingest.decode.topics import native
from models.records.base import Millis, Reason
from models.records.camera import CameraStatus

_MOST_CAMERAS = 10_000


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `CameraStatus`; nothing for the empty payload that clears a retained one.

    Raises:
        BadPayloadError: as the fields say; more working or linked cameras than there are is `wrong_type`.
    """
    if not payload:
        return []
    where = native(topic)
    values = load_object(payload)
    total, working, linked = (whole_of(values, name, _MOST_CAMERAS) for name in ("total", "working", "linked"))
    if total is None or working is None:
        raise BadPayloadError(Reason.MISSING_FIELD, "total" if total is None else "working")
    if working > total or (linked or 0) > total:
        raise BadPayloadError(Reason.WRONG_TYPE, "more cameras working or linked than there are")
    note = text_of(values, "note", 500)
    at = time_of(values.get("at"))
    return [CameraStatus(where.station, where.name, at, total, working, received_at, linked, note)]
