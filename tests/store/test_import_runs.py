"""An import is there as a whole or not at all, hidden while it runs, and lets every other writer in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from dashboard.incidents.record import history_rows
from dashboard.words import word
from models.formats.incident_file import Context
from models.formats.problems import BadFileError, RowError
from models.imports.converting import COLUMNS, Converter
from models.imports.opening import open_table
from models.incidents.changes import EDITABLE
from models.records.imports import DONE, RUNNING, UNDONE, ImportBatch
from models.records.incident import IncidentReport
from models.records.incident_change import REGROUPED, IncidentChange
from store import import_runs, import_words, imports, incident_changes, incidents
from store.bringing_in import BadRowsError, Brought, CancelledError, Plan, bring_in, look_over
from store.database import Database, Lane
from store.import_runs import BrokenOffError
from store.imports import UnknownBatchError
from store.incidents import Wanted, count
from store.rows import add_new, table_of, values_of

NOW = 1_793_000_000_000
PLAN = Plan("a", "file", Context("a", "file", ZoneInfo("Asia/Bangkok"), NOW), {})


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """A store with a station, on each database."""
    found: Database = request.getfixturevalue("sqlite_db" if request.param == "sqlite" else "pg_db")
    with found.write() as tx:
        tx.conn.exec_driver_sql(_STATION)
    return found


_STATION = (
    "INSERT INTO station (code, name_th, name_en, kind, bureau, province, lat, lon, plausible_km)"
    " VALUES ('a', 'a', 'a', 'provincial', '', '', 13.75, 100.5, 50)"
)


def file_of(folder: Path, rows: int, *more: str) -> Path:
    path = folder / "f.csv"
    lines = [f"{n},2022-06-30 11:{n % 60:02d},ลักทรัพย์,13.75,100.5" for n in range(rows)]
    path.write_text("\n".join(["id,occurred_at,offence,lat,lon", *lines, *more]) + "\n", encoding="utf-8")
    return path


def bring(
    db: Database, path: Path, plan: Plan = PLAN, tell: Callable[[int], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Brought:  # fmt: skip
    bad: list[RowError] = []
    return bring_in(
        db, open_table(path), plan, lambda: NOW, file=path.name, errors=bad.extend, deed=lambda _tx, _run: None,
        tell=tell, stopped=stopped,
    )  # fmt: skip


def seen(db: Database) -> int:
    with db.read() as conn:
        return count(conn, Wanted(None))


def stored(db: Database) -> int:
    with db.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM incident").scalar_one())


def test_it_is_hidden_until_it_is_whole_and_an_alarm_goes_between(db: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, 21_000)
    looks: list[tuple[int, int, bool]] = []

    def tell(_done: int) -> None:
        with db.write(Lane.ALARM, patience_s=5.0) as tx:  # the lock is free between two pieces
            free = tx.conn.exec_driver_sql("SELECT 1").scalar_one() == 1
        looks.append((seen(db), stored(db), free))

    done = bring(db, path, tell=tell)
    assert looks == [(0, 10_000, True), (0, 20_000, True), (0, 21_000, True)]
    assert (done.run.state, done.run.new, done.run.known, seen(db)) == (DONE, 21_000, 0, 21_000)
    again = bring(db, path)
    assert (again.run.new, again.run.known, seen(db)) == (0, 21_000, 21_000)
    with db.write() as tx:
        import_runs.hide(tx, done.run.batch, frozenset({"a"}), NOW)
    assert (seen(db), stored(db)) == (0, 21_000)
    assert import_runs.take_out(db, done.run.batch, lambda: NOW) == 21_000
    assert stored(db) == 0
    with db.read() as conn:
        assert sorted(run.state for run in import_runs.runs(conn, None)) == [DONE, UNDONE]
        assert import_runs.runs(conn, frozenset({"b"})) == []
    with db.write() as tx, pytest.raises(UnknownBatchError):
        import_runs.hide(tx, done.run.batch, None, NOW)


def test_rows_are_counted_whatever_statements_they_are_stored_with(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_SQLITE_ROWS", 8)
    first = bring(db, file_of(tmp_path, 29)).run  # 8, 8, 8, 4 and 1
    again = bring(db, file_of(tmp_path, 40)).run
    assert (first.new, first.known, again.new, again.known, stored(db)) == (29, 0, 11, 29, 40)


def test_pieces_shrink_at_once_and_grow_by_little() -> None:
    held = import_runs._HOLD_S
    assert import_runs._next_size(4_000, 2 * held) == 2_000
    assert 4_000 < import_runs._next_size(4_000, held / 10) <= 5_000
    assert import_runs._next_size(600, 100.0) == import_runs._LEAST
    assert import_runs._next_size(8_000, 0.0) == import_runs._MOST


def test_one_that_ends_early_leaves_nothing(db: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, 12_000)
    told: list[int] = []
    with pytest.raises(CancelledError):
        bring(db, path, tell=told.append, stopped=lambda: bool(told))
    assert (told, stored(db)) == ([10_000], 0)

    def change(done: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("x,2022-06-30 11:00,y,,\n")

    with pytest.raises(BadFileError, match="changed"):
        bring(db, path, tell=change)
    assert stored(db) == 0
    bad = file_of(tmp_path, 11_000, "12000,2022-06-31 11:00,x,,", "12001,30/6/2565 11:00,x,45.0,100.5")
    with pytest.raises(BadRowsError, match="2 of 11002 rows are bad"):
        bring(db, bad)
    assert stored(db) == 0
    good = bring(db, bad, replace(PLAN, only_good=True))
    assert (good.run.new, good.run.bad, dict(good.counts.reasons)) == (11_000, 2, {"bad_date": 1, "outside": 1})
    assert bring(db, bad, replace(PLAN, only_good=True, anywhere=True)).run.new == 1


def test_one_that_was_killed_is_taken_out_by_whoever_looks_next(db: Database, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    now = [NOW]
    path = file_of(tmp_path, 11_000)

    def killed(_done: int) -> None:
        # As a killed process leaves it: what was stored stands there, hidden, and nobody tidies up.
        now[0] += import_runs.SILENT_MS
        with db.read() as conn:
            assert import_runs.broken_off(conn, now[0]) == []  # silent, but not for long enough
        now[0] += 1
        assert import_runs.take_out_broken(db, lambda: now[0]) == 1

    with pytest.raises(BrokenOffError, match="was taken out"):
        bring(db, path, tell=killed)
    assert (stored(db), import_runs.take_out_broken(db, lambda: now[0] + 10**9)) == (0, 0)


def test_one_that_was_killed_and_begun_again_at_once_is_whole(db: Database, tmp_path: Path) -> None:
    """What a killed import left hidden stands for nothing: it is neither known nor kept from the next."""
    path = file_of(tmp_path, 10)
    left = [killed(db, path, rows) for rows in (4, 2)]
    with db.write() as tx:
        import_runs.hide(tx, left[1], None, NOW)  # its undoing has begun
    with db.read() as conn:
        assert import_runs.known_among(conn, "a", "file", [str(n) for n in range(10)]) == 0
        report = next(incidents.incidents(conn, Wanted(None)), None)
    assert report is None
    live = replace(reports_of(path)[3], offence="live")
    with db.write() as tx:
        assert incidents.take(tx, live)
        assert not incidents.take(tx, live)
    done = bring(db, path)
    assert (done.run.new, done.run.known, seen(db)) == (9, 1, 10)
    assert import_runs.take_out_broken(db, lambda: NOW + 10**9) == 2
    assert (seen(db), stored(db)) == (10, 10)


def test_of_two_at_once_with_the_same_incidents_the_older_gives_up(db: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, 20)
    older = killed(db, path, 5)
    with db.write() as tx:
        assert imports.take_all(tx, reports_of(path)[:1], "live").new == 1
        assert db_state(tx.conn, older) == RUNNING  # what is seen for good takes a row and harms nobody
    assert bring(db, path).run.new == 19
    with db.write() as tx, pytest.raises(BrokenOffError):
        import_runs.finish(tx, older, 0, NOW)


def db_state(conn: Connection, batch: str) -> str:
    return next(run.state for run in import_runs.runs(conn, None) if run.batch == batch)


def reports_of(path: Path) -> list[IncidentReport]:
    table = open_table(path)
    reader = Converter(table.header, PLAN.context)
    [piece] = table.pieces()
    return [IncidentReport(*row) for row in reader.convert(piece).good]


def killed(db: Database, path: Path, rows: int) -> str:
    """Leave the first rows of a file as a killed process does: stored, hidden; returns the import."""
    run = ImportBatch(batch=imports.new_batch(), station="a", source="file", begun=NOW, heard=NOW)
    import_runs.begin(db, run)
    good = [tuple(getattr(one, name) for name in COLUMNS) for one in reports_of(path)[:rows]]
    import_runs.Pieces(db, run.batch, lambda: NOW).store(good)
    return run.batch


def test_a_look_stores_nothing_and_counts(sqlite_db: Database, tmp_path: Path) -> None:
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(_STATION)
    bring(sqlite_db, file_of(tmp_path, 3))
    path = file_of(tmp_path, 5, "9,30/6/2565,ของแปลก,,", "10,,x,,")
    found = look_over(sqlite_db, open_table(path), PLAN)
    counts = found.counts
    assert (counts.good, counts.bad, found.known) == (6, 1, 3)
    assert (counts.no_place, counts.windows, counts.no_group, dict(counts.unknown)) == (1, 1, 1, {"ของแปลก": 1})
    assert [(row.number, row.problems[0].code) for row in found.first_bad] == [(8, "required")]
    assert (found.style.order, found.style.dates.era, stored(sqlite_db)) == ("day", "both", 3)


def test_a_station_says_what_its_files_mean(sqlite_db: Database, tmp_path: Path) -> None:
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(_STATION)
        import_words.keep_mapping(tx, "a", "file", {"offence": "what"}, NOW)
        import_words.name_offence(tx, "a", "ของแปลก", import_words.meaning_of("ของแปลก", "2"), NOW)
        import_words.name_offence(tx, "a", "Lifted", import_words.meaning_of("Lifted", "theft"), NOW)
    with pytest.raises(import_words.UnknownMeaningError):
        import_words.meaning_of("x", "5")
    path = tmp_path / "f.csv"
    path.write_text("id,occurred_at,what\n1,2022-06-30 11:00,LIFTED\n2,2022-06-30 11:00,ของแปลก\n", encoding="utf-8")
    with sqlite_db.read() as conn:
        mapping = import_words.mapping(conn, "a", "file")
        assert import_words.mapping(conn, "a", "other") == {}
        context = replace(PLAN.context, classify=import_words.classifier(conn, "a"))
    bring(sqlite_db, path, replace(PLAN, mapping=mapping, context=context))
    with sqlite_db.read() as conn:
        found = sorted((one.offence, one.offence_group) for one in incidents.incidents(conn, Wanted(None)))
    assert found == [("theft", 2), ("ของแปลก", 2)]


def test_an_undo_counts_what_was_changed_by_hand_and_the_history_tells_it(db: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, 3)
    run = bring(db, path).run
    key = incident_changes.Key("a", "file", "1")

    def change(status: str, seen: int) -> None:
        with db.write() as tx:
            row = incident_changes.one(tx.conn, key)
            assert row is not None
            fields = {name: value for name, value in values_of(row).items() if name in EDITABLE} | {"status": status}
            assert incident_changes.edit(tx, key, seen, fields, "ผกก.", NOW) is not None

    def edited(of: ImportBatch) -> int:
        with db.read() as conn:
            return incident_changes.edited_of(conn, of)

    assert edited(run) == 0
    change("a", 0)
    change("b", 1)
    assert edited(run) == 1
    with db.write() as tx:  # regrouped since, it is as much changed by hand as before; one that only was is not
        for name, version in (("1", 3), ("2", 1)):
            fresh = IncidentChange(station="a", source="file", id=name, version=version, at=NOW, by="b",
                                   kind=REGROUPED, fields="{}")  # fmt: skip
            add_new(tx, table_of(IncidentChange), values_of(fresh))
    assert edited(run) == 1
    with db.write() as tx:
        import_runs.hide(tx, run.batch, None, NOW + 1, "somebody")
    with db.write() as tx:  # whoever goes on with it says nothing twice
        import_runs.hide(tx, run.batch, None, NOW + 2)
    assert import_runs.take_out(db, run.batch, lambda: NOW) == 3
    again = bring(db, path).run
    assert (again.new, edited(again)) == (3, 0)
    with db.read() as conn:
        history = incident_changes.history(conn, key)
        assert incident_changes.history(conn, key._replace(id="0")) == []
    assert [(one.version, one.kind, one.by) for one in history] == [
        (1, "edited", "ผกก."), (2, "edited", "ผกก."), (3, "regrouped", "b"), (4, "taken_out", "somebody"),
        (5, "came_again", ""),
    ]  # fmt: skip
    told = history_rows(history, True, True, ZoneInfo("Asia/Bangkok"), "th")
    assert [row[word("rec.kind", "th")] for row in told[:2]] == [
        "นำเข้าอีกครั้ง", "ถอนออกพร้อมการนำเข้า",
    ]  # fmt: skip
    change("c", 5)
    assert edited(again) == 1
