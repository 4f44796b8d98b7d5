"""Register files: stations, zones, SOS boxes, camera points, checkpoints and units, as rows of their tables.

Each register is a row reader and the names of its columns. A file without a column `station` is one station's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import SQLModel

from models.formats.problems import ID_TWICE, BadFileError, Problem, RowError
from models.formats.register_rows import (
    Given,
    box_row,
    camera_row,
    checkpoint_row,
    station_row,
    unit_row,
    zone_row,
)
from models.formats.rows import Columns, Row, find_columns
from models.formats.tables import Sheet

_STATION = ("station", "station_code", "รหัสสถานี", "สถานี")
_NAME_TH = ("ชื่อ", "name")
_PLACE: Mapping[str, Collection[str]] = {
    "lat": ("latitude", "ละติจูด", "y"),
    "lon": ("lng", "long", "longitude", "ลองจิจูด", "ลองติจูด", "x"),
    "coords": ("coordinates", "พิกัด"),
}


@dataclass(frozen=True, slots=True)
class Register:
    """One kind of register: its columns (field -> other names), the needed ones, and how a row is read."""

    names: Mapping[str, Collection[str]]
    needed: tuple[tuple[str, ...], ...]
    read: Callable[[Row, Given], SQLModel]
    key: tuple[str, ...]


def read_register(kind: str, sheet: Sheet, given: Given) -> Iterator[SQLModel | RowError]:
    """Every row of a register file as a row of its table (`Station`, `Zone`, `SosBox` …) or a `RowError`.

    Raises:
        BadFileError: a needed column is missing, or the file breaks in the middle.
        KeyError: no such register; `REGISTERS` lists them.
    """
    register = REGISTERS[kind]
    columns = find_columns(sheet.header, register.names)
    _check_columns(columns, register, given)
    seen: set[tuple[str, ...]] = set()
    for number, cells in sheet.rows:
        row = Row(columns, number, cells).blame(sheet.faults.get(number))
        record = register.read(row, given)
        key = tuple(str(getattr(record, name)) for name in register.key)
        if not row.problems and key in seen:
            row.problems.append(ID_TWICE)
        seen.add(key)
        yield row.error() if row.problems else record


def _check_columns(columns: Columns, register: Register, given: Given) -> None:
    needed = register.needed if given.station or "station" not in register.names else (("station",), *register.needed)
    for fields in needed:
        if not columns.has(*fields):
            names = " / ".join(fields)
            hint = " (or say --station)" if names == "station" else ""
            raise BadFileError(
                Problem(
                    "no_column", f"ไม่พบคอลัมน์ {names}", f"the file has no column {names}{hint}; see docs/formats.md"
                )
            )


_NAMED: Mapping[str, Collection[str]] = {"name_th": _NAME_TH, "name_en": ("english name",)}
_OF_STATION: Mapping[str, Collection[str]] = {"station": _STATION, **_NAMED}
_SPOT = (("lat", "coords"),)

#: Register -> how its files are read.
REGISTERS: Mapping[str, Register] = {
    "station": Register(
        {
            "code": ("key", "รหัสสถานี", "station"),
            **_NAMED,
            "kind": ("type", "ประเภท"),
            "bureau": ("bureau_th", "สังกัด"),
            "province": ("adm1_th", "จังหวัด"),
            "plausible_km": (),
            **_PLACE,
        },
        (("code",), ("name_th",)),
        station_row,
        ("code",),
    ),
    "zone": Register(
        {
            **_OF_STATION,
            "code": ("zone", "zone_code", "รหัสพื้นที่"),
            "kind": ("zone_kind", "type", "ประเภท"),
            "population": ("ประชากร",),
            "started": ("start_date", "วันเริ่ม", "วันที่เริ่ม"),
            "geometry": ("polygon", "wkt", "geojson"),
        },
        (("code",), ("geometry",)),
        zone_row,
        ("station", "code"),
    ),
    "box": Register(
        {**_OF_STATION, "box": ("code", "id", "รหัส", "รหัสตู้", "รหัสเสา"), "secret": (), **_PLACE},
        (("box",), *_SPOT),
        box_row,
        ("station", "box"),
    ),
    "camera": Register(
        {
            **_OF_STATION,
            "point": ("code", "id", "รหัส", "รหัสจุด"),
            "owner": ("เจ้าของ",),
            "total": ("จำนวนกล้อง", "cameras"),
            "working": ("ใช้งานได้",),
            "linked": ("เชื่อมโยงเข้า CCOC แล้ว", "เชื่อมโยง"),
            "note": ("หมายเหตุ",),
            "stream": (),
            **_PLACE,
        },
        (("point",), *_SPOT),
        camera_row,
        ("station", "point"),
    ),
    "checkpoint": Register(
        {**_OF_STATION, "box": ("code", "id", "รหัส", "รหัสตู้แดง"), "beat": ("เขตตรวจ",), **_PLACE},
        (("box",), *_SPOT),
        checkpoint_row,
        ("station", "box"),
    ),
    "unit": Register(
        {
            "station": _STATION,
            "unit": ("code", "id", "รหัส"),
            "kind": ("type", "ประเภท"),
            "call_sign": ("นามเรียกขาน",),
            "beat": ("เขตตรวจ",),
        },
        (("unit",),),
        unit_row,
        ("station", "unit"),
    ),
}
