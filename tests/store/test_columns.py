"""Columns beside the store: the same cases as the store, renewed by what changes, and only for who may see them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from models.happenings import RegisterChanged
from models.incidents import counts
from models.incidents.answer import Hexagons
from models.incidents.filter import Filter
from models.records.imports import ImportBatch
from models.records.incident import IncidentReport
from models.records.station import Station, Zone
from store import erasing, import_runs, imports, incidents
from store.columns import Columns, PreparingError
from store.columns.reading import read
from store.database import Database
from store.registers import put_stations
from store.rows import table_of, values_of
from tests.servers import wait_until

BANGKOK = ZoneInfo("Asia/Bangkok")
ALL = Filter("days", 0, 2**60)


@pytest.fixture
def columns(db: Database) -> Iterator[Columns]:
    with db.write() as tx:
        put_stations(tx, [Station(code=code, name_th=code, name_en=code) for code in ("a", "b")], 1)
    made = Columns(db, None, lambda: 1, BANGKOK)
    yield made
    made.stop()


def report(number: int, **changes: object) -> IncidentReport:
    base = IncidentReport("a", "file", f"n{number}", 3_600_000 * number, "theft", 9_000, offence_group=2)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_first_question_is_told_that_it_is_being_prepared(columns: Columns) -> None:
    with pytest.raises(PreparingError):
        columns.ask(ALL, None)
    assert columns.wait()
    assert columns.ask(ALL, None).total == 0


def test_what_comes_in_and_what_is_taken_out_is_in_the_answer(db: Database, columns: Columns) -> None:
    assert columns.wait()
    with db.write() as tx:
        incidents.take(tx, report(1))
        imports.take_all(tx, [report(2), report(3, station="b", lat=16.5, lon=104.5, place_quality="exact")], "b1")
    wait_until(lambda: columns.ask(ALL, None).total == 3, what="three cases")
    found = columns.ask(ALL, None)
    assert (found.by_station, found.no_place, found.newest) == ({"a": 2, "b": 1}, 2, 9_000)
    assert columns.ask(ALL, frozenset({"b"})).total == 1
    points, version = columns.on_map(ALL, None)
    assert isinstance(points, list)
    assert [one.id for one in points] == ["n3"]
    assert columns.on_map(ALL, frozenset({"a"}))[0] == []
    cells, _ = columns.on_map(ALL, None, most=0)
    assert isinstance(cells, Hexagons)
    assert [one.n for one in cells.cells] == [1]
    page, total, listed = columns.rows(ALL, None)
    assert version == listed == found.version
    assert ([one.id for one in page], total) == (["n3", "n2", "n1"], 3)
    assert [batch["id"].to_pylist() for batch in columns.stream(ALL, frozenset({"a"}))] == [["n1", "n2"]]
    with db.write() as tx:
        tx.conn.execute(text("UPDATE incident SET offence = 'fraud' WHERE id IN ('n1', 'n2')"))
        tx.tell(RegisterChanged("a", "incidents", 10))
    wait_until(
        lambda: dict.fromkeys(one for one, *_ in columns.ask(ALL, None).offences) == {"fraud": None, "theft": None}
    )
    assert columns.ask(ALL, None).offences == [("fraud", 2, 2), ("theft", 2, 1)]
    with db.write() as tx:
        imports.undo(tx, "b1", 10)
    wait_until(lambda: columns.ask(ALL, None).total == 1, what="one case")


def touched(db: Database) -> set[tuple[str, str, str, str]]:
    with db.read() as conn:
        rows = conn.execute(text("SELECT station, batch, source, id FROM incident_touched"))
        return {(row.station, row.batch, row.source, row.id) for row in rows}


def test_the_database_writes_down_what_was_touched_an_import_as_one_row(db: Database, columns: Columns) -> None:
    with db.write() as tx:
        incidents.take(tx, report(1))
        imports.take_all(tx, [report(number) for number in range(1, 500)], "b1")
    assert touched(db) == {("a", "", "file", "n1"), ("a", "b1", "", "")}
    with db.write() as tx:
        tx.conn.execute(text("UPDATE incident SET id = 'other' WHERE id = 'n7'"))
    assert touched(db) >= {("a", "", "file", "n7"), ("a", "", "file", "other")}


def test_a_renewed_table_is_what_the_store_holds(db: Database, columns: Columns) -> None:
    """Whatever comes, changes and goes, renewed or read anew is the same, and only what was touched is read."""
    with db.write() as tx:
        imports.take_all(tx, [report(number, station="ab"[number % 2]) for number in range(60)], "b1")
    with db.read() as conn:
        first = read(conn, None, BANGKOK)
    with db.write() as tx:
        incidents.take(tx, report(100))
        imports.take_all(tx, [report(101), report(102)], "b2")
        tx.conn.execute(text("UPDATE incident SET status = 'closed', occurred_from = 5 WHERE id IN ('n3', 'n4')"))
        tx.conn.execute(text("DELETE FROM incident WHERE id = 'n5'"))
        tx.tell(RegisterChanged("a", "incidents", 10))
    with db.read() as conn:
        renewed, anew = read(conn, first, BANGKOK), read(conn, None, BANGKOK)
        again = read(conn, renewed, BANGKOK)
    assert (len(first.table), len(renewed.table), renewed.version) == (60, 62, 2)
    everybody = Filter("days", -1, 2**60)
    assert [counts.answer(one.table, counts.taken(one.table, everybody, None), 1) for one in (renewed, anew)] == [
        counts.answer(anew.table, counts.taken(anew.table, everybody, None), 1)
    ] * 2
    assert again.table is renewed.table
    with db.write() as tx:
        tx.conn.execute(text("DELETE FROM change WHERE seq < (SELECT MAX(seq) FROM change)"))
    assert erasing.touched(db) > 0
    with db.read() as conn:
        assert len(read(conn, first, BANGKOK).table) == 62  # too old to be renewed: read anew


def test_a_renewal_that_fails_is_tried_again_and_says_so(columns: Columns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.columns.newest.RETRY_S", 0.05)
    tried: list[int] = []

    def wrong(*_: object) -> None:
        tried.append(1)
        raise ValueError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr("store.columns.reading.read", wrong)
        columns.prepare()
        wait_until(lambda: len(tried) > 1, what="a second try")
        with pytest.raises(PreparingError) as told:
            columns.ask(ALL, None)
    assert told.value.failed
    assert columns.wait()


def test_it_is_behind_from_a_change_until_the_table_that_holds_it_stands(
    db: Database, columns: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, reading = threading.Semaphore(0), threading.Semaphore(0)

    def slowly(*given: Any) -> Any:
        found = read(*given)
        reading.release()
        assert going.acquire(timeout=30)
        return found

    assert columns.wait()
    columns.renew()
    wait_until(lambda: not behind(columns), what="up to date")
    monkeypatch.setattr("store.columns.reading.read", slowly)
    with db.write() as tx:
        incidents.take(tx, report(1))
    assert behind(columns)
    assert reading.acquire(timeout=30)
    with db.write() as tx:  # comes while the change before it is being read
        incidents.take(tx, report(2))
    going.release()
    wait_until(lambda: columns.ask(ALL, None).total == 1, what="the first")
    assert behind(columns)
    going.release()
    assert columns.wait(3)
    assert (columns.ask(ALL, None).total, behind(columns)) == (2, False)


def behind(columns: Columns) -> bool:
    assert columns.state is not None
    return columns.state.behind


def test_a_row_of_the_list_fits_the_filter_as_the_store_has_it_now(
    db: Database, columns: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write() as tx:
        for number in range(1, 5):
            incidents.take(tx, report(number))
    assert columns.wait()
    wait_until(lambda: columns.ask(ALL, None).total == 4, what="four cases")
    chosen = replace(ALL, end=2**40, groups=frozenset({2}))
    with db.write() as tx:  # told to nobody: the table is of before
        tx.conn.execute(text("UPDATE incident SET offence_group = 1 WHERE id = 'n2'"))
        tx.conn.execute(text("UPDATE incident SET occurred_from = 1099511627776 WHERE id = 'n3'"))
        tx.conn.execute(text("DELETE FROM incident WHERE id = 'n4'"))
    page, total, version = columns.rows(chosen, None)
    assert ([one.id for one in page], total) == (["n1"], 4)
    assert version == columns.ask(chosen, None).version


def test_a_file_of_several_stations_holds_the_cases_the_filter_takes(db: Database, columns: Columns) -> None:
    """Rows come a station after the other, the table of a piece is in the order of time."""
    with db.write() as tx:
        for number in range(1, 9):
            incidents.take(tx, report(number, station="ba"[number > 4], offence_group=1 + (number > 2)))
    batches = columns.stream(replace(ALL, groups=frozenset({1})), None)
    assert [one for batch in batches for one in batch["id"].to_pylist()] == ["n1", "n2"]


def test_a_zone_drawn_anew_takes_other_cases(db: Database, columns: Columns) -> None:
    with db.write() as tx:
        incidents.take(tx, report(1, lat=16.5, lon=104.5, place_quality="exact"))
    assert columns.wait()
    wait_until(lambda: columns.ask(ALL, None).total == 1, what="a case")
    here = replace(ALL, zone="a/z")
    assert columns.ask(here, None).total == 0  # no such zone: no case, not all
    for west, expected in ((104.0, 1), (105.0, 0)):
        ring = [[west, 16.0], [west + 1, 16.0], [west + 1, 17.0], [west, 17.0], [west, 16.0]]
        with db.write() as tx:
            zone = Zone(
                station="a", code="z", version=1 if expected else 2, kind="risk", area_m2=1.0, perimeter_m=1.0,
                utm_epsg=32648, valid_from=int(west), polygon=json.dumps({"type": "Polygon", "coordinates": [ring]}),
            )  # fmt: skip
            tx.conn.execute(text("UPDATE zone SET valid_to = 104"))
            tx.conn.execute(table_of(Zone).insert().values(**values_of(zone)))
        assert columns.ask(here, None).total == expected


def test_an_import_is_in_no_answer_until_it_is_finished_nor_while_it_is_undone(
    db: Database, columns: Columns
) -> None:
    with db.read() as conn:
        first = read(conn, None, BANGKOK)
    import_runs.begin(db, ImportBatch(batch="b1", station="a", source="file", begun=1, heard=1))
    rows = [tuple(getattr(report(number), one.name) for one in fields(IncidentReport)) for number in range(5)]
    import_runs.Pieces(db, "b1", lambda: 2).store(rows)
    with db.read() as conn:
        running = read(conn, first, BANGKOK)
    with db.write() as tx:
        import_runs.finish(tx, "b1", 0, 3)
    with db.read() as conn:
        done = read(conn, running, BANGKOK)
    with db.write() as tx:
        import_runs.hide(tx, "b1", None, 4)
    with db.read() as conn:
        hidden = read(conn, done, BANGKOK)
    assert [len(one.table) for one in (first, running, done, hidden)] == [0, 0, 5, 0]
