"""Files of incidents say what they are of, hold every row, run nothing, and are read back by the importer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest

from models.formats import incident_files
from models.formats.incident_export import COLUMNS
from models.formats.incident_files import ON_DISK, STREAMED, About, TooManyRowsError
from models.imports.opening import open_table

BANGKOK = ZoneInfo("Asia/Bangkok")
ABOUT = About((("เรื่อง", "เหตุ"), ("ตัวกรอง", "=1+1"), ("จำนวนคดี", "3")))


def batches(text: str = "ข้อความ") -> Iterator[pa.RecordBatch]:
    """Two batches: two rows and one; the second row has no place, the third nothing that may be missing."""
    for rows in (
        [
            ("1", 1_656_561_600_000, None, 13.75, 100.5, True),
            ("=2", 1_656_565_200_000, 1_656_568_800_000, None, None, None),
        ],
        [("3", 1_656_561_600_123, None, 13.76, 100.51, False)],
    ):
        ids, start, end, lat, lon, arrested = (list(column) for column in zip(*rows, strict=True))
        much = len(ids)
        columns = {
            "station": pa.array(["a"] * much), "source": pa.array(["file"] * much), "id": pa.array(ids),
            "occurred_from": pa.array(start, pa.int64()), "occurred_to": pa.array(end, pa.int64()),
            "reported_at": pa.array([None] * much, pa.int64()), "offence": pa.array(["theft"] * much),
            "offence_group": pa.array([2] * much, pa.int8()), "lat": pa.array(lat, pa.float64()),
            "lon": pa.array(lon, pa.float64()), "place_quality": pa.array(["exact"] * much),
            "found_by": pa.array(["victim"] * much), "status": pa.array(["+x"] * much),
            "arrested": pa.array(arrested, pa.bool_()), "description": pa.array([text] * much),
        }  # fmt: skip
        yield pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def made(folder: Path, of: Iterable[pa.RecordBatch]) -> None:
    """Every kind of file of these batches, `f.…`."""
    held = list(of)
    for kind, stream in STREAMED.items():
        (folder / f"f.{kind}").write_bytes(b"".join(stream(ABOUT, held, BANGKOK, True)))
    for kind, make in ON_DISK.items():
        make(folder / f"f.{kind}", ABOUT, held, BANGKOK, True)


def test_a_csv_says_what_it_is_of_and_is_read_back(tmp_path: Path) -> None:
    body = b"".join(STREAMED["csv"](ABOUT, batches(), BANGKOK, True))
    lines = body.decode("utf-8-sig").split("\r\n")
    assert lines[:3] == ["# เรื่อง: เหตุ", "# ตัวกรอง: =1+1", "# จำนวนคดี: 3"]
    path = tmp_path / "f.csv"
    path.write_bytes(body)
    [piece] = open_table(path).pieces()
    assert [piece.cells(at)[0] for at in range(3)] == ["1", "'=2", "3"]
    assert piece.cells(1)[3:5] == ("2022-06-30T12:00:00.000+07:00", "2022-06-30T13:00:00.000+07:00")
    assert [piece.cells(at)[-3:-1] for at in range(3)] == [("'+x", "true"), ("'+x", ""), ("'+x", "false")]
    assert b"\xe0" not in b"".join(STREAMED["csv"](About(()), batches(), BANGKOK, False))  # no free text


def test_it_is_sent_before_the_rest_is_read() -> None:
    seen: list[int] = []

    def slow() -> Iterator[pa.RecordBatch]:
        for batch in batches():
            seen.append(batch.num_rows)
            yield batch

    for kind in ("csv", "geojson"):
        pieces = STREAMED[kind](ABOUT, slow(), BANGKOK, True)
        next(pieces)
        assert seen == []
        next(pieces)
        assert seen.pop() == 2


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_what_is_pressed_is_sent_piece_by_piece_too(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_files, "_ROW_GROUP", 1_000)
    noise, taken = Random(1), 0

    def long() -> Iterator[pa.RecordBatch]:
        nonlocal taken
        for _ in range(30):
            [batch, _] = batches(noise.randbytes(40_000).hex())  # 80,000 letters that cannot be pressed much
            taken += 1
            yield pa.concat_batches([batch] * 500) if kind == "parquet" else batch

    sent: list[tuple[int, int]] = [(taken, len(piece)) for piece in STREAMED[kind](ABOUT, long(), BANGKOK, True)]
    assert sent[0][0] == 0, "the head comes before the first case is read"
    assert sent[0][1] > 0
    halfway = sum(much for at, much in sent if at <= 15)
    assert halfway > sum(much for _, much in sent) / 4, "half of the cases are read: a good part has left"


def test_geojson_has_the_features_and_what_it_is_of() -> None:
    found = orjson.loads(b"".join(STREAMED["geojson"](ABOUT, batches(), BANGKOK, True)))
    assert found["about"]["จำนวนคดี"] == "3"
    assert [one["geometry"] and one["geometry"]["coordinates"] for one in found["features"]] == [
        [100.5, 13.75], None, [100.51, 13.76],
    ]  # fmt: skip
    nothing = orjson.loads(b"".join(STREAMED["geojson"](ABOUT, [], BANGKOK, True)))
    assert nothing["features"] == []


def test_a_workbook_a_parquet_and_a_geopackage_hold_the_same(tmp_path: Path) -> None:
    made(tmp_path, batches())
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert [row[0] for row in book["incidents"].iter_rows(min_row=2, values_only=True)] == ["1", "'=2", "3"]
    assert [cell.value for cell in book["incidents"]["M"]] == ["status", "'+x", "'+x", "'+x"]
    assert [cell.value for cell in book["incidents"]["N"]] == ["arrested", True, None, False]
    assert [cell.value for cell in book["incidents"]["I"]] == ["lat", 13.75, None, 13.76]
    assert not [cell for row in book["incidents"].rows for cell in row if cell.data_type == "f"]
    assert [row[1] for row in book["about"].iter_rows(values_only=True)] == ["เหตุ", "'=1+1", "3"]
    [piece] = open_table(tmp_path / "f.xlsx").pieces()  # the importer reads it back
    assert [piece.cells(at)[0] for at in range(3)] == ["1", "'=2", "3"]
    table = pq.read_table(tmp_path / "f.parquet")
    assert table.column("incident_id").to_pylist() == ["1", "=2", "3"]
    assert json.loads(table.schema.metadata[b"about"])["จำนวนคดี"] == "3"
    places = pyogrio.read_dataframe(tmp_path / "f.gpkg", layer="incidents")
    assert list(places["incident_id"]) == ["1", "=2", "3"]
    assert [None if shape is None else (shape.x, shape.y) for shape in places.geometry] == [
        (100.5, 13.75), None, (100.51, 13.76),
    ]  # fmt: skip
    assert pyogrio.read_info(tmp_path / "f.gpkg")["layer_metadata"]["จำนวนคดี"] == "3"
    assert places.crs.to_epsg() == 4326


def test_a_sheet_holds_no_more_than_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_files, "MOST_SHEET", 2)
    with pytest.raises(TooManyRowsError):
        list(STREAMED["xlsx"](ABOUT, batches(), BANGKOK, True))


def test_a_cell_keeps_what_markup_and_blanks_it_has_and_no_more_letters_than_excel_takes() -> None:
    text = "<b>&amp; \x00 ก\ufffe\n  " + "x" * 40_000
    [_, *cells] = openpyxl.load_workbook(BytesIO(b"".join(STREAMED["xlsx"](ABOUT, batches(text), BANGKOK, True))))[
        "incidents"
    ]["O"]
    assert [len(cell.value) for cell in cells] == [32_767] * 3
    assert cells[0].value.startswith("<b>&amp;  ก\n  xx")


def test_a_file_of_nothing_is_a_file(tmp_path: Path) -> None:
    made(tmp_path, [])
    assert pq.read_table(tmp_path / "f.parquet").column_names == list(COLUMNS)
    assert len(list(openpyxl.load_workbook(tmp_path / "f.xlsx")["incidents"].rows)) == 1
    assert len(pyogrio.read_dataframe(tmp_path / "f.gpkg")) == 0
