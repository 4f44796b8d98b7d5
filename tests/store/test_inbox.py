"""The watched folder: what is taken, what waits, what comes back; no look is waited for."""

from __future__ import annotations

import csv
import logging
import os
import threading
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.sources.inbox import Inbox
from models.audit.deeds import Did
from models.imports import opening
from models.imports.converting import COLUMNS
from models.incidents.changes import EDITABLE
from models.records.imports import ImportBatch
from models.records.incident import IncidentReport
from models.records.station import Station
from store import import_runs, import_words, imports, incident_changes, incidents, registers, sources
from store.database import Database, Tx
from store.errors import StorageBusyError
from store.incident_changes import Key

NOW = 1_767_200_000_000
HEAD = "incident_id,occurred_at,offence\n"


@pytest.fixture
def box(sqlite_db: Database, tmp_path: Path) -> Inbox:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="a", name_th="ก", name_en="A")], 1)
    (tmp_path / "inbox" / "a").mkdir(parents=True)
    return Inbox(sqlite_db, tmp_path / "inbox", ZoneInfo("Asia/Bangkok"), lambda: NOW)


def put(tmp_path: Path, name: str, text: str, station: str = "a") -> Path:
    file = tmp_path / "inbox" / station / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def ids(db: Database) -> list[str]:
    with db.read() as conn:
        return sorted(row.id for row in incidents.incidents(conn, incidents.Wanted(None)))


def counted(db: Database) -> dict[str, int]:
    with db.read() as conn:
        return {item.reason: item.count for item in sources.counts(conn, None) if item.source == "inbox"}


def test_a_file_is_taken_when_two_looks_agree(box: Inbox, sqlite_db: Database, tmp_path: Path) -> None:
    file = put(tmp_path, "มิ.ย.csv", HEAD + "1,30/06/2565 10:00,ลักทรัพย์\n")
    assert box.poll_once() == 0
    assert box.poll_once() == 1
    assert ids(sqlite_db) == ["1"]
    assert not file.exists()
    assert (file.parent / "done" / "มิ.ย.csv").exists()
    assert not (file.parent / "errors").exists()
    assert counted(sqlite_db) == {"accepted": 1}
    assert box.poll_once() == 0


def test_it_is_an_import_like_any_other_listed_and_undone_with_its_history(
    box: Inbox, sqlite_db: Database, tmp_path: Path
) -> None:
    with sqlite_db.write() as tx:
        import_words.name_offence(tx, "a", "เรื่องของเรา", import_words.meaning_of("เรื่องของเรา", "3"), NOW)
    rows = "1,30/06/2565 10:00,เรื่องของเรา\n2,25:61,x\n"
    put(tmp_path, "a.csv", HEAD + rows)
    box.poll_once()
    box.poll_once()
    key = Key("a", "file", "1")
    with sqlite_db.read() as conn:
        [run] = import_runs.runs(conn, frozenset({"a"}))
        before = incident_changes.one(conn, key)
    assert (run.state, run.file, run.by, run.new, run.known, run.bad) == ("done", "a.csv", "inbox", 1, 0, 1)
    assert before is not None
    assert before.offence_group == 3  # what the station has said of the name
    with sqlite_db.write() as tx:
        now = {name: getattr(before, name) for name in EDITABLE}
        incident_changes.edit(tx, key, 0, now | {"status": "ปิดคดี"}, "สมชาย", NOW + 1)
        import_runs.hide(tx, run.batch, None, NOW + 2, "สมชาย")
    assert import_runs.take_out(sqlite_db, run.batch, lambda: NOW + 3) == 1
    put(tmp_path, "b.csv", HEAD + rows)
    box.poll_once()
    box.poll_once()
    with sqlite_db.read() as conn:
        assert [one.kind for one in incident_changes.history(conn, key)] == ["edited", "taken_out", "came_again"]


