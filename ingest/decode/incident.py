"""Incidents from a station's case system, `ssz/v1/<station>/incident/<source>`."""

from __future__ import annotations

from ingest.decode.common import Message, WrongError, parse_object
from ingest.decode.fields import one_of, optional_flag, optional_place, optional_text, required_id, required_text
from ingest.decode.records import Decoded
from ingest.decode.times import optional_time, required_time
from ingest.decode.topics import Place, native, station_in
from models.formats.offences import classify
from models.records.base import Millis, Reason
from models.records.incident import FOUND_BY, PLACE_QUALITIES, IncidentReport


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `IncidentReport`, its offence as a code where the standard table knows it."""
    try:
        return [_incident(native(topic), parse_object(payload), received_at)]
    except WrongError as wrong:
        return wrong.rejected(topic, payload, "native", station_in(topic))


def _incident(place: Place, message: Message, received_at: Millis) -> IncidentReport:
    occurred_from = required_time(message, "occurred_from")
    occurred_to = optional_time(message, "occurred_to")
    if occurred_to is not None and occurred_to < occurred_from:
        raise WrongError(Reason.WRONG_TYPE, "occurred_to is before occurred_from")
    offence, group = classify(_offence(message))
    lat, lon = optional_place(message)
    quality = one_of(message, "place_quality", PLACE_QUALITIES, "exact" if lat is not None else "none")
    return IncidentReport(
        station=place.station,
        source=place.id,
        id=required_id(message),
        occurred_from=occurred_from,
        offence=offence,
        received_at=received_at,
        occurred_to=occurred_to,
        reported_at=optional_time(message, "reported_at"),
        offence_group=group,
        lat=lat,
        lon=lon,
        place_quality=quality if lat is not None else "none",
        found_by=one_of(message, "found_by", FOUND_BY, "other"),
        status=optional_text(message, "status", 120),
        arrested=optional_flag(message, "arrested"),
        description=optional_text(message, "description", 4000),
    )


def _offence(message: Message) -> str:
    """A code may be sent as a number."""
    value = message.get("offence")
    return str(value) if type(value) is int and 0 <= value < 10**6 else required_text(message, "offence", 200)
