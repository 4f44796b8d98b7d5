"""Files of incidents read in pieces: quick way and exact reader say the same, and every odd file gets a word."""

from __future__ import annotations

import csv
from datetime import UTC
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.incident_file import Context, incident_columns, read_incident
from models.formats.problems import BadFileError, RowError
from models.formats.rows import Row
from models.formats.spreadsheet import spreadsheet_rows
from models.imports.converting import COLUMNS, Converted, Converter
from models.imports.days import Dates
from models.imports.ids import SeenIds
from models.imports.opening import Piece, open_table
from models.imports.quick import degrees
from models.records.incident import IncidentReport

BANGKOK = ZoneInfo("Asia/Bangkok")
CONTEXT = Context("lumphini", "file", BANGKOK, 1_793_000_000_000)
HEADER = (
    "incident_id", "occurred_at", "occurred_to", "reported_at", "offence", "offence_group", "lat", "lon", "coords",
    "place_quality", "found_by", "status", "arrested", "description",
)  # fmt: skip

_DATES = st.sampled_from(
    ["2022-06-30 11:00", "2022-06-30T11:00:00", "30/6/2565 11:00:30", "30/6/65 11.00 น.",
    "25 ก.ย. 2564 | 12:09 น.", "",
     "30 มิ.ย.2565", "6/30/2022 08:15", "2022-06-30 24:00", "25:61", "2022-06-30 25:61", "1/1/2454 10:00", "44742",
     "44742.5 11:00", "20220630 11:00", "20220630T1100", "2022-06-30T11:00:00+07:00", "2022-06-30 11:00:00.123",
     "2022-06-30 11:00:00.123456", "1656561600", "1656561600000 11:00", "๓๐/๖/๒๕๖๕ ๑๑:๐๐", "30 June 2022 1:30 pm",
     " 2022-06-30  11:00 ", "2022-02-30 11:00", "2099-01-01 00:00", "2022-06-30 at 11:00", "44742.00 11:00",
     "2022-6-1 1:00utc", "1.2.65 7:05", "2022-06-30 -1:00"]
) | st.builds(
    "{0:02d}/{1:02d}/{2} {3:02d}:{4:02d}".format, st.integers(0, 32), st.integers(0, 13), st.integers(2006, 2601),
    st.integers(0, 25), st.integers(0, 60),
)  # fmt: skip
_PLACES = st.sampled_from(
    [
        "13.7563",
        "100.5018",
        "",
        "13,7563",
        "0.0",
        "0",
        "181.5",
        "-13.5",
        "1e2",
        "nan",
        " 13.75 ",
        "13.",
        "๑๓.๗",
        "1_3.5",
    ]
)
_WORDS = st.sampled_from(
    ["", " ", "ลักทรัพย์", "theft", "Nobody's word", "x" * 201, "2", "exact", "ถนน", "สายตรวจ",
    "yes", "ยังจับกุมไม่ได้", "กลุ่มที่ ๒",
     "a  b\u200b", "=1+1"]
)  # fmt: skip
_ROW = st.tuples(
    st.sampled_from(["1", "2", "", "x" * 65, " 7 ", "A-1"]), _DATES, st.sampled_from(["", "", "2022-07-01 11:00"]),
    _DATES, _WORDS, _WORDS, _PLACES, _PLACES, st.sampled_from(["", "", "13.75, 100.5"]), _WORDS,
    _WORDS, _WORDS, _WORDS,
    _WORDS,
)  # fmt: skip


def exact(row: tuple[str, ...], context: Context) -> IncidentReport | RowError:
    return read_incident(Row(incident_columns(HEADER), 2, row), context)


@given(_ROW, st.booleans(), st.sampled_from([BANGKOK, UTC, ZoneInfo("America/Vancouver")]))
def test_the_quick_way_says_what_the_exact_reader_says(
    row: tuple[str, ...], month_first: bool, zone: ZoneInfo
) -> None:
    context = Context("lumphini", "file", zone, CONTEXT.now, month_first=month_first)
    done = Converter(HEADER, context).convert(Piece([2], [[cell] for cell in row]))
    said = exact(row, context)
    if isinstance(said, RowError):
        assert done == Converted([], [said], [])
    else:
        assert [dict(zip(COLUMNS, values, strict=True)) for values in done.good] == [
            {name: getattr(said, name) for name in COLUMNS}
        ]


