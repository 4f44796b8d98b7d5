"""Presses that come wrong: each is one alarm, marked for what it is; never two for one press, never none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from ingest.pipeline import read_batch
from ingest.sources.mqtt_client import Arrivals
from ingest.storing import Storing
from models.records.alarm import AlarmNow
from models.records.sos import SosBox
from models.records.station import Station
from store import alarms, registry
from store.database import Database
from store.follower import Follower
from store.registers import put_boxes, put_stations

NOW = 1_790_000_000_000
YEAR = 365 * 86_400_000

Press = Callable[..., None]


@pytest.fixture
def press(db: Database) -> Press:
    """Publishes a press as it would reach ingest: topic, and fields of the payload."""
    with db.write() as tx:
        stations = [Station(code=code, name_th="ก", name_en=code) for code in ("lumphini", "hat_yai")]
        put_stations(tx, stations, NOW)
        put_boxes(tx, [SosBox(station="lumphini", box="B1", name_th="หน้าตลาด", lat=13.73, lon=100.54)], NOW)
    with db.read() as conn:
        known = registry.load(conn)
    storing = Storing(db, Follower(db, lambda: NOW), lambda: known, lambda: NOW)

    def publish(box: str = "B1", station: str = "lumphini", again: int = 1, **fields: Any) -> None:
        said = json.dumps({"id": "p1", "at": NOW - 500, "kind": "press", **fields}).encode()
        message = (f"ssz/v1/{station}/sos/{box}/event", said, 1, False)
        for _ in range(max(1, again // 100)):
            storing.write(read_batch([Arrivals([message] * min(again, 100), NOW, 1)], known))

    return publish


def the_alarm(db: Database) -> AlarmNow:
    with db.read() as conn:
        (alarm,) = alarms.open_alarms(conn, None)
    return alarm


def test_an_unknown_box(db: Database, press: Press) -> None:
    press("nobody")
    alarm = the_alarm(db)
    assert (alarm.station, alarm.origin) == ("lumphini", "nobody")
    assert set(alarm.marks.split(",")) == {"unknown_box", "unverified", "no_place"}


def test_an_unknown_box_of_a_station_nobody_registered(db: Database, press: Press) -> None:
    press("B1", "made_up")
    assert (the_alarm(db).station, "unknown_box" in the_alarm(db).marks) == ("_unknown", True)


def test_without_a_place(db: Database, press: Press) -> None:
    press("nobody", lat=None)
    assert (the_alarm(db).lat, "no_place" in the_alarm(db).marks) == (None, True)
    assert the_alarm(db).place == "nobody"  # what is known of it is told


@pytest.mark.parametrize("at", [NOW - 30 * YEAR, NOW + 5 * YEAR, NOW + 3_600_000, 0, 1])
def test_a_clock_that_cannot_be_true(db: Database, press: Press, at: int) -> None:
    press(at=at)
    alarm = the_alarm(db)
    assert ("clock_suspect" in alarm.marks, alarm.raised_at) == (True, NOW)  # our own clock says since when


def test_an_old_press_that_comes_late(db: Database, press: Press) -> None:
    press(at=NOW - 2 * 86_400_000)
    assert "late" in the_alarm(db).marks


def test_a_box_moved_to_another_station(db: Database, press: Press) -> None:
    press(station="hat_yai")
    alarm = the_alarm(db)
    assert (alarm.station, alarm.origin) == ("hat_yai", "B1")
    assert {"unknown_box", "unverified"} <= set(alarm.marks.split(","))
    press()  # and the one that stands where it always did is another box
    with db.read() as conn:
        assert {(one.station, one.presses) for one in alarms.open_alarms(conn, None)} == {
            ("hat_yai", 1),
            ("lumphini", 1),
        }


def test_the_same_press_a_thousand_times(db: Database, press: Press) -> None:
    press(again=1000)
    assert (the_alarm(db).presses, the_alarm(db).version) == (1, 1)
    with db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM sos_event")).scalar_one() == 1
        counted = conn.execute(text("SELECT count FROM source_count WHERE reason = 'duplicate'")).scalar_one()
    assert counted == 999
