"""What grants mean by the register in the store is what they mean by the rule, on both databases."""

from __future__ import annotations

import unicodedata

from models.access.grants import stations_of
from models.access.scope import Scope
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION
from models.records.sos import EventKind, Signal
from models.records.station import Station
from store import alarms, registers, scopes, sos
from store.database import Database, Lane

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
    codes = [f"s{n:02d}" for n in range(20)]
    with db.write() as tx:
        rows = [Station(code=code, name_th=code, name_en=code, kind="test") for code in codes]
        registers.put_stations(tx, rows, NOW)
    for n, code in enumerate(codes * 2):
        with db.write(Lane.ALARM) as tx:
            sos.take_signal(tx, Signal(code, "box", f"b{n}", f"p{n}", NOW, EventKind.PRESS, NOW), NOW + n * 1000)
    with db.read() as conn:
        whole = alarms.alarms(conn, None, limit=1000)
        for size in (0, 1, 12, 13, 20):
            mine = frozenset(codes[:size])
            for limit in (5, 1000):
                told = alarms.alarms(conn, mine, limit=limit)
                assert told == [one for one in whole if one.station in mine][:limit]