def test_plain_rows_do_go_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would compare the exact reader with itself."""
    monkeypatch.setattr("models.imports.converting.read_incident", lambda *_: pytest.fail("not the quick way"))
    row = ["1", "30/6/2565 11:00:30", "", "2022-06-30 11:30", "ลักทรัพย์", "", "13.7563", "100.5018", "", "ถนน"]
    row += ["สายตรวจ", "", "yes", "ok"]
    done = Converter(HEADER, CONTEXT).convert(Piece([2], [[cell] for cell in row]))
    assert (len(done.good), done.bad) == (1, [])


@pytest.mark.parametrize("cell", ["13.7\n100.5", "13.7\n", "\n13.7", "\n"])
def test_a_break_of_lines_within_a_coordinate_is_for_the_exact_reader(cell: str) -> None:
    assert degrees(["13.75", cell, "", "42"]) == ([13.75, None, None, 42.0], [1])
    assert degrees(["13.75", ""]) == ([13.75, None], [])


def test_one_odd_cell_sends_its_own_row_only_to_the_exact_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def reader(row: Row, context: Context) -> IncidentReport | RowError:
        asked.append(row.number)
        return read_incident(row, context)

    monkeypatch.setattr("models.imports.converting.read_incident", reader)
    lats = ["13.7563", "13,7563", "13", "", "1e1"]
    columns = [
        ["1", "2", "3", "4", "5"],
        ["2022-06-30 11:00"] * 5,
        ["x"] * 5,
        lats,
        ["100.5", "100.5", "100", "", "100"],
    ]
    done = Converter(("id", "occurred_at", "offence", "lat", "lon"), CONTEXT).convert(Piece(range(2, 7), columns))
    assert asked == [3, 6]
    assert len(done.good) + len(done.bad) == 5


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), max_size=60), st.integers(1, 7))
def test_an_id_again_is_the_same_row_or_a_wrong_one(rows: list[tuple[str, int]], size: int) -> None:
    seen = SeenIds()
    wrong: list[int] = []
    first: dict[str, int] = {}
    for start in range(0, len(rows), size):
        piece = rows[start : start + size]
        told = seen.other_content([name for name, _ in piece], [content for _, content in piece])
        wrong += [start + index for index in told]
    expected = [index for index, (name, said) in enumerate(rows) if first.setdefault(name, said) != said]
    assert wrong == expected


@pytest.mark.parametrize(
    ("texts", "order", "sure", "mixed", "era"),
    [
        (["30/6/2565", "1/2/2565"], "day", True, False, "be"),
        (["6/30/2022", "1/2/2022"], "month", True, False, "ce"),
        (["6/30/2022", "30/6/2565"], "day", True, True, "both"),
        (["1/2/65", "3/4/65"], "day", False, False, ""),
        (["๓๐/๖/๒๕๖๕"], "day", True, False, "be"),
        (["2022-06-30", "30 มิ.ย. 2565"], "day", True, False, "both"),
    ],
)
def test_the_style_of_dates_is_found_over_the_file(
    texts: list[str], order: str, sure: bool, mixed: bool, era: str
) -> None:
    dates = Dates()
    dates.see(texts)
    assert (dates.order, dates.sure, dates.mixed, dates.era) == (order, sure, mixed, era)


def text_file(folder: Path, encoding: str, rows: list[list[str]], name: str = "f.csv") -> Path:
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    path = folder / name
    path.write_bytes(out.getvalue().encode(encoding))
    return path


ROWS = [
    ["เลขคดี", "วันเวลาที่เกิดเหตุ", "ฐานความผิด"],
    ["1", "30/6/2565 11:00", "ลักทรัพย์"],
    ["", "", ""],
    ["2", "1/7/2565", "x"],
]


def read(path: Path, sheet: str = "") -> list[list[str]]:
    return [
        list(piece.cells(at)) for piece in open_table(path, sheet=sheet).pieces() for at in range(len(piece.numbers))
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_thai_text_is_read_in_every_encoding_it_comes_in(tmp_path: Path, encoding: str) -> None:
    path = text_file(tmp_path, encoding, ROWS)
    assert read(path) == [ROWS[1], ROWS[3]]
    found = open_table(path)
    assert found.encoding == {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    assert [piece.numbers for piece in found.pieces()] == [[2, 4]]  # as a spreadsheet counts


def test_an_encoding_that_shows_only_late_in_the_file_is_found(tmp_path: Path) -> None:
    rows = [["a", "b", "c"], *([["1", "2", "3"]] * 200_000), ["1", "ก", "3"]]
    path = text_file(tmp_path, "cp874", rows)
    assert path.stat().st_size > 1 << 20
    assert open_table(path).encoding == "cp874"


def test_a_workbook_of_fifty_sheets_lets_one_be_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number in range(1, 50):
        book.create_sheet(f"แผ่น {number}").append([f"h{number}", "=1+1"])
    book.worksheets[0].append(["first"])
    book["แผ่น 7"].append(["x", "=2+2"])
    path = tmp_path / "f.xlsx"
    book.save(path)
    table = open_table(path, sheet="แผ่น 7")
    assert (table.header, table.sheet, len(table.sheets)) == (
        ("h7",),
        "แผ่น 7",
        50,
    )  # a formula nobody computed: empty, and told (test_imports_faults)
    assert [piece.columns for piece in table.pieces()] == [[("x",)]]
    assert open_table(path).sheet == "Sheet"
    with pytest.raises(BadFileError, match="no sheet"):
        open_table(path, sheet="แผ่น 99")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("f.csv", b"", "empty_file"),
        ("f.csv", b"\xef\xbb\xbf\r\n , \r\n", "empty_file"),
        ("f.xlsx", b"id,date\n1,2\n", "wrong_kind"),
        ("f.csv", b"PK\x03\x04", "wrong_kind"),
        ("f.csv", ",".join(f"c{n}" for n in range(10_000)).encode(), "too_wide"),
        ("f.csv", b'a,b\n"1,2\n', "csv"),
        ("f.csv", b"a,\x00b\n", "encoding"),
        ("f.pdf", b"%PDF", "unknown_kind"),
        ("f.geojson", b"{", "unreadable"),
        ("f.parquet", b"PAR1 and no more", "unreadable"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_gets_a_word(tmp_path: Path, name: str, body: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(BadFileError) as told:
        list(open_table(path).pieces())
    assert told.value.problem.code == code


def test_a_cell_far_below_makes_no_million_rows_of_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["id", "offence"])
    book.worksheets[0].cell(row=100_000, column=2, value="x")
    book.save(tmp_path / "f.xlsx")
    rows = list(spreadsheet_rows(tmp_path / "f.xlsx"))
    assert (len(rows), sum(map(len, rows)), rows[-1]) == (100_000, 4, ["", "x"])
    [piece] = open_table(tmp_path / "f.xlsx").pieces()
    assert (list(piece.numbers), piece.cells(0)) == ([100_000], ("", "x"))


def test_a_parquet_that_unpacks_to_more_than_an_upload_may_is_refused(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000, pa.int32()), pa.array(["x" * 50_000]))
    pq.write_table(pa.table({"description": text}), tmp_path / "f.parquet")
    assert (tmp_path / "f.parquet").stat().st_size < 200_000
    with pytest.raises(BadFileError) as refused:
        list(open_table(tmp_path / "f.parquet", most_bytes=20 << 20).pieces())
    assert refused.value.problem.code == "unpacks_too_big"


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = text_file(tmp_path, "utf-8", [["a"], *([str(n)] for n in range(25_000))])
    pieces = open_table(path).pieces()
    assert len(next(pieces).numbers) == 10_000
    with path.open("a") as file:
        file.write("more\n")
    with pytest.raises(BadFileError) as told:
        list(pieces)
    assert told.value.problem.code == "changed"


def test_parquet_is_read_as_its_text(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pq.write_table(pa.table({"id": [1, 2], "lat": [13.5, None], "t": pa.array([0, 1], pa.timestamp("ms"))}), path)
    assert read(path) == [["1", "13.5", "1970-01-01T00:00:00"], ["2", "", "1970-01-01T00:00:00.001000"]]


def test_a_mapped_column_that_is_missing_is_named() -> None:
    mapping = {"incident_id": "no", "offence": "what"}
    with pytest.raises(BadFileError, match="no column what for offence"):
        Converter(("no", "occurred_at"), CONTEXT, mapping=mapping)
    columns = Converter(("no", "offence", "what", "occurred_at"), CONTEXT, mapping=mapping).columns
    assert dict(columns.places) == {"occurred_at": 3, "incident_id": 0, "offence": 2}
    assert columns.ignored == ("offence",)


def test_what_the_rows_hold_is_counted() -> None:
    reader = Converter(HEADER, CONTEXT, plausible=lambda lat, _lon: lat < 20)
    said = {"occurred_at": "2022-06-30 11:00", "offence": "theft", "lat": "13.75", "lon": "100.50"}
    changed: list[dict[str, str]] = [
        {}, {"lat": "", "lon": ""}, {"occurred_at": "30/6/2565"}, {"offence": "Nobody's word"},
        {"offence": "quarrel"}, {"lat": "100.50", "lon": "13.75"}, {"lat": "45.5"}, {"occurred_at": "1/1/2454"},
        {"occurred_at": "1/1/2565 25:61"},
    ]  # fmt: skip
    rows = [
        [{**said, "incident_id": f"{n}", **one}.get(name, "") for name in HEADER] for n, one in enumerate(changed)
    ]
    done = reader.convert(Piece(range(2, 11), list(zip(*rows, strict=True))))
    counts = reader.counts
    assert (counts.good, counts.bad, counts.no_place, counts.windows, counts.no_group, counts.outside) == (
        5,
        4,
        1,
        1,
        2,
        1,
    )
    assert [(error.number, error.problems[0].code) for error in done.bad] == [
        (7, "swapped"), (8, "outside"), (9, "bad_year"), (10, "bad_time"),
    ]  # fmt: skip
    assert counts.unknown == {"Nobody's word": 1}
