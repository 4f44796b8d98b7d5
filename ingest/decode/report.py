"""Citizens' reports, `ssz/v1/<station>/report/<channel>`, and the same object as the body of `/in/report`."""

from __future__ import annotations

from ingest.decode.common import MAX_BYTES, MAX_HTTP_BYTES, WrongError, parse_object
from ingest.decode.fields import one_of, optional_place, optional_text, required_id, required_text
from ingest.decode.records import Decoded
from ingest.decode.times import required_time
from ingest.decode.topics import Place, native, station_in
from models.records.base import Millis
from models.records.report import REPORT_KINDS, CitizenReport


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `CitizenReport` of the station and channel the topic names."""
    try:
        return [_report(native(topic), payload, received_at, MAX_BYTES)]
    except WrongError as wrong:
        return wrong.rejected(topic, payload, "native", station_in(topic))


def decode_body(path: str, payload: bytes, received_at: Millis) -> Decoded:
    """The body of `/in/report`; `path` is `/in/report/<station>/<channel>`, the two from the channel key."""
    station, _, channel = path.removeprefix("/").removeprefix("in/").removeprefix("report/").partition("/")
    try:
        place = native(f"ssz/v1/{station}/report/{channel}")
        return [_report(place, payload, received_at, MAX_HTTP_BYTES)]
    except WrongError as wrong:
        return wrong.rejected(path, payload, "native", station_in(f"ssz/v1/{station}/report/{channel}"))


def _report(place: Place, payload: bytes, received_at: Millis, most: int) -> CitizenReport:
    message = parse_object(payload, most)
    lat, lon = optional_place(message)
    return CitizenReport(
        station=place.station,
        channel=place.id,
        id=required_id(message),
        at=required_time(message, "at"),
        kind=one_of(message, "kind", REPORT_KINDS),
        text=required_text(message, "text", 4000),
        received_at=received_at,
        lat=lat,
        lon=lon,
        contact=optional_text(message, "contact", 200),
    )
