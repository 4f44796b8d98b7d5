"""Every way a file with cells is written, and every way a file leaves, found in the source: each has a hostile sample
or says why it needs none. A new one fails here until it is named."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formats.error_file import error_csv
from models.formats.incident_export import csv_pieces
from models.formats.incident_files import About, csv_file, xlsx_file
from models.formats.problems import Problem, RowError
from models.formats.table_export import csv_table, xlsx_tables
from models.records.incident import Incident
from tests.unit.test_source_rules import ROOMS

ROOT = Path(__file__).resolve().parents[2]

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


def of_csv(file: str) -> list[str]:
    return [cell for line in csv.reader(StringIO(file.removeprefix("\ufeff"), newline="")) for cell in line]


def of_book(file: bytes) -> list[str]:
    cells = [cell for line in openpyxl.load_workbook(BytesIO(file))["t"].iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    return [cell.value for cell in cells if isinstance(cell.value, str)]


def incident(text: str) -> Incident:
    """An incident with this in every field that holds free text."""
    return Incident(
        station="lumphini", id=text, source=text, occurred_from=1, occurred_to=None, reported_at=1, received_at=1,
        offence=text, offence_group=None, lat=None, lon=None, place_quality="none", found_by=text,
        status=text, arrested=None, description=text,
    )  # fmt: skip


def batch(text: str) -> pa.RecordBatch:
    values = incident(text.encode("utf-8", "replace").decode()).model_dump()
    return pa.RecordBatch.from_pylist([values])


def of_sheets(about: About, one: pa.RecordBatch) -> list[str]:
    book = openpyxl.load_workbook(BytesIO(b"".join(xlsx_file(about, [one], UTC, True))))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    return [cell.value for cell in cells if isinstance(cell.value, str)]


def rows(name: str, text: str) -> list[dict[str, object]]:
    return [{f"n{name}"[:60]: text, "other": 1}]


#: Where cells are written (file, function) -> the texts of a file that was written with two hostile ones.
WRITERS: dict[tuple[str, str], Callable[[str, str], list[str]]] = {
    ("models/formats/table_export.py", "csv_table"): lambda a, b: of_csv(csv_table(rows(a, b)).decode()),
    ("models/formats/table_export.py", "xlsx_tables"): lambda a, b: of_book(xlsx_tables({"t": rows(a, b)})),
    ("models/formats/error_file.py", "ErrorLines"): lambda a, b: of_csv(
        error_csv((b,), [RowError(1, (b, a), (Problem("=x", "=ก", "=a"),))]).decode()
    ),
    ("models/formats/incident_files.py", "_lines"): lambda a, b: of_csv(
        b"".join(csv_file(About(((a, b),)), [batch(b)], UTC, True)).decode()
    ),
    ("models/formats/incident_files.py", "xlsx_file"): lambda a, b: of_sheets(About(((a, b),)), batch(b)),
    ("models/formats/incident_export.py", "_line"): lambda a, b: of_csv("".join(csv_pieces([incident(b)], UTC))),
}

#: Lists of our own in the broker's folder, which only `manage.py broker` reads.
OWN = {("commands/authority.py", "_append"), ("commands/broker_folder.py", "BrokerFolder")}

#: Ways a file leaves (file, function) -> the writers of its cells; none: it has no cells (PDF, GeoJSON, KML, a font,
#: a map), or is handed what the others made.
LEAVES: dict[tuple[str, str], set[str]] = {
    ("dashboard/access/signin.py", "_file"): set(),
    ("dashboard/api/incidents.py", "incidents"): {"csv_pieces"},
    ("dashboard/audit_part.py", "listed"): {"csv_table"},
    ("dashboard/basemap/routes.py", "basemap_routes"): set(),
    ("dashboard/drill_part.py", "drill_records"): {"csv_table"},
    ("dashboard/export_part.py", "hand_out"): set(),
    ("dashboard/hotspots/leave.py", "files"): set(),
    ("dashboard/exports/track_routes.py", "_file"): set(),  # GPX: XML, in which nothing runs
    ("dashboard/api/units.py", "_gpx"): set(),  # the same
    ("dashboard/exports/routes.py", "_file"): set(),
    ("dashboard/imports/part.py", "_bad"): set(),
    ("dashboard/report/part.py", "report_buttons"): set(),
    ("dashboard/sheet/routes.py", "_made"): set(),
    ("pages/programme/equipment.py", "boxes"): {"csv_table"},
    ("pages/watch/response.py", ""): {"csv_table", "xlsx_tables"},
}

_CALLS = {"writer", "DictWriter", "Workbook", "workbook", "to_csv", "to_excel", "write_csv", "write_excel"}
_HANDS = {"File", "download_button", "StreamingResponse", "FileResponse"}


def places(rooms: tuple[str, ...], found: Callable[[ast.AST], bool]) -> Iterator[tuple[str, str, ast.Module]]:
    """Where in the source something stands: file and outermost function."""
    for file in sorted(
        one for room in rooms for one in (ROOT / room).rglob("*.py") if "node_modules" not in one.parts
    ):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for top in tree.body:
            name = top.name if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ""
            if any(found(node) for node in ast.walk(top)):
                yield str(file.relative_to(ROOT)), name, tree


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def hands(node: ast.AST) -> bool:
    named = isinstance(node, ast.Constant) and str(node.value).lower() == "content-disposition"
    return named or called(node) in _HANDS


def test_every_place_that_writes_cells_has_a_hostile_sample() -> None:
    found = {(file, name) for file, name, _ in places(ROOMS, lambda node: called(node) in _CALLS)}
    assert found == set(WRITERS) | OWN


def test_every_way_a_file_leaves_is_named_with_the_writers_of_its_cells() -> None:
    writers = {name for _, name in WRITERS} | {"csv_pieces"}
    found = {
        (file, name): {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree)} & writers
        for file, name, tree in places(("dashboard", "pages"), hands)
    }
    assert found == LEAVES


@settings(deadline=None)
@given(_SENTENCES, _SENTENCES)
def test_no_cell_of_any_export_runs(name: str, text: str) -> None:
    for where, written in WRITERS.items():
        assert [cell for cell in written(name, text) if runs(cell)] == [], where


@pytest.mark.parametrize("room", ["dashboard", "pages"])
def test_the_rule_finds_a_new_way(room: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "new.py").write_text(
        "def one(at, body):\n    at.download_button('x', body)\n\n\ndef two(out):\n    csv.writer(out)\n\n\n"
        "def three(body):\n    return Response(body, headers={'Content-Disposition': 'attachment'})\n"
    )
    monkeypatch.setattr("tests.unit.test_export_rule.ROOT", tmp_path)
    assert [name for _, name, _ in places((room,), hands)] == ["one", "three"]
    assert [name for _, name, _ in places((room,), lambda node: called(node) in _CALLS)] == ["two"]
