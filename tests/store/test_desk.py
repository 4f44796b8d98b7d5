"""What the desk reads: histories in bounds, cameras by distance, ticks that are only added."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.alarms.life import Step
from models.records.alarm import AlarmNow
from models.records.camera import CameraPoint
from models.records.sos import EventKind, Signal
from models.records.station import Station
from store import alarms, cameras, desk, procedures, registers
from store.alarms import Place, raise_or_join
from store.database import Database, Tx
from store.errors import StorageError

NOW = 1_790_000_000_000


def press(tx: Tx, name: str, at: int, box: str = "b1") -> AlarmNow:
    signal = Signal("s", "box", box, name, at, EventKind.PRESS, at)
    return raise_or_join(tx, signal, Place("หน้าตลาด", 16.5465, 104.7270), at)


def note(tx: Tx, alarm: AlarmNow, words: str, at: int = NOW) -> AlarmNow:
    return alarms.step(tx, alarm.id, Step.NOTE, by="ก", role="dispatcher", origin="10.0.0.9", now=at, note=words)


def test_of_a_thousand_presses_the_newest_are_told_and_what_persons_did_stays(db: Database) -> None:
    with db.write() as tx:
        alarm = press(tx, "p0", NOW)
        note(tx, alarm, "early")
        for turn in range(40):
            press(tx, f"p{turn + 1}", NOW + turn + 1)
        told, left_out = desk.told_history(tx.conn, "s", alarm.id)
    assert [line.step for line in told[:2]] == ["raise", "note"]
    assert [line.step for line in told[2:]] == ["join"] * desk.MOST_JOINS
    assert [line.version for line in told] == [1, 2, *range(23, 43)]
    assert left_out == 20


def test_a_tick_is_a_line_of_the_history_and_ticking_twice_is_one(db: Database) -> None:
    with db.write() as tx:
        alarm = press(tx, "p", NOW)
        for done, at in ((True, NOW + 1), (True, NOW + 2), (False, NOW + 3), (False, NOW + 4), (True, NOW + 5)):
            procedures.tick(tx, alarm, "talk", done, "พูดคุย", lambda words, at=at: note(tx, alarm, words, at))  # type: ignore[misc]
        [tick] = procedures.ticks(tx.conn, "s", alarm.id).values()
        lines = procedures.lines(tx.conn, "s", alarm.id)
        history = alarms.history(tx.conn, "s", alarm.id)
    assert (tick.item, tick.done, tick.by, tick.at, tick.version) == ("talk", True, "ก", NOW + 5, 4)
    assert {version: line.done for version, line in lines.items()} == {2: True, 3: False, 4: True}
    assert [line.detail for line in history[1:]] == ["[x] พูดคุย", "[ ] พูดคุย", "[x] พูดคุย"]


@pytest.mark.parametrize("change", ["UPDATE procedure_tick SET done = NOT done", "DELETE FROM procedure_tick"])
def test_a_tick_can_neither_be_changed_nor_deleted(db: Database, change: str) -> None:
    with db.write() as tx:
        alarm = press(tx, "p", NOW)
        procedures.tick(tx, alarm, "talk", True, "พูดคุย", lambda words: note(tx, alarm, words))
    with pytest.raises((DBAPIError, StorageError)), db.write() as tx:
        tx.conn.execute(text(change))
    with db.read() as conn:
        assert procedures.ticks(conn, "s", alarm.id)["talk"].done


def test_the_nearest_cameras_of_the_own_station_by_metres(db: Database) -> None:
    spots = {"near": (16.5466, 104.7270), "far": (16.5490, 104.7270), "beyond": (16.6, 104.727)}
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=code, name_th="", name_en="", kind="test") for code in "st"], NOW)
        points = [CameraPoint(station="s", point=name, lat=lat, lon=lon) for name, (lat, lon) in spots.items()]
        points.append(CameraPoint(station="t", point="theirs", lat=16.5465, lon=104.7270))
        registers.put_cameras(tx, points, NOW)
    with db.read() as conn:
        mine = cameras.nearest(conn, frozenset("s"), 16.5465, 104.7270, 1000, 5)
        every = cameras.nearest(conn, None, 16.5465, 104.7270, 1000, 2)
    assert [(near.point.point, round(near.metres)) for near in mine] == [("near", 11), ("far", 278)]
    assert [near.point.point for near in every] == ["theirs", "near"]
