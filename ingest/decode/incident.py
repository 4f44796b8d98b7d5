"""Incidents from a station's case system, `…/incident/<source>`. Pure."""

from __future__ import annotations

from typing import Any

from ingest.decode.fields import (
    MAX_ID,
    BadPayloadError,
    flag_of,
    id_of,
    optional_place,
    required_text,
    text_of,
    word_of,
)
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import optional_time, time_of
from ingest.decode.topics import native
from models.formats.offences import classify
from models.records.base import Millis, Reason
from models.records.incident import FOUND_BY, PLACE_QUALITIES, IncidentReport


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `IncidentReport`, its offence as code and group where the standard table knows it.

    Raises:
        BadPayloadError: as the fields say; a window that ends before it begins is `wrong_type`.
    """
    where = native(topic, MAX_ID)
    values = load_object(payload)
    start = time_of(values.get("occurred_from"), "occurred_from")
    end = optional_time(values.get("occurred_to"), "occurred_to")
    if end is not None and end < start:
        raise BadPayloadError(Reason.WRONG_TYPE, "occurred_to is before occurred_from")
    lat, lon = optional_place(values)
    offence, group = classify(_offence(values))
    return [
        IncidentReport(
            station=where.station,
            source=where.name,
            id=id_of(values),
            occurred_from=start,
            offence=offence,
            received_at=received_at,
            occurred_to=end,
            reported_at=optional_time(values.get("reported_at"), "reported_at"),
            offence_group=group,
            lat=lat,
            lon=lon,
            place_quality="none" if lat is None else word_of(values, "place_quality", PLACE_QUALITIES, "exact"),
            found_by=word_of(values, "found_by", FOUND_BY, "other"),
            status=text_of(values, "status", 100),
            arrested=flag_of(values, "arrested"),
            description=text_of(values, "description", 5000),
        )
    ]


def _offence(values: dict[str, Any]) -> str:
    """A code may come as a number."""
    value = values.get("offence")
    return str(value) if type(value) is int and 0 <= value < 10**6 else required_text(values, "offence", 200)
