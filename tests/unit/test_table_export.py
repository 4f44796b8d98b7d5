"""Files for a spreadsheet: text stays text, numbers stay numbers."""

from __future__ import annotations

import csv
import re
from datetime import UTC
from io import BytesIO, StringIO

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from models.formats.error_file import error_csv
from models.formats.incident_export import csv_pieces
from models.formats.problems import Problem, RowError
from models.formats.table_export import csv_table, xlsx_tables
from models.records.incident import Incident

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


#: What a spreadsheet takes for a formula, once it has left out what it does not see.
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_BEGIN = ["=", "+", "-", "@", " =", "\t=", "\x00=", "\u00a0=", "\x01@", "\ufeff=", "\u200b=", "＝", "\n="]
_SENTENCES = st.text() | st.builds(str.__add__, st.sampled_from(_BEGIN), st.text())
#: What a program leaves out in front.
_UNSEEN = "".join(chr(code) for code in range(0x20) if chr(code) not in "\t\r\n") + " \u00a0\ufeff\u200b"


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula."""
    seen = cell.lstrip(_UNSEEN)
    try:
        float(cell)
    except ValueError:
        return _FORMULA.match(seen) is not None
    return False


TOO_MANY = Problem("=x", "=ก", "=a")


@given(_SENTENCES, _SENTENCES)
def test_no_cell_of_any_export_runs(name: str, text: str) -> None:
    rows = [{f"n{name}"[:60]: text, "other": 1}]
    exports = [
        csv_table(rows).decode("utf-8-sig"),
        error_csv((text,), [RowError(1, (text, name), (TOO_MANY,))]).decode("utf-8-sig"),
        "".join(csv_pieces([incident(text)], UTC)).removeprefix("\ufeff"),
    ]
    for exported in exports:
        for line in csv.reader(StringIO(exported, newline="")):
            assert [cell for cell in line if runs(cell)] == []
    sheet = openpyxl.load_workbook(BytesIO(xlsx_tables({"t": rows})))["t"]
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert [cell.value for cell in cells if isinstance(cell.value, str) and runs(cell.value)] == []


def incident(text: str) -> Incident:
    """An incident with this in every field that holds free text."""
    return Incident(
        station="lumphini", id=text, source=text, occurred_from=1, occurred_to=None, reported_at=1, received_at=1,
        offence=text, offence_group=None, lat=None, lon=None, place_quality="none", found_by=text,
        status=text, arrested=None, description=text,
    )  # fmt: skip
