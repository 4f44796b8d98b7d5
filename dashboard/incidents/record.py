"""The record of one incident as rows of plain tables: its facts and its history. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from dashboard.filters import group_text
from dashboard.incidents.drawn import offence_name
from dashboard.incidents.listed import arrested_word, when
from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, word
from models.incidents.changes import TEXT, Value, told
from models.records.incident import Incident
from models.records.incident_change import CAME_AGAIN, TAKEN_OUT, IncidentChange
from models.records.station import Zone

#: Field of an incident -> its words.
FIELDS: Mapping[str, str] = {
    "occurred_from": "inc.occurred_from", "occurred_to": "inc.occurred_to", "reported_at": "rec.reported_at",
    "offence": "inc.offence", "offence_group": "inc.group", "lat": "ent.lat", "lon": "ent.lon",
    "place_quality": "inc.quality", "found_by": "inc.found_by", "status": "cas.status", "arrested": "inc.arrested",
    "description": "inc.circumstances",
}  # fmt: skip

_TIMES = frozenset({"occurred_from", "occurred_to", "reported_at"})


def fact_rows(
    one: Incident, station: str, zones: Sequence[Zone], text: bool, zone: ZoneInfo, language: Language
) -> list[Row]:
    """Every field of an incident in words. `text`: its free text may be seen."""
    place = "" if one.lat is None or one.lon is None else f"{one.lat:.6f}, {one.lon:.6f}"
    facts = (
        ("inc.occurred_at", when(one, zone, language)), ("inc.offence", offence_name(one.offence, language)),
        ("inc.group", group_text(str(one.offence_group or 0), language)), ("flt.station", station),
        ("rec.beat", _zone_names(zones, True, language)), ("rec.zone", _zone_names(zones, False, language)),
        ("inc.coords", place), ("inc.quality", word(f"inc.q_{one.place_quality}", language)),
        ("inc.found_by", word(f"inc.f_{one.found_by}", language)), ("cas.status", one.status),
        ("inc.arrested", arrested_word(one.arrested, language)),
        ("rec.reported_at", moment(one.reported_at, zone, language)),
        ("rec.received_at", moment(one.received_at, zone, language)), ("inc.source", one.source),
        ("inc.id", one.id), ("rec.batch", one.batch),
        ("inc.circumstances", one.description if text else word("rec.hidden", language)),
    )  # fmt: skip
    return [{word("rec.field", language): word(key, language), "": value or "-"} for key, value in facts]


def _zone_names(zones: Sequence[Zone], beats: bool, language: Language) -> str:
    named = [one for one in zones if (one.kind == "beat") is beats]
    return ", ".join((one.name_th if language == "th" else one.name_en) or one.code for one in named)


def history_rows(
    history: Sequence[IncidentChange], text: bool, names: bool, zone: ZoneInfo, language: Language
) -> list[Row]:
    """One row for each field of each change, the newest first. `text`: free text may be seen; `names`: who it was."""
    rows: list[Row] = []
    for change in reversed(history):
        if change.kind in (TAKEN_OUT, CAME_AGAIN):
            rows.append(_history_row(change, names, "-", "-", "-", zone, language))
        for name, (before, after) in told(change.fields, text).items():
            hidden = name == TEXT and not text
            was, became = (_value(name, value, hidden, zone, language) for value in (before, after))
            if name == TEXT and text and before is None and after is None:
                was = became = word("rec.text_gone", language)
            rows.append(_history_row(change, names, word(FIELDS[name], language), was, became, zone, language))
    return rows


def _history_row(
    change: IncidentChange, names: bool, field: str, before: str, after: str, zone: ZoneInfo, language: Language
) -> Row:
    return {
        word("rec.when", language): moment(change.at, zone, language),
        word("rec.who", language): (change.by or "-") if names else word("rec.no_name", language),
        word("rec.kind", language): word(f"rec.{change.kind}", language),
        word("rec.field", language): field,
        word("rec.before", language): before,
        word("rec.after", language): after,
    }


def _value(name: str, value: Value, hidden: bool, zone: ZoneInfo, language: Language) -> str:
    if hidden:
        return word("rec.hidden", language)
    if name == "arrested":
        return arrested_word(value if isinstance(value, bool) else None, language)
    if value is None or value == "":
        return "-"
    if name in _TIMES and isinstance(value, int):
        return moment(value, zone, language)
    if name == "offence":
        return offence_name(str(value), language)
    if name == "offence_group":
        return group_text(str(value), language)
    if name in ("place_quality", "found_by"):
        return word(f"inc.{name[0] if name == 'found_by' else 'q'}_{value}", language)
    return str(value)
