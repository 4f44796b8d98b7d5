"""A recorded incident as the form's texts, and what the form said as the fields of an edit. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from models.formats.dates import day_end, thai_date
from models.incidents.changes import EDITABLE
from models.incidents.entry import Said
from models.records.base import Millis
from models.records.incident import Incident, IncidentReport

_ARRESTED = {True: "yes", False: "no", None: "unknown"}


def said_of(one: Incident, zone: tzinfo, text: bool) -> Said:
    """The texts that read back as the incident. `text`: its free text may be seen, else it is left empty.

    Seconds are not written: what was not touched is kept by `edited`.
    """
    whole = one.occurred_to is not None and one.occurred_to == day_end(one.occurred_from, zone)
    whole = whole and _time(one.occurred_from, zone) == "00:00"
    to = None if whole else one.occurred_to
    return Said(
        station=one.station, number=one.id,
        from_day=thai_date(one.occurred_from, zone), from_time="" if whole else _time(one.occurred_from, zone),
        to_day="" if to is None else thai_date(to, zone), to_time="" if to is None else _time(to, zone),
        reported_day="" if one.reported_at is None else thai_date(one.reported_at, zone),
        reported_time="" if one.reported_at is None else _time(one.reported_at, zone),
        offence=one.offence, lat="" if one.lat is None else str(one.lat), lon="" if one.lon is None else str(one.lon),
        quality=one.place_quality if one.lat is not None else "exact", found_by=one.found_by, status=one.status,
        arrested=_ARRESTED[one.arrested], description=one.description if text else "",
    )  # fmt: skip


def edited(before: Incident, first: Said, said: Said, report: IncidentReport, text: bool) -> dict[str, Any]:
    """The fields of the edit: those of the report where the form's texts were changed, else as they were.

    `first`: the texts the form began with.
    """
    touched = {name for name in Said.__dataclass_fields__ if getattr(first, name) != getattr(said, name)}
    fields: dict[str, Any] = {name: getattr(before, name) for name in EDITABLE}
    groups = (
        ({"from_day", "from_time", "to_day", "to_time"}, ("occurred_from", "occurred_to")),
        ({"reported_day", "reported_time"}, ("reported_at",)), ({"offence"}, ("offence", "offence_group")),
        ({"lat", "lon", "quality"}, ("lat", "lon", "place_quality")), ({"found_by"}, ("found_by",)),
        ({"status"}, ("status",)), ({"arrested"}, ("arrested",)),
        ({"description"} if text else set(), ("description",)),
    )  # fmt: skip
    for texts, names in groups:
        if texts & touched:
            fields |= {name: getattr(report, name) for name in names}
    return fields


def _time(at: Millis, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%H:%M}"
