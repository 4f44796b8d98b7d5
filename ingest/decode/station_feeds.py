"""The quiet native feeds: unit status, incidents, citizens' reports, red-box scans, cameras, our heartbeat. Pure."""

from __future__ import annotations

import json
from typing import Any

from ingest.decode.fields import (
    BadPayloadError,
    clean,
    flag_of,
    id_of,
    optional_place,
    required_text,
    text_of,
    time_of,
    whole_of,
    word_of,
)
from ingest.decode.payload import load_object
from ingest.decode.topics import agree, native
from models.records.base import Millis, Reason
from models.records.camera import CameraStatus
from models.records.change import Heartbeat
from models.records.checkpoint import SCAN_METHODS, CheckpointScan
from models.records.incident import FOUND_BY, PLACE_QUALITIES, IncidentReport
from models.records.report import REPORT_KINDS, CitizenReport
from models.records.unit import CREW_ROLES, StatusReport, UnitStatus

#: Most people of a crew that are kept.
_CREW = 20


def decode_status(topic: str, payload: bytes, received_at: Millis) -> list[StatusReport]:
    """`…/unit/<unit>/status`.

    Raises:
        BadPayloadError: as the fields say; an unknown status word is `wrong_type`.
    """
    where = native(topic)
    values = load_object(payload)
    agree(where, values, "unit")
    word = required_text(values, "status", 32)
    if word not in {status.value for status in UnitStatus}:
        raise BadPayloadError(Reason.WRONG_TYPE, "status")
    return [StatusReport(where.station, where.name, time_of(values.get("at")), UnitStatus(word), _crew(values))]


def _crew(values: dict[str, Any]) -> str:
    crew = values.get("crew")
    if crew is None:
        return "[]"
    if not isinstance(crew, list):
        raise BadPayloadError(Reason.WRONG_TYPE, "crew")
    people: list[dict[str, str]] = []
    for member in crew[:_CREW]:
        if not isinstance(member, dict) or member.get("role") not in CREW_ROLES:
            raise BadPayloadError(Reason.WRONG_TYPE, "crew")
        name = member.get("name")
        person = {"role": str(member["role"])}
        people.append({**person, "name": clean(name, 100)} if isinstance(name, str) else person)
    return json.dumps(people, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode_incident(topic: str, payload: bytes, received_at: Millis) -> list[IncidentReport]:
    """`…/incident/<source>`.

    Raises:
        BadPayloadError: as the fields say.
    """
    where = native(topic)
    values = load_object(payload)
    lat, lon = optional_place(values)
    start = time_of(values.get("occurred_from"), "occurred_from")
    end = values.get("occurred_to")
    reported = values.get("reported_at")
    return [
        IncidentReport(
            station=where.station,
            source=where.name,
            id=id_of(values),
            occurred_from=start,
            offence=required_text(values, "offence", 200),
            received_at=received_at,
            occurred_to=None if end is None else time_of(end, "occurred_to"),
            reported_at=None if reported is None else time_of(reported, "reported_at"),
            lat=lat,
            lon=lon,
            place_quality="none" if lat is None else word_of(values, "place_quality", PLACE_QUALITIES, "exact"),
            found_by=word_of(values, "found_by", FOUND_BY, "other"),
            status=text_of(values, "status", 100),
            arrested=flag_of(values, "arrested"),
            description=text_of(values, "description", 5000),
        )
    ]


def decode_report(topic: str, payload: bytes, received_at: Millis) -> list[CitizenReport]:
    """`…/report/<channel>`.

    Raises:
        BadPayloadError: as the fields say.
    """
    where = native(topic)
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


def decode_scan(topic: str, payload: bytes, received_at: Millis) -> list[CheckpointScan]:
    """`…/checkpoint/<box>/scan`.

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
            unit=required_text(values, "unit", 128),
            received_at=received_at,
            method=word_of(values, "method", SCAN_METHODS, "qr"),
            lat=lat,
            lon=lon,
            reason=text_of(values, "reason", 500),
        )
    ]


def decode_camera(topic: str, payload: bytes, received_at: Millis) -> list[CameraStatus]:
    """`…/camera/<point>/status`.

    Raises:
        BadPayloadError: as the fields say; more working or linked cameras than there are is `wrong_type`.
    """
    where = native(topic)
    values = load_object(payload)
    total, working, linked = (whole_of(values, name, 10_000) for name in ("total", "working", "linked"))
    if total is None or working is None:
        raise BadPayloadError(Reason.MISSING_FIELD, "total" if total is None else "working")
    if working > total or (linked or 0) > total:
        raise BadPayloadError(Reason.WRONG_TYPE, "more cameras working or linked than there are")
    note = text_of(values, "note", 500)
    at = time_of(values.get("at"))
    return [CameraStatus(where.station, where.name, at, total, working, received_at, linked, note)]


def decode_beat(topic: str, payload: bytes, received_at: Millis) -> list[Heartbeat]:
    """Our own heartbeat, `ssz/v1/_system/heartbeat/<worker>/beat`.

    Raises:
        BadPayloadError: as the fields say.
    """
    return [Heartbeat(native(topic).name, time_of(load_object(payload).get("at")), received_at)]
