"""Citizens' reports, `…/report/<channel>`; a body of `/in/report` comes under the same topic. Pure."""

from __future__ import annotations

from ingest.decode.fields import MAX_ID, id_of, optional_place, required_text, text_of, word_of
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import time_of
from ingest.decode.topics import native
from models.records.base import Millis
from models.records.report import REPORT_KINDS, CitizenReport


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `CitizenReport`; a kind that is not in the list is `other`, so that no report is lost for its word.

    Raises:
        BadPayloadError: as the fields say.
    """
    where = native(topic, MAX_ID)
    values = load_object(payload)
    lat, lon = optional_place(values)
    return [
        CitizenReport(
            station=where.station,
            channel=where.name,
            id=id_of(values),
            at=time_of(values.get("at")),
            kind=word_of(values, "kind", REPORT_KINDS, "other"),
            text=required_text(values, "text", 5000),
            received_at=received_at,
            lat=lat,
            lon=lon,
            contact=text_of(values, "contact", 200),
        )
    ]
