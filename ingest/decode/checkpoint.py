"""Scans of red boxes, `ssz/v1/<station>/checkpoint/<box>/scan`."""

from __future__ import annotations

from ingest.decode.common import WrongError, parse_object
from ingest.decode.fields import MAX_NAME, one_of, optional_place, optional_text, required_id
from ingest.decode.records import Decoded
from ingest.decode.times import required_time
from ingest.decode.topics import native, station_in
from models.records.base import Millis
from models.records.checkpoint import SCAN_METHODS, CheckpointScan


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `CheckpointScan`."""
    try:
        place = native(topic)
        message = parse_object(payload)
        lat, lon = optional_place(message)
        scan = CheckpointScan(
            station=place.station,
            box=place.id,
            id=required_id(message),
            at=required_time(message, "at"),
            unit=required_id(message, "unit", MAX_NAME),
            received_at=received_at,
            method=one_of(message, "method", SCAN_METHODS, "qr"),
            lat=lat,
            lon=lon,
            reason=optional_text(message, "reason", 500),
        )
    except WrongError as wrong:
        return wrong.rejected(topic, payload, "native", station_in(topic))
    return [scan]
