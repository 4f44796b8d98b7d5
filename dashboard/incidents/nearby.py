"""What stands and happened near an incident as rows of plain tables, each with its way there; and a citizen's report
in full. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, word
from models.alarms.life import State
from models.records.alarm import AlarmNow
from models.records.report import Report
from models.records.station import BEAT, Zone
from store.cameras import Near
from store.incident_nearby import Nearby


def zone_rows(zones: Sequence[Zone], language: Language) -> list[Row]:
    """The beats and safety zones it lies in, each with a way to its incidents."""
    return [
        {
            word("rec.kind", language): word("rec.beat" if one.kind == BEAT else "rec.zone", language),
            word("rec.name", language): (one.name_th if language == "th" else one.name_en) or one.code,
            word("rec.way", language): f"/incidents?{urlencode({'zone': f'{one.station}/{one.code}'})}",
        }
        for one in sorted(zones, key=lambda one: (one.kind != BEAT, one.code))
    ]


def camera_rows(near: Sequence[Near], on_map: bool, language: Language) -> list[Row]:
    """The camera points round it, the nearest first; with a way to each on the live map, for who may see that."""
    unknown = word("rec.unknown", language)

    def of_all(n: int | None, total: int) -> str:
        return unknown if n is None else f"{n} / {total}"

    return [
        {
            word("rec.camera", language): (one.point.name_th if language == "th" else one.point.name_en)
            or one.point.point,
            word("rec.metres", language): round(one.metres),
            word("rec.working", language): of_all(one.point.working, one.point.total),
            word("rec.linked", language): of_all(one.point.linked, one.point.total),
            **({word("rec.way", language): _map_path(one.point.lat, one.point.lon)} if on_map else {}),
        }
        for one in near
    ]


def alarm_rows(near: Nearby, answers: bool, zone: ZoneInfo, language: Language) -> list[Row]:
    """The alarms and reports of the hour round it, the newest first; of a report neither words nor sender.

    With a way to each: an open alarm's to the desk, a closed one's to its sheet, for who `answers` alarms; a report's
    to its page.
    """
    found: list[tuple[int, Row]] = []

    def add(at: int, kind: str, place: str, state: str, path: str) -> None:
        row: Row = {
            word("rec.when", language): moment(at, zone, language),
            word("rec.kind", language): word(kind, language),
            word("inc.place", language): place,
            word("rec.state", language): state,
            word("rec.way", language): path or "-",
        }
        found.append((at, row))

    for alarm in near.alarms:
        state = word(f"live.alarm_{alarm.state}", language)
        add(alarm.raised_at, "rec.alarm", alarm.place or alarm.origin, state, alarm_path(alarm) if answers else "")
    for report in near.reports:
        add(report.at, "rec.report", report.channel, "-", report_path(report))
    return [row for _, row in sorted(found, key=lambda one: -one[0])]


def _map_path(lat: float, lon: float) -> str:
    """The live map, near enough to tell one corner from the next."""
    return f"/map?{urlencode({'map': f'{lat:.5f},{lon:.5f},18'})}"


def alarm_path(alarm: AlarmNow) -> str:
    """Where an alarm is looked at: on the desk while it is open, else its sheet."""
    if alarm.state == State.CLOSED:
        return f"/live/desk/{quote(alarm.id, safe='')}/sheet.pdf"
    return f"/desk?{urlencode({'alarm': f'{alarm.station}/{alarm.id}'})}"


def report_path(report: Report) -> str:
    """The page of a citizen's report."""
    return f"/citizen-report?{urlencode({'station': report.station, 'channel': report.channel, 'id': report.id})}"


def report_rows(one: Report, station: str, text: bool, person: bool, zone: ZoneInfo, language: Language) -> list[Row]:
    """Every field of a report in words. `text`: its words may be seen; `person`: and whom to call back."""
    place = "" if one.lat is None or one.lon is None else f"{one.lat:.6f}, {one.lon:.6f}"
    hidden = word("rec.hidden", language)
    facts = (
        ("crp.at", moment(one.at, zone, language)), ("rec.kind", word(f"crp.k_{one.kind}", language)),
        ("flt.station", station), ("crp.channel", one.channel), ("inc.coords", place),
        ("crp.text", one.text if text else hidden), ("crp.contact", one.contact if person else hidden),
        ("rec.received_at", moment(one.received_at, zone, language)), ("inc.id", one.id),
    )  # fmt: skip
    return [{word("rec.field", language): word(key, language), "": value or "-"} for key, value in facts]
