"""What grants mean by the register in the store is what they mean by the rule, on both databases."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from benchmarks.old_alarms import closed_alarm
from models.access.grants import stations_of
from models.access.scope import Scope
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION
from models.records.sos import EventKind, Signal
from models.records.station import Station
from store import alarms, registers, scopes, sos
from store.alarms.rows import ALARM, columns_of
from store.database import Database, Lane, open_database

NOW = 1_790_000_000_000

#: One bureau's name is written in two parts where others write one letter; one has blanks round it.
REGISTER = {
    "a": ("ภ.1", "อยุธยา"),
    "b": ("ภ.1 ", "สระบุรี"),
    "c": (unicodedata.normalize("NFD", "Ä1"), "อยุธยา"),
    "d": ("", ""),
}

GRANTS = (
    "", "*", "a", "a,nowhere", "bureau:ภ.1", "bureau: ภ.1 ,d", "bureau:Ä1", unicodedata.normalize("NFD", "bureau:Ä1"),
    "province:อยุธยา", "province:อยุธยา,bureau:ภ.1", "bureau:", "province:,bureau:", "province:ภูเก็ต", "bureau:ภ",
)  # fmt: skip


def put(db: Database) -> None:
    rows = [
        Station(code=code, name_th=code, name_en=code, kind="test", bureau=bureau, province=province)
        for code, (bureau, province) in REGISTER.items()
    ]
    with db.write() as tx:
        registers.put_stations(tx, rows, NOW)


def test_grants_mean_the_same_in_the_store_as_by_the_rule(db: Database) -> None:
    put(db)
    with db.read() as conn:
        register = scopes.placed(conn)
        found = scopes.granted(conn, GRANTS)
    assert found == [stations_of(text, register) for text in GRANTS]
    meant = dict(zip(GRANTS, found, strict=True))
    assert meant["bureau:ภ.1"] == frozenset({"a", "b"})
    assert meant["bureau:Ä1"] == meant[unicodedata.normalize("NFD", "bureau:Ä1")] == frozenset({"c"})
    assert meant["province:อยุธยา,bureau:ภ.1"] == frozenset({"a", "b", "c"})
    assert meant["bureau:"] == frozenset()


def test_alarms_of_no_station_are_of_a_scope_or_not(db: Database) -> None:
    put(db)
    with db.read() as conn:
        every = scopes.alarm_stations(conn, Scope(None, unknown_alarms=True))
        assert {UNKNOWN_STATION, SYSTEM_STATION, *REGISTER} <= every
        assert not {UNKNOWN_STATION, SYSTEM_STATION} & scopes.alarm_stations(conn, Scope(None))
        assert scopes.alarm_stations(conn, Scope(frozenset({"a", SYSTEM_STATION}))) == {"a"}


def test_alarms_of_few_stations_and_of_many_are_the_same_list(db: Database) -> None:
    """Many are read by another way than few: what comes must not depend on it."""
    codes = [f"s{n:02d}" for n in range(40)]
    with db.write() as tx:
        rows = [Station(code=code, name_th=code, name_en=code, kind="test") for code in codes]
        registers.put_stations(tx, rows, NOW)
    for n, code in enumerate(codes * 2):
        with db.write(Lane.ALARM) as tx:
            sos.take_signal(tx, Signal(code, "box", f"b{n}", f"p{n}", NOW, EventKind.PRESS, NOW), NOW + n * 1000)
    with db.read() as conn:
        whole = alarms.alarms(conn, None, limit=1000)
        for size in (0, 1, 2, 32, 33, 40):
            mine = frozenset(codes[:size])
            for limit in (5, 1000):
                told = alarms.alarms(conn, mine, limit=limit)
                assert told == [one for one in whole if one.station in mine][:limit]
                rest = alarms.alarms(conn, mine, limit=limit, start=NOW + 9_000, end=NOW + 70_000, only_open=True)
                assert (
                    rest
                    == [one for one in whole if one.station in mine and 9 <= (one.raised_at - NOW) / 1000 < 70][
                        :limit
                    ]
                )


def test_a_station_that_moves_is_seen_at_once_by_every_process(db: Database) -> None:
    """And one whose move was taken back is where it was: what is kept in memory follows what is committed."""
    put(db)
    other = open_database(db.url)
    asked = ["bureau:ภ.1", "province:ภูเก็ต"]

    def meant(of: Database) -> list[object]:
        with of.read() as conn:
            return list(scopes.granted(conn, asked))

    moved = Station(code="a", name_th="a", name_en="a", kind="test", bureau="", province="ภูเก็ต")

    def taken_back(of: Database) -> None:
        with of.write() as tx:
            registers.put_stations(tx, [moved], NOW)
            assert scopes.granted(tx.conn, asked) == [frozenset({"b"}), frozenset({"a"})]
            raise ZeroDivisionError

    try:
        assert meant(db) == meant(other) == [frozenset({"a", "b"}), frozenset()]
        with pytest.raises(ZeroDivisionError):
            taken_back(db)
        assert meant(db) == meant(other) == [frozenset({"a", "b"}), frozenset()]
        with other.write() as tx:
            registers.put_stations(tx, [moved], NOW)
        assert meant(db) == meant(other) == [frozenset({"b"}), frozenset({"a"})]
        with db.write() as tx:  # by hand, past our own code
            tx.conn.execute(text("UPDATE station SET province = 'ภูเก็ต' WHERE code = 'd'"))
            tx.conn.execute(text("DELETE FROM station WHERE code = 'b'"))
        assert meant(db) == meant(other) == [frozenset(), frozenset({"a", "d"})]
    finally:
        other.close()


def test_the_register_is_read_when_it_changed_and_not_at_every_question(db: Database) -> None:
    put(db)
    told: list[str] = []
    with db.read() as conn:
        scopes.granted(conn, ["bureau:ภ.1"])
        event.listen(conn, "before_cursor_execute", lambda *said: told.append(said[2]))
        scopes.granted(conn, ["*", "a,b"])
        assert told == []
        scopes.granted(conn, GRANTS)
    assert len(told) == 1
    assert "levels_mark" in told[0]


def test_the_alarms_of_a_province_are_read_by_the_index_of_their_stations(sqlite_db: Database) -> None:
    said: list[tuple[str, Any]] = []
    with sqlite_db.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *told: said.append((told[2], told[3])))
        alarms.alarms(conn, frozenset(f"s{n}" for n in range(20)))
        alarms.alarms(conn, frozenset(f"s{n}" for n in range(200)))
        (few, few_values), (many, many_values) = (one for one in said if "station" in one[0])
        of_few = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {few}", few_values).all()
        of_many = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {many}", many_values).all()
    assert any(
        "COVERING INDEX alarm_of_station (station=? AND raised_at>? AND raised_at<?)" in str(one) for one in of_few
    )
    assert any("INDEX alarm_newest" in str(one) for one in of_many)
    assert not any("TEMP B-TREE" in str(one) for one in of_many)


def test_what_is_read_on_postgresql_is_planned_for_its_values(pg_db: Database) -> None:
    """From the sixth time on PostgreSQL may take one plan for all values, which knows no list's length."""
    several = frozenset(f"s{number}" for number in range(40))
    with pg_db.read() as conn:
        for _ in range(12):
            alarms.alarms(conn, several)
        made = conn.execute(
            text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%FROM alarm%'")
        ).one()
    assert made.generic_plans == 0
    assert made.custom_plans > 0


@pytest.mark.parametrize("number", [1, 2, 40])
def test_the_newest_of_some_stations_are_the_newest_of_those(db: Database, number: int) -> None:
    """One, some and many stations are read in ways of their own."""
    codes = [f"s{n:02d}" for n in range(50)]
    with db.write() as tx:
        registers.put_stations(
            tx, [Station(code=code, name_th=code, name_en=code, kind="test") for code in codes], NOW
        )
        for n in range(150):
            tx.conn.execute(insert(ALARM), columns_of(closed_alarm(n, NOW - n * 1000)) | {"station": codes[n % 50]})
    mine = frozenset(codes[:number])
    with db.read() as conn:
        every = alarms.alarms(conn, None, limit=150)
        some = alarms.alarms(conn, mine, limit=5)
    assert [one.id for one in some] == [one.id for one in every if one.station in mine][:5]
