"""What a file itself got wrong is a bad row with a word: nothing of it is left out or cut in silence."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.formats import guards, json_stream, sheet_cells
from models.formats.guards import MAX_CELL
from models.formats.incident_file import Context
from models.formats.problems import BadFileError, RowError
from models.formats.register_files import read_register
from models.formats.register_rows import Given
from models.formats.tables import read_table
from models.imports import opening
from models.imports.converting import Converter
from models.imports.lines import encoding_of
from models.imports.opening import open_table

CONTEXT = Context("lumphini", "file", ZoneInfo("Asia/Bangkok"), 1_793_000_000_000)
HEADER = "incident_id,occurred_at,offence"
GOOD = "2022-06-30 11:00,theft"


def converted(path: Path, sheet: str = "") -> tuple[list[str], list[RowError]]:
    """The ids of the good rows, and the bad rows."""
    table = open_table(path, sheet=sheet)
    reader = Converter(table.header, CONTEXT)
    good: list[str] = []
    bad: list[RowError] = []
    for piece in table.pieces():
        done = reader.convert(piece)
        good += [row[2] for row in done.good]
        bad += done.bad
    assert (reader.counts.good, reader.counts.bad) == (len(good), len(bad))
    return good, bad


def told(bad: list[RowError]) -> list[tuple[int, list[str]]]:
    return [(row.number, [problem.code for problem in row.problems]) for row in bad]


def csv_file(folder: Path, *lines: str) -> Path:
    path = folder / "f.csv"
    path.write_bytes("\r\n".join((HEADER, *lines, "")).encode())
    return path


def workbook(folder: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in [["incident_id", "occurred_at", "offence", "remark"], *rows]:
        book.worksheets[0].append(row)
    path = folder / "f.xlsx"
    book.save(path)
    return path


def test_a_formula_without_a_value_is_a_bad_row_unless_nobody_reads_its_column(tmp_path: Path) -> None:
    at = "2022-06-30 11:00"
    path = workbook(
        tmp_path,
        ["1", at, "theft", "=1+1"],
        ["2", '=TEXT(44742,"yyyy-mm-dd")', "theft", None],
        ["=ROW()", "=ROW()", "=ROW()", None],
        ["4", at, "theft", "x"],
    )
    good, bad = converted(path)
    assert good == ["1", "4"]
    assert told(bad) == [(3, ["formula_no_value"]), (4, ["formula_no_value"] * 3)]
    assert bad[0].en == "occurred_at: formula without a value: open and save in Excel"
    assert "เปิดไฟล์ใน Excel" in bad[0].th


def test_a_formula_that_gave_an_empty_text_has_a_value(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["1", "2022-06-30 11:00", "theft", None], ["=1", "=1", "=1", None])
    stored = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                assert body.count(b"<f>1</f>") == 3
                for cell in (b"A3", b"B3", b"C3"):
                    body = body.replace(b'r="' + cell + b'"', b'r="' + cell + b'" t="str"')
            new.writestr(name, body)
    path.write_bytes(stored.getvalue())
    assert converted(path) == (["1"], [])


def test_cells_beyond_the_header_make_a_bad_row_that_keeps_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, f"1,{GOOD}", f"2,{GOOD},lost", f"3,{GOOD},, ,", f"4,{GOOD}")
    good, bad = converted(path)
    assert good == ["1", "3", "4"]
    assert told(bad) == [(3, ["beyond_header"])]
    assert bad[0].cells == ("2", *GOOD.split(","), "lost")


def test_a_wrong_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        f'"abc"d,{GOOD}',
        f'"2",{GOOD}',
        f'"a\r\nb"c,{GOOD}',
        f"4,{GOOD}",
    )
    good, bad = converted(path)
    assert good == ["2", "4"]
    assert told(bad) == [(2, ["csv"]), (4, ["csv"])]
    assert (bad[0].cells, bad[1].cells) == ((f'"abc"d,{GOOD}',), (f'"a\r\nb"c,{GOOD}',))
    assert ("line 2 " in bad[0].en, "line 4-5 " in bad[1].en) == (True, True)


def test_a_quote_that_never_ends_names_the_line_it_begins_in(tmp_path: Path) -> None:
    path = csv_file(tmp_path, f"1,{GOOD}", f'"2,{GOOD}', f"3,{GOOD}")
    with pytest.raises(BadFileError, match="line 3-4 "):
        converted(path)


def test_a_wrong_quote_in_the_header_is_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text('"a"b,c\n1,2\n')
    with pytest.raises(BadFileError, match="line 1 "):
        open_table(tmp_path / "f.csv")


@pytest.mark.parametrize("odd", [b"\xff", b"\0"])
def test_a_byte_of_no_encoding_is_named_by_its_line(tmp_path: Path, odd: bytes) -> None:
    thai = "ก".encode()  # its last byte is none of Windows-874: UTF-8 is meant, and goes on longest
    path = tmp_path / "f.csv"
    path.write_bytes(b"\n".join([b"a,b", thai, thai, b"x" + odd, thai]))
    with pytest.raises(BadFileError, match="line 4: ") as refused:
        encoding_of(path)
    assert refused.value.problem.code == "encoding"


def test_the_first_sheet_with_cells_is_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append([" ", None])
    filled = book.create_sheet("ข้อมูล")
    for row in (HEADER.split(","), ["1", *GOOD.split(",")]):
        filled.append(row)
    book.save(tmp_path / "f.xlsx")
    assert open_table(tmp_path / "f.xlsx").sheet == "ข้อมูล"
    assert converted(tmp_path / "f.xlsx") == (["1"], [])
    with pytest.raises(BadFileError) as empty:
        open_table(tmp_path / "f.xlsx", sheet="Sheet")
    assert empty.value.problem.code == "empty_file"


def long_parquet(path: Path, text: str) -> None:
    pq.write_table(pa.table({"id": ["1", "2"], "description": [text, "x"]}), path)


def long_xlsx(path: Path, text: str) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["description"])
    book.worksheets[0].append(["PLACE"])
    book.save(path)
    stored = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"PLACE", text.encode()))
    path.write_bytes(stored.getvalue())


@pytest.mark.parametrize("name", ["f.parquet", "f.xlsx"])
def test_a_cell_of_more_letters_than_one_may_have_is_refused(tmp_path: Path, name: str) -> None:
    write = long_parquet if name == "f.parquet" else long_xlsx
    path = tmp_path / name
    write(path, "ก" * MAX_CELL)  # letters are counted, not bytes
    assert sum(len(piece.numbers) for piece in open_table(path).pieces()) >= 1
    write(path, "x" * (MAX_CELL + 1))
    with pytest.raises(BadFileError) as refused:
        list(open_table(path).pieces())
    assert refused.value.problem.code == "cell_too_long"


def test_a_parquet_is_opened_within_the_limit_of_who_asks(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pq.write_table(
        pa.table({"a": pa.array(["x" * 1_000_000 + str(n) for n in range(120)])}), path, compression="zstd"
    )
    assert path.stat().st_size < 1_000_000
    with pytest.raises(BadFileError) as refused:
        open_table(path, most_bytes=20 << 20)
    assert refused.value.problem.code == "unpacks_too_big"
    assert open_table(path).header == ("a",)


def _peak(path: Path) -> tuple[int, int]:
    """Rows of a file, and the most bytes held while they were read."""
    list(open_table(path).pieces())  # what is loaded once is loaded
    tracemalloc.start()
    try:
        table = open_table(path)
        rows = sum(len(piece.numbers) for piece in table.pieces())
        return rows, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_longer_geojson_takes_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PIECE", 100)
    monkeypatch.setattr(json_stream, "_CHUNK", 10_000)
    one = {"type": "Feature", "properties": {"incident_id": 1, "x": "y" * 500}, "geometry": None}
    held = {}
    for rows in (1_000, 8_000):
        path = tmp_path / f"{rows}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [one] * rows}))
        found, held[rows] = _peak(path)
        assert found == rows
    assert held[8_000] < 1.5 * held[1_000], held


def test_registers_tell_what_the_file_got_wrong_too(tmp_path: Path) -> None:
    given = Given("lumphini", 1_793_000_000_000)
    book = openpyxl.Workbook()
    for row in (["unit", "call_sign", "remark"], ["1", "=A1", None], ["2", None, "=1+1"], ["3", "x", None]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "f.xlsx")
    read = list(read_register("unit", read_table("f.xlsx", (tmp_path / "f.xlsx").read_bytes()), given))
    bad = [row for row in read if isinstance(row, RowError)]
    assert (len(read), told(bad)) == (3, [(2, ["formula_no_value"])])
    read = list(read_register("unit", read_table("f.csv", b"unit,call_sign\n1,a,lost\n2,b,,\n"), given))
    bad = [row for row in read if isinstance(row, RowError)]
    assert (len(read), told(bad), bad[0].cells) == (2, [(2, ["beyond_header"])], ("1", "a", "lost"))


def test_rows_told_far_below_the_last_possible_one_end_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_cells, "MAX_ROWS", 5_000)
    path = workbook(tmp_path, ["1", "2022-06-30 11:00", "theft", None])
    stored = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="2"', b'<row r="2000000000"').replace(b'r="A2"', b""))
    path.write_bytes(stored.getvalue())
    with pytest.raises(BadFileError, match="rows"):
        converted(path)


def test_a_workbook_that_was_made_to_grow_is_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "MAX_UNPACKED", 1 << 20)
    path = workbook(tmp_path, ["1", "2022-06-30 11:00", "theft", None])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet9.xml", b"0" * (30 << 20))
    assert path.stat().st_size * 60 < 30 << 20
    with pytest.raises(BadFileError, match="unpack"):
        open_table(path)
