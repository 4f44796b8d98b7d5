"""A sheet's XML as rows of text: as openpyxl reads it, and what openpyxl never writes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from models.formats import sheet_cells
from models.formats.faulty import FaultyRow
from models.formats.problems import BadFileError
from models.formats.sheet_cells import shared_texts, sheet_rows
from models.formats.spreadsheet import Book, spreadsheet_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def plain(text: str, _style: str) -> str:
    return text


def rows(inside: str, texts: Sequence[str] = (), most: int = 1 << 20) -> list[list[str]]:
    """Of a sheet whose `sheetData` holds this."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'.encode()
    return list(sheet_rows(BytesIO(xml), texts, plain, plain, most))


def test_cells_of_every_kind_are_what_openpyxl_makes_of_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    values = [
        1, 0, -7, 2.5, 3.0, 1e-7, 1e21, 0.1 + 0.2, 123456789012345, 13.7563, True, False, "ก ข", "  x ", "a\nb",
        "007", "=1+1", None, datetime(2022, 6, 30, 11, 5, 9), datetime(1999, 12, 31), date(2022, 6, 30), time(11, 5),
        timedelta(hours=30), "#N/A",
    ]  # fmt: skip
    sheet.append(["first", *values])
    sheet.append([])
    sheet.cell(4, 3, "alone")
    book.save(tmp_path / "f.xlsx")
    # What the cells hold, by the other reader; a formula has no stored value, a day no hours.
    held = openpyxl.load_workbook(tmp_path / "f.xlsx", data_only=True).worksheets[0][1]
    first, second, third, fourth = spreadsheet_rows(tmp_path / "f.xlsx")
    assert (second, third, fourth) == ([], [], ["", "", "alone"])
    assert isinstance(first, FaultyRow)
    assert [at for at, _ in first.problems] == [values.index("=1+1") + 1]
    assert first == [
        "" if value is None
        else str(value).lower() if isinstance(value, bool)
        else value.isoformat(sep=" ") if isinstance(value, datetime) and "h" in cell.number_format
        else value.date().isoformat() if isinstance(value, datetime)
        else value.isoformat() if isinstance(value, time)
        else str(int(value)) if isinstance(value, float) and value.is_integer()
        else str(value)
        for cell, value in ((cell, cell.value) for cell in held)
    ]  # fmt: skip


def test_texts_in_runs_are_joined_and_how_they_are_said_is_left_out() -> None:
    runs = "<r><t>to</t></r><r><t>gether</t></r><rPh><t>said</t></rPh>"
    table = f'<sst xmlns="{MAIN}"><si><t>one</t></si><si>{runs}</si><si/></sst>'.encode()
    assert shared_texts(BytesIO(table), 1 << 20) == ["one", "together", ""]
    found = rows(f'<row><c t="inlineStr"><is>{runs}</is></c><c t="s"><v>1</v></c></row>', ["", "shared"])
    assert found == [["together", "shared"]]


def test_rows_and_cells_without_a_place_follow_the_ones_before() -> None:
    found = rows('<row><c><v>1</v></c><c r="C9"><v>2</v></c><c><v>3</v></c></row><row r="3"><c><v>4</v></c></row>')
    assert found == [["1", "", "2", "3"], [], ["4"]]


def test_a_row_whose_number_was_given_is_left_out_and_a_cell_twice_is_the_last() -> None:
    found = rows('<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>0</v></c></row><row r="1"><c><v>9</v></c></row>')
    assert found == [[], ["0", "1"]]


def test_names_with_a_prefix_are_names() -> None:
    xml = f'<x:worksheet xmlns:x="{MAIN}"><x:row><x:c><x:v>1</x:v></x:c></x:row></x:worksheet>'.encode()
    assert list(sheet_rows(BytesIO(xml), (), plain, plain, 1 << 20)) == [["1"]]


def test_a_formula_is_at_fault_only_without_a_value() -> None:
    [row] = rows('<row><c><f>1</f><v>2</v></c><c t="str"><f>""</f></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c>'
                 '<c><f>1</f></c></row>')  # fmt: skip
    assert row == ["2", "", "#DIV/0!"]
    assert isinstance(row, FaultyRow)
    assert [at for at, _ in row.problems] == [3]


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('<row><c r="GS1"><v>1</v></c></row>', "too_wide"),
        ('<row r="1048578"/>', "too_many_rows"),
        (f"<row><c><v>{'1' * 2_000_001}</v></c></row>", "cell_too_long"),
        (f'<row><c t="inlineStr"><is><r><t>{"x" * 1_500_000}</t></r><r><t>{"x" * 1_500_000}</t></r></is></c></row>',
         "cell_too_long"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_refused(inside: str, code: str) -> None:
    with pytest.raises(BadFileError) as told:
        rows(inside, most=1 << 23)
    assert told.value.problem.code == code


def test_more_bytes_than_allowed_and_a_document_type_in_any_encoding_are_refused() -> None:
    with pytest.raises(BadFileError, match="unpack"):
        rows("<row/>" * 1_000, most=1_000)
    hidden = f'<!DOCTYPE a [<!ENTITY b "c">]><worksheet xmlns="{MAIN}"/>'.encode("utf-16")
    for reads in (lambda: list(sheet_rows(BytesIO(hidden), (), plain, plain, 9_999)),
                  lambda: shared_texts(BytesIO(hidden), 9_999)):  # fmt: skip
        with pytest.raises(BadFileError, match="could not be read"):
            reads()


def test_a_sheet_is_read_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_cells, "_CHUNK", 1_000)
    xml = f'<worksheet xmlns="{MAIN}">{"<row><c><v>123456</v></c></row>" * 1_000}</worksheet>'.encode()
    stream = BytesIO(xml)
    found = sheet_rows(stream, (), plain, plain, 1 << 20)
    assert next(found) == ["123456"]
    assert stream.tell() == 1_000
    assert sum(1 for _ in found) == 999


def test_a_longer_sheet_takes_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_cells, "_CHUNK", 4_096)
    held = {}
    for count in (500, 4_000):
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("a")
        for number in range(count):
            sheet.append([number, 13.7563, 100.5])
        book.save(tmp_path / "f.xlsx")
        opened = Book(tmp_path / "f.xlsx")
        tracemalloc.start()
        assert sum(1 for _ in opened.rows("a")) == count
        held[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert held[4_000] < 2 * held[500], held
