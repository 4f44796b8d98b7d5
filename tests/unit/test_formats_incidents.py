"""Incident files: columns by their Thai and English names, good rows and wrong ones."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.error_file import error_csv, formula_safe
from models.formats.incident_file import NAMES, Context, incident_columns, read_incident
from models.formats.problems import BadFileError, RowError
from models.formats.rows import Row
from models.formats.tables import read_table
from models.records.incident import IncidentReport

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = int(datetime(2026, 1, 1, tzinfo=BANGKOK).timestamp() * 1000)
CONTEXT = Context("mueang_mukdahan", "file", BANGKOK, NOW)


def local(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=BANGKOK).timestamp() * 1000)  # type: ignore[misc, arg-type]


def read(text: str) -> list[IncidentReport | RowError]:
    sheet = read_table("a.csv", text.encode())
    columns = incident_columns(sheet.header)
    return [read_incident(Row(columns, number, cells), CONTEXT) for number, cells in sheet.rows]


def one(text: str) -> IncidentReport:
    (row,) = read(text)
    assert isinstance(row, IncidentReport), row
    return row


def codes(text: str) -> list[str]:
    (row,) = read(text)
    assert isinstance(row, RowError), row
    return [problem.code for problem in row.problems]


def test_a_thai_file() -> None:
    text = (
        "เลขคดี,วันเวลาที่เกิดเหตุ,วันเวลาที่รับแจ้ง,ฐานความผิด,ละติจูด,ลองจิจูด,พบเหตุโดย,สถานะคดี,จับกุมได้,พฤติการณ์,ผู้เสียหาย\n"
        '๑๒/๒๕๖๕,"๓๐ มิ.ย.๒๕๖๕ ๒๒.๑๕ น.",1 ก.ค. 2565 08:00 น.,ลักทรัพย์,๑๖.๕๔๒,104.732,ผู้เสียหาย,สอบสวน,ยังจับกุมไม่ได้,หาย,x\n'
    )
    assert one(text) == IncidentReport(
        station="mueang_mukdahan",
        source="file",
        id="๑๒/๒๕๖๕",
        occurred_from=local(2022, 6, 30, 22, 15),
        offence="theft",
        received_at=NOW,
        reported_at=local(2022, 7, 1, 8),
        offence_group=2,
        lat=16.542,
        lon=104.732,
        place_quality="exact",
        found_by="victim",
        status="สอบสวน",
        arrested=False,
        description="หาย",
    )


def test_an_english_file_with_its_place_in_one_cell() -> None:
    row = one('Case number,Occurred,Offence type,Coordinates\n7,2022-06-30 22:15,Robbery,"16.542, 104.732"\n')
    assert (row.id, row.offence, row.lat, row.lon, row.occurred_to) == ("7", "robbery", 16.542, 104.732, None)


def test_a_date_without_an_hour_is_the_window_of_its_day() -> None:
    row = one("id,occurred_at,category\n1,30/06/2565,ลักทรัพย์\n")
    assert (row.occurred_from, row.occurred_to) == (local(2022, 6, 30), local(2022, 7, 1) - 1)


def test_a_window() -> None:
    row = one("id,occurred_from,occurred_to,offence\n1,30/06/2565 20:00,1/7/2565 06:00,ลักทรัพย์\n")
    assert (row.occurred_from, row.occurred_to) == (local(2022, 6, 30, 20), local(2022, 7, 1, 6))


def test_date_and_time_in_two_columns() -> None:
    row = one("id,วันที่เกิดเหตุ,เวลาเกิดเหตุ,offence\n1,30/06/2565,22.15 น.,ลักทรัพย์\n")
    assert row.occurred_from == local(2022, 6, 30, 22, 15)


def test_no_place_is_no_fault() -> None:
    row = one("id,occurred_at,offence,lat,lon,place_quality\n1,2022-06-30 10:00,x,,,exact\n")
    assert (row.lat, row.lon, row.place_quality, row.offence, row.offence_group) == (None, None, "none", "x", None)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (",2022-06-30 10:00,x,,,", ["required"]),
        ("1,,x,,,", ["required"]),
        ("1,2022-06-30 10:00,,,,", ["required"]),
        ("1,99/99/2565,x,,,", ["bad_date"]),
        ("1,30/06/2400,x,,,", ["bad_year"]),
        ("1,2030-01-01 10:00,x,,,", ["future"]),
        ("1,2022-06-30 10:00,x,104.7,16.5,", ["swapped"]),
        ("1,2022-06-30 10:00,x,16.5,,", ["half_place"]),
        ("1,2022-06-30 10:00,x,0,0,", ["zero_place"]),
        ("1,2022-06-30 10:00,x,,,ghost", ["not_allowed"]),
        (f"{'9' * 65},2022-06-30 10:00,x,,,", ["too_long"]),
        (",31/02/2565,,1,,ghost", ["bad_date", "required", "half_place", "required", "not_allowed"]),
    ],
)
def test_a_wrong_row_says_everything_that_is_wrong(cells: str, expected: list[str]) -> None:
    assert sorted(codes(f"id,occurred_at,offence,lat,lon,found_by\n{cells}\n")) == sorted(expected)


def test_a_window_that_ends_before_it_begins() -> None:
    assert codes("id,occurred_from,occurred_to,offence\n1,2022-06-30 10:00,2022-06-30 09:00,x\n") == ["window"]


@pytest.mark.parametrize("header", ["occurred_at,offence", "id,offence", "id,occurred_at", "a,b,c"])
def test_a_file_without_a_needed_column_is_refused(header: str) -> None:
    with pytest.raises(BadFileError, match="no column"):
        read(f"{header}\n1,2,3\n")


def test_the_error_file_gives_the_rows_back_with_the_reason() -> None:
    (row,) = read("id,occurred_at,offence,lat,lon\n=1+1,31/02/2565,ก,-91.5,-123.1\n")
    assert isinstance(row, RowError)
    body = error_csv(("id", "occurred_at", "offence", "lat", "lon"), [row])
    header, cells = csv.reader(StringIO(body.decode("utf-8-sig"), newline=""))
    assert header == ["row", "reason_th", "reason_en", "id", "occurred_at", "offence", "lat", "lon"]
    assert cells[0] == "2"
    assert cells[1].startswith("occurred_at: วันที่ไม่ถูกต้อง")
    assert "is not a date" in cells[2]
    assert cells[3:] == ["'=1+1", "31/02/2565", "ก", "-91.5", "-123.1"]


def test_a_mended_error_file_is_read_again() -> None:
    text = "row,reason_th,reason_en,id,occurred_at,offence\n2,ก,x,1,2022-06-30 10:00,x\n"
    assert one(text).id == "1"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=cmd()", "'=cmd()"),
        ("@x", "'@x"),
        ("+66 81", "'+66 81"),
        ("-x", "'-x"),
        ("  =x", "'  =x"),
        ("\t=x", "'\t=x"),
        ("＝x", "'＝x"),
        ("-inf", "'-inf"),
        ("-1.5", "-1.5"),
        ("+1", "+1"),
        ("ปกติ", "ปกติ"),
        ("", ""),
    ],
)
def test_no_cell_runs_as_a_formula(cell: str, safe: str) -> None:
    assert formula_safe(cell) == safe


_CELL = st.one_of(
    st.text(max_size=12), st.sampled_from(["30/6/65", "24.00 น.", "16.5", "104.7", "1,234", "๒", "nan"])
)


@given(st.lists(_CELL, min_size=len(NAMES), max_size=len(NAMES)))
def test_any_row_is_taken_or_says_why(cells: list[str]) -> None:
    columns = incident_columns(tuple(NAMES))
    found = read_incident(Row(columns, 2, tuple(cells)), CONTEXT)
    if isinstance(found, RowError):
        assert found.th
        assert found.en
        assert error_csv(columns.header, [found])
    else:
        assert found.occurred_from > 0
        assert 1 <= len(found.id) <= 64
