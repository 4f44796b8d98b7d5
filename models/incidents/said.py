"""A recorded incident as the form's texts, and what the form said as the fields of an edit. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from models.formats.dates import day_end, thai_date
from models.incidents.changes import EDITABLE
from models.incidents.entry import Holds, Problems, Said, read_touched
from models.records.base import Millis
from models.records.incident import Incident

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


def edited(
    before: Incident, first: Said, said: Said, zone: tzinfo, now: Millis, holds: Holds, text: bool
) -> tuple[dict[str, Any], Problems]:
    """The fields of the edit, and what is wrong: read where the form's texts were changed, else as they were.

    `first`: the texts the form began with. `text`: its free text may be seen, and so be changed.
    """
    touched = {name for name in Said.__dataclass_fields__ if getattr(first, name) != getattr(said, name)}
    values, wrong = read_touched(said, touched if text else touched - {"description"}, zone, now, holds)
    return {name: getattr(before, name) for name in EDITABLE} | values, wrong


def _time(at: Millis, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%H:%M}"