def test_a_file_is_read_as_by_command_by_pieces_with_what_was_said_of_its_source(
    box: Inbox, sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PIECE", 10)
    pieces: list[int] = []
    store = import_runs.Pieces.store

    def stored(self: import_runs.Pieces, rows: list[tuple[object, ...]]) -> None:
        pieces.append(len(rows))
        store(self, rows)
        assert ids(sqlite_db) == []  # hidden until it is whole

    monkeypatch.setattr(import_runs.Pieces, "store", stored)
    with sqlite_db.write() as tx:
        registers.put_stations(
            tx, [Station(code="a", name_th="ก", name_en="A", lat=13.75, lon=100.5, plausible_km=20)], 2
        )
        import_words.keep_mapping(tx, "a", "file", {"offence": "what"}, NOW)
    rows = "".join(f"{n},2022-06-30 10:00,x,13.75,100.5\n" for n in range(25))
    put(tmp_path, "a.csv", "incident_id,occurred_at,what,lat,lon\n" + rows + "far,2022-06-30 10:00,x,7.0,100.5\n")
    box.poll_once()
    assert box.poll_once() == 1
    assert (pieces, len(ids(sqlite_db))) == ([10, 10, 5], 25)
    text = (tmp_path / "inbox" / "a" / "errors" / "a.csv.errors.csv").read_text(encoding="utf-8-sig")
    assert "outside the station's plausible area" in text
    with sqlite_db.read() as conn:
        deeds = str(conn.exec_driver_sql("SELECT body FROM audit_waiting").all())
    assert Did.INCIDENTS_IMPORTED in deeds


def test_what_a_killed_process_left_is_taken_out_first_and_the_file_is_taken_whole(
    box: Inbox, sqlite_db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = ImportBatch(batch="left", station="a", source="file", file="a.csv", by="inbox", begun=NOW, heard=NOW)
    import_runs.begin(sqlite_db, left)
    with sqlite_db.write() as tx:
        half = IncidentReport("a", "file", "1", NOW - 1, "x", NOW)
        imports.insert(tx, [(*(getattr(half, name) for name in COLUMNS), "left")])
    put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n2,2022-06-30 10:00,x\n")
    for _ in range(3):
        assert box.poll_once() == 0
    assert ids(sqlite_db) == []
    assert len([record for record in caplog.records if "not whole" in record.message]) == 1
    assert import_runs.take_out_broken(sqlite_db, lambda: NOW + 10**9) == 1
    assert box.poll_once() == 1
    assert ids(sqlite_db) == ["1", "2"]
    assert counted(sqlite_db) == {"accepted": 2}


def test_a_file_put_under_the_name_of_one_being_read_is_not_moved_away_and_none_is_half_in(
    box: Inbox, sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
    secret = tmp_path / "secret.csv"
    secret.write_text(HEAD + "of,another,folder\n")
    box.poll_once()
    store = import_runs.Pieces.store

    def meanwhile(self: import_runs.Pieces, rows: list[tuple[object, ...]]) -> None:
        store(self, rows)
        file.unlink()
        file.symlink_to(secret)

    monkeypatch.setattr(import_runs.Pieces, "store", meanwhile)
    assert box.poll_once() == 0
    assert (ids(sqlite_db), file.is_symlink()) == ([], True)
    assert not any((file.parent / "errors").glob("*"))


def test_a_file_named_on_an_old_thai_disk_is_taken(box: Inbox, sqlite_db: Database, tmp_path: Path) -> None:
    put(tmp_path, os.fsdecode(b"n\xe0.csv"), HEAD + "1,2022-06-30 10:00,x\n2,x,x\n")
    box.poll_once()
    assert box.poll_once() == 1
    with sqlite_db.read() as conn:
        assert [run.file for run in import_runs.runs(conn, None)] == ["n\ufffd.csv"]


def test_a_file_still_written_waits(box: Inbox, sqlite_db: Database, tmp_path: Path) -> None:
    put(tmp_path, "a.csv", HEAD)
    box.poll_once()
    put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
    assert box.poll_once() == 0
    assert box.poll_once() == 1
    assert ids(sqlite_db) == ["1"]


def test_a_file_replaced_under_the_same_size_waits(box: Inbox, tmp_path: Path) -> None:
    file = put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
    box.poll_once()
    other = put(tmp_path, "b.csv.part", HEAD + "2,2022-06-30 10:00,x\n")
    os.replace(other, file)
    assert box.poll_once() == 0


def test_a_file_that_vanishes_is_no_trouble(box: Inbox, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
    box.poll_once()
    file.unlink()
    assert box.poll_once() == 0
    assert caplog.records == []


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    box: Inbox, sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
    box.poll_once()
    stations = registers.stations

    def meanwhile(*args: object) -> object:
        file.write_text(HEAD, encoding="utf-8")
        return stations(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(registers, "stations", meanwhile)
    assert box.poll_once() == 0
    assert ids(sqlite_db) == []
    assert file.exists()


def test_bad_rows_come_back_and_good_ones_are_taken(box: Inbox, sqlite_db: Database, tmp_path: Path) -> None:
    file = put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n2,31/02/2565,x\n")
    box.poll_once()
    assert box.poll_once() == 1
    assert ids(sqlite_db) == ["1"]
    text = (file.parent / "errors" / "a.csv.errors.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(StringIO(text, newline=""))
    assert (row["row"], row["incident_id"]) == ("3", "2")
    assert counted(sqlite_db) == {"accepted": 1, "wrong_type": 1}


def test_a_file_nobody_can_read_comes_back_with_its_reason(box: Inbox, sqlite_db: Database, tmp_path: Path) -> None:
    file = put(tmp_path, "a.xlsx", "not a spreadsheet")
    box.poll_once()
    assert box.poll_once() == 1
    assert (file.parent / "errors" / "a.xlsx").exists()
    text = (file.parent / "errors" / "a.xlsx.errors.csv").read_text(encoding="utf-8-sig")
    assert "not what the file's name says" in text
    assert counted(sqlite_db) == {"unreadable": 1}


def test_the_same_file_again_is_only_counted(box: Inbox, sqlite_db: Database, tmp_path: Path) -> None:
    for _ in range(2):
        put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
        box.poll_once()
        box.poll_once()
    assert counted(sqlite_db) == {"accepted": 1, "duplicate": 1}
    assert len(list((tmp_path / "inbox" / "a" / "done").iterdir())) == 2


def test_what_is_not_a_file_is_left_alone(box: Inbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(HEAD + "1,2022-06-30 10:00,x\n")
    folder = tmp_path / "inbox" / "a"
    (folder / "link.csv").symlink_to(secret)
    for name in (".hidden.csv", "~$a.xlsx", "a.csv.part", "a.tmp"):
        put(tmp_path, name, HEAD)
    (tmp_path / "inbox" / "loose.csv").write_text(HEAD)
    box.poll_once()
    assert box.poll_once() == 0
    assert (folder / "link.csv").is_symlink()


def test_an_unknown_station_is_said_once_and_its_file_waits(
    box: Inbox, sqlite_db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path, "b.csv", HEAD + "1,2022-06-30 10:00,x\n", station="b")
    for _ in range(5):
        assert box.poll_once() == 0
    assert len([record for record in caplog.records if "no station b" in record.message]) == 1
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="b", name_th="ข", name_en="B")], 1)
    assert box.poll_once() + box.poll_once() == 1
    assert ids(sqlite_db) == ["1"]


def test_a_storage_that_is_away_is_said_once_and_the_file_waits(
    box: Inbox, sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")

    def away(*args: object) -> None:
        raise StorageBusyError("away")

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "flush", away)
        for _ in range(4):
            assert box.poll_once() == 0
    assert ids(sqlite_db) == []
    assert box.poll_once() == 1
    assert ids(sqlite_db) == ["1"]
    assert [record.message.rpartition("/")[2] for record in caplog.records if "a.csv" in record.message][:2] == [
        "a.csv waits: away",
        "a.csv: 1 incidents new, 0 known before, 0 rows bad",
    ]


def test_the_thread_looks_by_itself_and_ends_when_told(sqlite_db: Database, box: Inbox, tmp_path: Path) -> None:
    taken = threading.Event()
    sqlite_db.on_commit(lambda _seq, _happenings: taken.set())
    watching = Inbox(sqlite_db, tmp_path / "inbox", ZoneInfo("Asia/Bangkok"), lambda: NOW, 0.01)
    watching.start()
    put(tmp_path, "a.csv", HEAD + "1,2022-06-30 10:00,x\n")
    assert taken.wait(60)
    watching.stop()
    assert ids(sqlite_db) == ["1"]
    assert (tmp_path / "inbox" / "a" / "done" / "a.csv").exists()
