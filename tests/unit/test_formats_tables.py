"""Files as tables of text, and what a file must not be."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from io import BytesIO

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.problems import BadFileError
from models.formats.tables import read_table

Rows = list[tuple[int, tuple[str, ...]]]


def table(name: str, body: bytes) -> tuple[tuple[str, ...], Rows]:
    sheet = read_table(name, body)
    return sheet.header, list(sheet.rows)


def refused(name: str, body: bytes) -> str:
    with pytest.raises(BadFileError) as caught:
        table(name, body)
    return caught.value.problem.code


def xlsx(*rows: list[object], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(body: bytes, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    out = BytesIO(body)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        change(packed)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp874", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding(encoding: str, delimiter: str) -> None:
    text = f'รหัส{delimiter}ชื่อ\r\n1{delimiter}"ตลาด{delimiter} อินโดจีน"\r\n\r\n2\r\n'
    assert table("a.csv", text.encode(encoding)) == (
        ("รหัส", "ชื่อ"),
        [(2, ("1", f"ตลาด{delimiter} อินโดจีน")), (4, ("2", ""))],
    )


def test_empty_lines_above_the_header_count_as_rows() -> None:
    assert table("a.csv", b"\n,\na,b,\n1,2,3\n") == (("a", "b"), [(4, ("1", "2"))])


def test_spreadsheet_cells_become_what_a_person_would_type() -> None:
    body = xlsx(
        ["day", "moment", "time", "whole", "part", "flag", "text", "none"],
        [datetime(2022, 6, 30), datetime(2022, 6, 30), time(11, 5), 12.0, 16.5, True, "=x", None],
        [date(2565, 6, 30), datetime(2022, 6, 30, 11, 5), None, 3, 104, False, "ก", None],
        formats={"A2": "dd/mm/yyyy", "B2": "dd/mm/yyyy hh:mm", "A3": "dd/mm/yyyy"},
    )
    header, rows = table("a.XLSX", body)
    assert header == ("day", "moment", "time", "whole", "part", "flag", "text", "none")
    assert rows[0] == (2, ("2022-06-30", "2022-06-30 00:00:00", "11:05:00", "12", "16.5", "true", "", ""))
    assert rows[1] == (3, ("2565-06-30", "2022-06-30 11:05:00", "", "3", "104", "false", "ก", ""))


def test_geojson_points_and_shapes() -> None:
    ring = [[[104.7, 16.5], [104.8, 16.5], [104.8, 16.6], [104.7, 16.5]]]
    body = orjson.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"properties": {"id": 7, "ok": True}, "geometry": {"type": "Point", "coordinates": [104.7, 16.5]}},
                {"properties": {"name": "ก"}, "geometry": {"type": "Polygon", "coordinates": ring}},
                {"properties": None, "geometry": None},
            ],
        }
    )
    header, rows = table("a.geojson", body)
    assert header == ("id", "ok", "name", "lat", "lon", "geometry")
    assert rows[0] == (2, ("7", "true", "", "16.5", "104.7", ""))
    assert orjson.loads(rows[1][1][5]) == {"type": "Polygon", "coordinates": ring}
    assert len(rows) == 2


def test_parquet() -> None:
    out = BytesIO()
    pq.write_table(
        pa.table(
            {"id": ["a", "b"], "lat": [16.5, float("nan")], "n": [1, None], "at": [datetime(2022, 6, 30, 1)] * 2}
        ),
        out,
    )
    assert table("a.parquet", out.getvalue()) == (
        ("id", "lat", "n", "at"),
        [(2, ("a", "16.5", "1", "2022-06-30T01:00:00")), (3, ("b", "", "", "2022-06-30T01:00:00"))],
    )


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", b"\xef\xbb\xbf \r\n", "empty_file"),
        ("a.csv", b",,\n,,\n", "empty_file"),
        ("a.csv", b"PK\x03\x04", "wrong_kind"),
        ("a.csv", b"PAR1", "wrong_kind"),
        ("a.xlsx", b"a,b\n1,2", "wrong_kind"),
        ("a.parquet", b"a,b\n1,2", "wrong_kind"),
        ("a.pdf", b"%PDF-1.7", "unknown_kind"),
        ("noending", b"a,b", "unknown_kind"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old_excel"),
        ("a.csv", b"\x81\xff\xfe,b", "encoding"),
        ("a.csv", b"a,b\0\n1,2", "encoding"),
        ("a.csv", b'a,b\n"1,2', "csv"),
        ("a.csv", b",".join([b"c"] * 201), "too_wide"),
        ("a.xlsx", b"PK\x03\x04rubbish", "unreadable"),
        ("a.parquet", b"PAR1rubbish", "unreadable"),
        ("a.geojson", b"{", "unreadable"),
        ("a.geojson", b"[" * 100_000, "unreadable"),
        ("a.geojson", b"[]", "not_features"),
        ("a.geojson", b'{"type":"Point","coordinates":[1,2]}', "not_features"),
        ("a.geojson", b'{"features":[1]}', "not_features"),
        ("a.geojson", b'{"features":[{"properties":[1]}]}', "not_features"),
        (
            "a.geojson",
            b'{"features":[],"crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::32648"}}}',
            "other_datum",
        ),
    ],
)
def test_a_bad_file_says_why(name: str, body: bytes, code: str) -> None:
    assert refused(name, body) == code


def test_a_spreadsheet_with_too_many_entries() -> None:
    def fill(packed: zipfile.ZipFile) -> None:
        for number in range(101):
            packed.writestr(f"junk/{number}", "x")

    assert refused("a.xlsx", repacked(xlsx(["a"]), fill)) == "unpacks_too_big"


def test_a_spreadsheet_that_unpacks_to_too_much() -> None:
    zeros = bytes(101 * 1024 * 1024)
    body = repacked(xlsx(["a"]), lambda packed: packed.writestr("junk", zeros))
    assert len(body) < 1_000_000
    assert refused("a.xlsx", body) == "unpacks_too_big"


def parquet(table: pa.Table) -> bytes:
    out = BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def test_a_parquet_file_that_unpacks_to_too_much() -> None:
    # Written once, meant four hundred times: 400 MB out of a few hundred bytes.
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), pa.array(["x" * 1_000_000]))
    for body in (
        parquet(pa.table({"a": repeated})),
        parquet(pa.table({"a": pa.array(["x" * 1_000_000] * 400)})),
        parquet(pa.table({"a": pa.array([bytes(1_000_000)] * 400)})),
    ):
        assert len(body) < 100_000
        assert refused("a.parquet", body) == "unpacks_too_big"


def test_a_parquet_file_with_too_many_rows() -> None:
    body = parquet(pa.table({"a": pa.nulls(2_000_000, pa.int8())}))
    assert len(body) < 10_000
    assert refused("a.parquet", body) == "too_many_rows"


def test_a_parquet_file_with_columns_in_columns() -> None:
    assert refused("a.parquet", parquet(pa.table({"a": [["x"], ["y"]]}))) == "nested_columns"


def test_a_spreadsheet_that_declares_entities() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    assert refused("a.xlsx", repacked(xlsx(["a"]), lambda p: p.writestr("xl/x.xml", bomb))) == "unreadable"


def test_a_spreadsheet_that_is_some_other_packed_file() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("readme.txt", "hello")
    assert refused("a.xlsx", out.getvalue()) == "unreadable"


def test_a_spreadsheet_too_wide() -> None:
    assert refused("a.xlsx", xlsx([f"c{number}" for number in range(201)])) == "too_wide"


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.geojson", "a.parquet"]))
def test_any_bytes_are_read_or_refused(body: bytes, name: str) -> None:
    magic = {"a.xlsx": b"PK\x03\x04", "a.parquet": b"PAR1", "a.geojson": b"{"}.get(name, b"")
    for start in (b"", magic):
        with suppress(BadFileError):
            header, rows = table(name, start + body)
            assert all(len(cells) == len(header) for _, cells in rows)
