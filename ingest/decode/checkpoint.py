"""Scans of red boxes, `…/checkpoint/<box>/scan`. Pure."""

from __future__ import annotations

from ingest.decode.fields import MAX_NAME, id_of, optional_place, text_of, word_of
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import time_of
from ingest.decode.topics import agree, native
from models.records.base import Millis
from models.records.checkpoint import SCAN_METHODS, CheckpointScan


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `CheckpointScan`.

    Raises:
        BadPayloadError: as the fields say.
    """
    where = native(topic)
    values = load_object(payload)
    agree(where, values, "box")
    lat, lon = optional_place(values)
    return [
        CheckpointScan(
            station=where.station,
            box=where.name,
            id=id_of(values),
            at=time_of(values.get("at")),
            unit=id_of(values, "unit", MAX_NAME),
            received_at=received_at,
            method=word_of(values, "method", SCAN_METHODS, "qr"),
            lat=lat,
            lon=lon,
            reason=text_of(values, "reason", 500),
        )
    ]
