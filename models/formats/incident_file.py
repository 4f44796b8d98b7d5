"""Incident files: which columns mean what, and one row as an `IncidentReport` or a `RowError`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from models.formats.dates import Moment, day_end, parse_day_and_time, parse_moment
from models.formats.error_file import ADDED
from models.formats.offences import classify, parse_group
from models.formats.problems import FUTURE, REQUIRED, WINDOW, BadFileError, BadValueError, Problem, RowError
from models.formats.rows import Columns, Row, find_columns
from models.records.base import Millis
from models.records.incident import IncidentReport

#: Field -> names of its column, Thai and English; case, spaces and dots do not matter.
NAMES: Mapping[str, Collection[str]] = {
    "incident_id": ("id", "case_no", "case number", "เลขคดี", "report_no", "report number", "เลขรับแจ้ง", "รหัสเหตุ"),
    "occurred_at": (
        "date and time of the incident", "วันเวลาที่เกิดเหตุ", "วันเวลาเกิดเหตุ", "วันที่และเวลาที่เกิดเหตุ", "occurred",
    ),
    "occurred_from": ("incident window from", "ช่วงเวลาเกิดเหตุ ตั้งแต่", "เกิดเหตุตั้งแต่"),
    "occurred_to": ("incident window to", "ช่วงเวลาเกิดเหตุ ถึง", "เกิดเหตุถึง"),
    "date": ("occurred_date", "วันที่เกิดเหตุ", "วันเกิดเหตุ"),
    "time": ("occurred_time", "เวลาที่เกิดเหตุ", "เวลาเกิดเหตุ"),
    "reported_at": ("date and time reported", "วันเวลาที่รับแจ้ง", "วันเวลารับแจ้ง", "วันที่รับแจ้ง"),
    "offence": ("offence type", "offense", "ฐานความผิด", "ประเภทคดี", "category", "type"),
    "offence_group": ("offence group", "group", "กลุ่มคดี"),
    "lat": ("latitude", "ละติจูด", "y"),
    "lon": ("lng", "long", "longitude", "ลองจิจูด", "ลองติจูด", "x"),
    "coords": ("coordinates", "พิกัด"),
    "place_quality": ("ความละเอียดพิกัด",),
    "found_by": ("พบเหตุโดย",),
    "status": ("สถานะ", "สถานะคดี"),
    "arrested": ("arrest made", "จับกุมได้", "การจับกุม"),
    "description": ("circumstances", "พฤติการณ์", "รายละเอียด"),
}  # fmt: skip

PLACE_QUALITIES: Mapping[str, str] = {
    "exact": "exact", "ตรงจุด": "exact", "street": "street", "ถนน": "street",
    "area": "area", "พื้นที่": "area", "none": "none", "ไม่มี": "none",
}  # fmt: skip
FOUND_BY: Mapping[str, str] = {
    "victim": "victim", "ผู้เสียหาย": "victim", "patrol": "patrol", "สายตรวจ": "patrol",
    "camera": "camera", "กล้องวงจรปิด": "camera", "other": "other", "อื่นๆ": "other", "อื่น ๆ": "other",
}  # fmt: skip
ARRESTED: Mapping[str, bool | None] = {
    "true": True, "yes": True, "y": True, "1": True, "ใช่": True, "ได้": True, "จับกุมได้": True, "จับได้": True,
    "false": False, "no": False, "n": False, "0": False, "ไม่": False, "ไม่ได้": False,
    "ยังจับกุมไม่ได้": False, "จับกุมไม่ได้": False,
}  # fmt: skip

#: A clock that runs ahead of ours by this much is not "the future".
CLOCK_SLACK = 86_400_000


@dataclass(frozen=True, slots=True)
class Context:
    """What a file does not say of itself: whose it is, where its clock stands, when it came.

    `classify` turns an offence's name and the file's group into what is stored; a station may bring its own.
    `month_first`: the file writes `6/30/2022`.
    """

    station: str
    source: str
    zone: tzinfo
    now: Millis
    classify: Callable[[str, int | None], tuple[str, int | None]] = classify
    month_first: bool = False


def incident_columns(header: tuple[str, ...], mapping: Mapping[str, str] | None = None) -> Columns:
    """Find the columns of an incident file. `mapping`: field -> title, said by somebody; it goes before the names.

    Raises:
        BadFileError: no column for the id, the time or the offence, or none of a mapped title; the reason names it.
    """
    columns = _mapped(find_columns(header, {**NAMES, **dict.fromkeys(ADDED, ())}), mapping or {})
    needed = (("incident_id",), ("occurred_at", "occurred_from", "date"), ("offence",))
    for fields in needed:
        if not columns.has(*fields):
            names = " / ".join(fields)
            raise BadFileError(
                Problem("no_column", f"ไม่พบคอลัมน์ {names}", f"the file has no column {names}; see docs/formats.md")
            )
    return columns


def titles_of(header: tuple[str, ...], mapping: Mapping[str, str]) -> dict[str, str]:
    """Field -> title as far as the columns are known, although needed ones may be missing.

    Raises:
        BadFileError: the file has none of a mapped title.
    """
    columns = _mapped(find_columns(header, NAMES), mapping)
    return {name: header[at] for name, at in columns.places.items()}


def split_mapping(header: tuple[str, ...], mapping: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of a remembered mapping fits a file, and the titles that the file has not."""
    fitting = {name: title for name, title in mapping.items() if not title or title in header}
    return fitting, tuple(dict.fromkeys(title for title in mapping.values() if title and title not in header))


