"""Tracks of many units: only of the stations asked for, only what may be drawn, cut where it is whole."""

from __future__ import annotations

import pytest

from models.picture import Picture
from models.records.position import Fix, FixFlag
from models.records.station import Station
from models.records.unit import Unit
from store import positions, registers, tracks
from store.database import Database
from tests.store.plans import plan_of

START = 1_790_000_000_000
LUMPHINI = frozenset({"lumphini"})


def fix(station: str, unit: str, second: int, flags: int = 0) -> Fix:
    return Fix(station, unit, START + second * 1000, 13.7, 100.5, 30.0, None, 5.0, None, "native", flags, START)


@pytest.fixture
def town(db: Database) -> Database:
    with db.write() as tx:
        stations = [Station(code=code, name_th=code, name_en=code) for code in ("hat_yai", "lumphini")]
        registers.put_stations(tx, stations, START)
        named = [("hat_yai", "c1"), ("lumphini", "c1"), ("lumphini", "c2"), ("lumphini", "parked")]
        registers.put_units(tx, [Unit(station=station, unit=unit) for station, unit in named], START)
        fixes = [fix(station, unit, second) for station, unit in named[:3] for second in range(0, 100, 5)]
        fixes.append(fix("lumphini", "c2", 52, FixFlag.OUT_OF_AREA))
        positions.insert_fixes(tx, fixes, Picture().units)
    return db


def test_only_the_stations_asked_for(town: Database) -> None:
    with town.read() as conn:
        found = tracks.tracks(conn, LUMPHINI, START, START + 100_000, most=1000)
        every = tracks.tracks(conn, None, START, START + 100_000, most=1000)
        none = tracks.tracks(conn, frozenset(), START, START + 100_000, most=1000)
        other = tracks.tracks(conn, LUMPHINI, START, START + 100_000, most=1000, one=("hat_yai", "c1"))
    assert [key for key, _ in found.units] == [("lumphini", "c1"), ("lumphini", "c2")]
    assert [key[0] for key, _ in every.units] == ["hat_yai", "lumphini", "lumphini"]
    assert (none.units, other.units) == ([], [])


def test_drawable_fixes_from_the_start_to_before_the_end(town: Database) -> None:
    with town.read() as conn:
        found = tracks.tracks(conn, LUMPHINI, START + 10_000, START + 60_000, most=1000, one=("lumphini", "c2"))
    ((_, track),) = found.units
    assert [(at - START) // 1000 for at in track.at] == list(range(10, 60, 5))
    assert (track.speed_kmh[0], track.heading_deg[0]) == (30.0, None)


def test_with_more_than_may_be_told_the_window_ends_earlier_and_is_whole_until_there(town: Database) -> None:
    with town.read() as conn:
        first = tracks.tracks(conn, LUMPHINI, START, START + 100_000, most=25)
        rest = tracks.tracks(conn, LUMPHINI, first.end, START + 100_000, most=25)
        whole = tracks.tracks(conn, LUMPHINI, START, START + 100_000, most=1000)
    assert (first.cut, first.end, rest.cut) == (True, START + 50_000, False)
    joined = [(key, [*track.at, *dict(rest.units)[key].at]) for key, track in first.units]
    assert joined == [(key, list(track.at)) for key, track in whole.units]


@pytest.mark.parametrize("one", [None, ("lumphini", "c1")])
def test_a_read_is_a_range_of_the_key_for_each_unit(town: Database, one: tuple[str, str] | None) -> None:
    plan = plan_of(town, tracks.fixes_of(LUMPHINI, one), first=START, last=START + 1, most=5)
    if town.dialect == "sqlite":
        assert "SCAN" not in plan
        assert "SEARCH position USING PRIMARY KEY (station=? AND unit=? AND at>? AND at<?)" in plan
        assert "TEMP B-TREE" not in plan  # the rows come in the order of the key
    else:
        assert "Seq Scan" not in plan
        assert "Index Scan using position" in plan
