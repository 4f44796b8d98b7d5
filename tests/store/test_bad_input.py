"""Every kind of bad input an import must stand, through the product's own command: a clear word, the good rows taken,
nothing half done; and the table of `docs/import.md` says the same words."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest

import manage
from dashboard.words import word
from models.formats import faulty, guards, problems
from models.formats.problems import Problem
from models.formats.tables import NOT_TEXT
from models.imports import lines
from models.imports.converting import OUTSIDE
from models.records.station import Station
from store import import_runs, incidents, registers
from store.database import Database, open_database

HEAD = "incident_id,occurred_at,offence,lat,lon"
GOOD = "good,2022-06-30 11:00,theft,13.75,100.5"
DOCS = (Path(__file__).resolve().parents[2] / "docs" / "import.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Bad:
    """A bad file. `problem`: of its bad row or of the file as a whole (then `good` is empty); `says`: what the
    command tells of it beside; `rows`: the numbers of the bad rows; `key`: the page's word of the same."""

    name: str
    file: str
    body: bytes
    good: tuple[str, ...] = ("good",)
    rows: tuple[int, ...] = ()
    problem: Problem | None = None
    says: str = ""
    key: str = ""


def text(*rows: str, encoding: str = "utf-8", head: str = HEAD) -> bytes:
    return "\n".join((head, *rows, "")).encode(encoding)


def book(sheets: int = 1, *rows: list[object]) -> bytes:
    made = openpyxl.Workbook()
    for number in range(2, sheets + 1):
        made.create_sheet(f"แผ่น {number}")
    for row in (HEAD.split(","), GOOD.split(","), *rows):
        made.worksheets[-1].append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"\0" * (guards.MAX_UNPACKED + 1))
    return out.getvalue()


def row(value: str, column: str) -> bytes:
    """A good row, and one like it that holds `value`."""
    cells = GOOD.split(",")
    cells[0], cells[HEAD.split(",").index(column)] = "bad", value
    return text(GOOD, ",".join(cells))


THAI = "เลขคดี,วันเวลาที่เกิดเหตุ,ฐานความผิด,ละติจูด,ลองจิจูด"
TABLE = (
    Bad("cp874", "f.csv", text(GOOD, encoding="cp874", head=THAI), says="Windows-874"),
    Bad("utf-16", "f.csv", text(GOOD, encoding="utf-16", head=THAI), says="UTF-16"),
    Bad("no encoding", "f.csv", text(GOOD) + b"x\xff\xdb\xfc\n", (), problem=NOT_TEXT),
    Bad(
        "mixed dates", "f.csv",
        text("good,30/1/2565 11:00,theft,,", "other,1/2/2565 11:00,theft,,", "bad,1/30/2565 11:00,theft,,"),
        ("good", "other"), (4,), problems.BAD_DATE, "the file mixes two styles: 1 dates can only be day first, 1 only"
        " month first, 1 could be either", "imp.mixed",
    ),
    Bad("year 2454", "f.csv", row("30/6/2454 11:00", "occurred_at"), rows=(3,), problem=problems.BAD_YEAR),
    Bad("25:61", "f.csv", row("30/6/2565 25:61", "occurred_at"), rows=(3,), problem=problems.BAD_TIME),
    Bad(
        "swapped", "f.csv", text(GOOD, "bad,2022-06-30 11:00,theft,100.5,13.75"), rows=(3,), problem=problems.SWAPPED,
    ),
    Bad(
        "comma decimals", "f.csv", text("good;2022-06-30 11:00;theft;13,7563;100,5018", head=HEAD.replace(",", ";")),
    ),
    Bad(
        "unclear comma", "f.csv",
        text(GOOD.replace(",", ";"), "bad;2022-06-30 11:00;theft;13,756;100.5", head=HEAD.replace(",", ";")),
        rows=(3,), problem=problems.UNCLEAR_COMMA,
    ),
    Bad("outside", "f.csv", row("7.0", "lat"), rows=(3,), problem=OUTSIDE),
    Bad("50 sheets", "f.xlsx", book(50), says="sheet แผ่น 50 of 50", key="imp.sheet"),
    Bad("zip bomb", "f.xlsx", bomb(), (), problem=guards.BOMB),
    Bad("10,000 columns", "f.csv", text(GOOD, head=HEAD + "".join(f",c{n}" for n in range(10_000))), (),
        problem=guards.TOO_WIDE),
    Bad("formula", "f.xlsx", book(1, ["bad", "2022-06-30 11:00", '=CONCAT("the","ft")', 13.75, 100.5]), rows=(3,),
        problem=faulty.NO_VALUE),
    Bad("id twice", "f.csv", text(GOOD, "good,2022-06-30 12:00,theft,,"), rows=(3,), problem=problems.ID_TWICE),
    Bad("empty", "f.csv", b"", (), problem=guards.EMPTY),
    Bad("another kind", "f.xlsx", text(GOOD), (), problem=guards.WRONG_KIND),
)  # fmt: skip