def _mapped(columns: Columns, mapping: Mapping[str, str]) -> Columns:
    places = {name: at for name, at in columns.places.items() if name not in mapping}
    for name, title in mapping.items():
        if not title:  # said to be in no column
            continue
        if title not in columns.header:
            raise BadFileError(
                Problem(
                    "no_column",
                    f"ไม่พบคอลัมน์ {title} ที่กำหนดไว้สำหรับ {name}",
                    f"the file has no column {title} for {name}",
                )
            )
        at = columns.header.index(title)
        places = {other: place for other, place in places.items() if place != at} | {name: at}
    used = set(places.values())
    ignored = tuple(title for at, title in enumerate(columns.header) if title and at not in used)
    return Columns(columns.header, places, ignored)


def read_incident(row: Row, context: Context) -> IncidentReport | RowError:
    """One row."""
    start, end = _window(row, context)
    reported = row.parse("reported_at", lambda text: parse_moment(text, context.zone, context.month_first))
    name = row.text("offence", 200, required=True)
    offence, group = context.classify(name, parse_group(row.raw("offence_group")))
    place = row.place()
    quality = row.choice("place_quality", PLACE_QUALITIES, "exact" if place else "none")
    report = IncidentReport(
        station=context.station,
        source=context.source,
        id=row.text("incident_id", 64, required=True),
        occurred_from=start,
        occurred_to=end,
        reported_at=reported.at if reported else None,
        offence=offence,
        offence_group=group,
        lat=place[0] if place else None,
        lon=place[1] if place else None,
        place_quality=quality if place else "none",
        found_by=row.choice("found_by", FOUND_BY, "other"),
        status=row.text("status", 100),
        arrested=row.choice("arrested", ARRESTED, None),
        description=row.text("description", 10_000),
        received_at=context.now,
    )
    return row.error() if row.problems else report


def _window(row: Row, context: Context) -> tuple[Millis, Millis | None]:
    """When it happened: a moment, or a window. A date without an hour is the window of its whole day."""
    first = _first_moment(row, context)
    last = row.parse("occurred_to", lambda text: parse_moment(text, context.zone, context.month_first))
    if first is None:
        return 0, None
    if first.at > context.now + CLOCK_SLACK:
        row.wrong("occurred_at", FUTURE)
    if last is None:
        return first.at, day_end(first.at, context.zone) if first.whole_day else None
    end = day_end(last.at, context.zone) if last.whole_day else last.at
    if end < first.at:
        row.wrong("occurred_to", WINDOW)
    return first.at, end


def _first_moment(row: Row, context: Context) -> Moment | None:
    for name in ("occurred_from", "occurred_at"):
        if row.raw(name).strip():
            return row.parse(name, lambda text: parse_moment(text, context.zone, context.month_first))
    if not row.raw("date").strip():
        row.wrong(
            next((name for name in ("occurred_at", "occurred_from") if row.columns.has(name)), "date"), REQUIRED
        )
        return None
    try:
        return parse_day_and_time(row.raw("date"), row.raw("time"), context.zone, context.month_first)
    except BadValueError as error:
        row.wrong("date", error.problem)
        return None
