"""The rows of register files: each reader makes one row of a register's table and notes what is wrong with it.

A row with a wrong cell still gives a record, filled with nothing; its `Row` says that it must not be used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from models.formats.dates import parse_moment
from models.formats.numbers import parse_count, parse_number
from models.formats.polygons import Measured, measure
from models.formats.problems import BadValueError, Problem
from models.formats.rows import Row
from models.formats.text import clean
from models.formats.zone_shapes import shapes_of
from models.records.base import Millis
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.sos import SosBox
from models.records.station import STATION_KINDS, ZONE_KINDS, Station, Zone
from models.records.unit import UNIT_KINDS, Unit

BAD_CODE = Problem(
    "bad_code", "รหัสสถานีใช้ได้เฉพาะ a-z 0-9 และ _", "a station code is lower-case a-z, 0-9 and _, 64 at most"
)
BAD_ID = Problem("bad_id", "รหัสต้องไม่มีเว้นวรรค / + #", "an id has no space, slash, + or #, and 128 characters at most")
MORE_THAN_TOTAL = Problem("more_than_total", "จำนวนมากกว่ากล้องทั้งหมด", "is more than the point has cameras")

#: Where the stations are: a day in a file is one of theirs.
_BANGKOK = ZoneInfo("Asia/Bangkok")

_CODE = re.compile(r"[a-z0-9_]{1,64}")
#: What can stand as a level of an MQTT topic, and the most a key holds.
_ID = re.compile(r"[^\s/+#\x00-\x1f]{1,128}")

_KINDS_TH = {"เสี่ยง": "risk", "แลนด์มาร์ก": "landmark", "เศรษฐกิจ": "economic", "เขตตรวจ": "beat"}
_UNITS_TH = {
    "สายตรวจรถยนต์": "car", "สายตรวจรถจักรยานยนต์": "motorcycle", "สายตรวจจักรยาน": "bicycle",
    "สายตรวจเดินเท้า": "foot", "สายตรวจเรือยนต์": "boat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What a file does not say of itself: the station it is for (empty: a column says) and the time now."""

    station: str
    now: Millis


def _id(text: str, pattern: re.Pattern[str], problem: Problem) -> str:
    word = clean(text)
    if not pattern.fullmatch(word):
        raise BadValueError(problem)
    return word


_station_code = partial(_id, pattern=_CODE, problem=BAD_CODE)
_device_id = partial(_id, pattern=_ID, problem=BAD_ID)


def _station_of(row: Row, given: Given) -> str:
    """The row's station; the one the command names fills an empty cell."""
    if given.station and not row.raw("station").strip():
        return given.station
    return row.parse("station", _station_code, required=True) or ""


def _same(words: Collection[str], also: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**{word: word for word in words}, **(also or {})}


def _positive(text: str) -> float:
    value = parse_number(text)
    if value <= 0:
        raise BadValueError(Problem("out_of_range", "ต้องมากกว่า 0", "must be above 0"))
    return value


def _day(text: str) -> str:
    """A day as people write it, Buddhist or common era, as ISO 8601."""
    return datetime.fromtimestamp(parse_moment(text, _BANGKOK).at / 1000, _BANGKOK).date().isoformat()


def station_row(row: Row, given: Given) -> Station:
    """A station."""
    place = row.place()
    return Station(
        code=row.parse("code", _station_code, required=True) or "",
        name_th=row.text("name_th", 200, required=True),
        name_en=row.text("name_en", 200),
        kind=row.choice("kind", _same(STATION_KINDS), "provincial"),
        bureau=row.text("bureau", 100),
        province=row.text("province", 100),
        lat=place[0] if place else None,
        lon=place[1] if place else None,
        plausible_km=row.parse("plausible_km", _positive) or 50.0,
    )


def zone_row(row: Row, given: Given) -> Zone:
    """A zone, measured; the store gives it its version."""
    measured = row.parse("geometry", measure, required=True) or Measured("", 0.0, 0.0, 0)
    kind = row.choice("kind", _same(ZONE_KINDS, _KINDS_TH), "risk")
    outline, ring = shapes_of(measured.polygon, kind) if measured.polygon else (None, None)
    return Zone(
        station=_station_of(row, given),
        code=row.parse("code", _station_code, required=True) or "",
        version=1,
        name_th=row.text("name_th", 200),
        name_en=row.text("name_en", 200),
        kind=kind,
        population=row.parse("population", parse_count),
        polygon=measured.polygon,
        outline=outline,
        ring=ring,
        area_m2=measured.area_m2,
        perimeter_m=measured.perimeter_m,
        utm_epsg=measured.utm_epsg,
        valid_from=given.now,
        started=row.parse("started", _day),
    )


def box_row(row: Row, given: Given) -> SosBox:
    """An SOS box."""
    lat, lon = row.place(required=True) or (0.0, 0.0)
    return SosBox(
        station=_station_of(row, given),
        box=row.parse("box", _device_id, required=True) or "",
        name_th=row.text("name_th", 200),
        name_en=row.text("name_en", 200),
        lat=lat,
        lon=lon,
        secret=row.text("secret", 200) or None,
    )


def camera_row(row: Row, given: Given) -> CameraPoint:
    """A camera point."""
    lat, lon = row.place(required=True) or (0.0, 0.0)
    total = row.parse("total", partial(parse_count, most=10_000))
    counts = {name: row.parse(name, partial(parse_count, most=10_000)) for name in ("working", "linked")}
    for name, count in counts.items():
        if count is not None and count > (1 if total is None else total):
            row.wrong(name, MORE_THAN_TOTAL)
    return CameraPoint(
        station=_station_of(row, given),
        point=row.parse("point", _device_id, required=True) or "",
        name_th=row.text("name_th", 200),
        name_en=row.text("name_en", 200),
        lat=lat,
        lon=lon,
        owner=row.text("owner", 200),
        total=1 if total is None else total,
        working=counts["working"],
        linked=counts["linked"],
        note=row.text("note", 1_000),
        stream=row.text("stream", 500),
    )


def checkpoint_row(row: Row, given: Given) -> Checkpoint:
    """A red-box checkpoint."""
    lat, lon = row.place(required=True) or (0.0, 0.0)
    return Checkpoint(
        station=_station_of(row, given),
        box=row.parse("box", _device_id, required=True) or "",
        name_th=row.text("name_th", 200),
        name_en=row.text("name_en", 200),
        lat=lat,
        lon=lon,
        beat=row.text("beat", 100),
    )


def unit_row(row: Row, given: Given) -> Unit:
    """A patrol unit."""
    return Unit(
        station=_station_of(row, given),
        unit=row.parse("unit", _device_id, required=True) or "",
        kind=row.choice("kind", _same(UNIT_KINDS, _UNITS_TH), "car"),
        call_sign=row.text("call_sign", 100),
        beat=row.text("beat", 100),
    )