@pytest.fixture
def store(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.chdir(tmp_path)
    for name in ("DEMO", "SECRET_KEY", "PORT", "HOST", "TIMEZONE"):
        monkeypatch.delenv(f"SSZ_{name}", raising=False)
    monkeypatch.setenv("SSZ_DATABASE_URL", sqlite_url)
    database = open_database(sqlite_url)
    with database.write() as tx:
        here = Station(code="a", name_th="ก", name_en="A", lat=13.75, lon=100.5, plausible_km=50)
        registers.put_stations(tx, [here], 1)
    return database


def ids(db: Database) -> list[str]:
    with db.read() as conn:
        return sorted(one.id for one in incidents.incidents(conn, incidents.Wanted(None)))


def brought(file: Path, *more: str) -> int:
    """The exit status of the command."""
    try:
        return manage.main(["import-incidents", str(file), "--station", "a", *more])
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_each_gets_a_word_its_good_rows_are_taken_and_nothing_is_half_done(
    bad: Bad, store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / bad.file
    file.write_bytes(bad.body)
    if not bad.good:
        assert brought(file, "--only-good") == 2
        said = capsys.readouterr().err
        assert bad.problem is not None
        assert said.startswith("manage.py: ")
        assert bad.problem.en in said
        assert ids(store) == []
        return
    if bad.rows:
        assert brought(file) == 1  # all or nothing, unless it is said
        assert ids(store) == []
    assert brought(file, "--only-good") == 0
    captured = capsys.readouterr()
    assert bad.says in captured.out + captured.err
    assert ids(store) == sorted(bad.good)
    if bad.problem is not None:
        back = csv.DictReader(StringIO((tmp_path / f"{bad.file}.errors.csv").read_text("utf-8-sig"), newline=""))
        told = [
            (int(one["row"]), bad.problem.th in one["reason_th"], bad.problem.en in one["reason_en"]) for one in back
        ]
        assert told == [(number, True, True) for number in bad.rows]
    assert brought(file, "--only-good") == 0  # the same file twice is once
    assert ids(store) == sorted(bad.good)


def test_a_file_that_changes_while_it_is_stored_leaves_nothing(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(text(GOOD))
    pieces: Callable[..., None] = import_runs.Pieces.store

    def meanwhile(self: import_runs.Pieces, rows: list[tuple[object, ...]]) -> None:
        pieces(self, rows)
        file.write_bytes(text(GOOD, GOOD.replace("good", "more")))

    with monkeypatch.context() as patched:
        patched.setattr(import_runs.Pieces, "store", meanwhile)
        assert brought(file) == 2
    assert lines.CHANGED.en in capsys.readouterr().err
    assert ids(store) == []
    assert brought(file) == 0
    assert ids(store) == ["good", "more"]


def test_the_words_stand_in_the_documentation() -> None:
    told = [bad.problem for bad in TABLE if bad.problem is not None] + [lines.CHANGED]
    words = [one for problem in told for one in (problem.th, problem.en)]
    words += [word(bad.key, language) for bad in TABLE if bad.key for language in ("th", "en")]
    words += [word("flt.not_understood", language) for language in ("th", "en")]
    assert [one for one in words if one not in DOCS] == []
