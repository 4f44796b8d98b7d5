"""Files for a spreadsheet: text stays text, numbers stay numbers."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from models.formats.table_export import csv_table, xlsx_tables
from models.formats.text import clean

ROWS = [{"ชื่อ": "=1+1", "n": 3, "p50": 1.5}, {"ชื่อ": "ตู้ 1", "n": 4, "p50": None}]


def test_a_csv_opens_in_thai_and_runs_nothing() -> None:
    assert csv_table(ROWS).decode("utf-8-sig") == "ชื่อ,n,p50\r\n'=1+1,3,1.5\r\nตู้ 1,4,\r\n"
    assert csv_table(ROWS).startswith(b"\xef\xbb\xbf")


def test_an_xlsx_has_a_sheet_a_table_and_runs_nothing() -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx_tables({"box": ROWS, "none": []})))
    assert book.sheetnames == ["box", "none"]
    cells = [[(cell.value, cell.data_type) for cell in row] for row in book["box"].iter_rows(min_row=2)]
    assert cells == [
        [("'=1+1", "s"), (3, "n"), (1.5, "n")],
        [("ตู้ 1", "s"), (4, "n"), (None, "n")],
    ]


@pytest.mark.parametrize("never", ["\x01", "\ufffe", "\uffff", "\ud800"])
def test_what_xml_cannot_hold_stops_no_file(never: str) -> None:
    row = {f"n{never}ame": f"a{never}b"}
    book = openpyxl.load_workbook(BytesIO(xlsx_tables({"s": [row]})))
    assert [list(cells) for cells in book["s"].values] == [["name"], ["ab"]]
    assert csv_table([row]) == b"\xef\xbb\xbfname\r\nab\r\n"
    assert never == "\x01" or clean(f"ก{never}ข") == "กข"
