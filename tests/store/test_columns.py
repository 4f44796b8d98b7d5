"""Columns beside the store: the same cases as the store, renewed by what changes, and only for who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from models.incidents.filter import Filter
from models.records.incident import IncidentReport
from models.records.station import Station
from store import imports, incidents
from store.columns import Columns, PreparingError
from store.database import Database
from store.registers import put_stations
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
    assert [one.id for one in columns.points(ALL, None) or []] == ["n3"]
    assert columns.points(ALL, frozenset({"a"})) == []
    page, total = columns.rows(ALL, None)
    assert ([one.id for one in page], total) == (["n3", "n2", "n1"], 3)
    assert [batch["id"].to_pylist() for batch in columns.stream(ALL, frozenset({"a"}))] == [["n1", "n2"]]
    with db.write() as tx:
        imports.undo(tx, "b1", 10)
    wait_until(lambda: columns.ask(ALL, None).total == 1, what="one case")
