"""Citizens' reports, `…/report/<channel>`; a body of `/in/report` comes under the same topic. Pure."""

from __future__ import annotations

from ingest.decode.fields import MAX_ID, id_of, optional_place, required_text, soft_text, text_of, word_of
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import readable_time, time_of
from ingest.decode.topics import native
from models.records.base import Millis
from models.records.report import EMERGENCY, REPORT_KINDS, CitizenReport

_TEXT, _CONTACT = 5000, 200  # characters


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `CitizenReport`; a kind that is not in the list is `other`, so that no report is lost for its word.

    An emergency is taken without its text, its time (then that of its arrival) and its contact, too.

    Raises:
        BadPayloadError: as the fields say.
    """
    where = native(topic, MAX_ID)
    values = load_object(payload)
    lat, lon = optional_place(values)
    kind = word_of(values, "kind", REPORT_KINDS, "other")
    if kind == EMERGENCY:
        said = readable_time(values.get("at"))
        at = received_at if said is None else said
        text, contact = soft_text(values.get("text"), _TEXT), soft_text(values.get("contact"), _CONTACT)
    else:
        at = time_of(values.get("at"))
        text, contact = required_text(values, "text", _TEXT), text_of(values, "contact", _CONTACT)
    return [
        CitizenReport(
            station=where.station,
            channel=where.name,
            id=id_of(values),
            at=at,
            kind=kind,
            text=text,
            received_at=received_at,
            lat=lat,
            lon=lon,
            contact=contact,
        )
    ]
