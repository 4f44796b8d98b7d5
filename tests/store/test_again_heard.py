"""A press that sounded under another name does not sound again when its device is approved or gets another unit."""

from __future__ import annotations

import pytest

from ingest.again import Again
from ingest.alarm_lane import AlarmStoring
from ingest.decode import decode_http
from ingest.http_pipeline import HttpPipeline
from ingest.sources.mqtt_client import Arrivals
from ingest.storing import Storing
from models.alarms.life import Step
from models.records.unit import Unit
from store import alarms, devices, positions, quarantine, raw, registers
from store.database import Database
from store.follower import Follower
from tests.store.test_again import NOW, THEN, follower, known, town

__all__ = ["follower", "town"]

TRACCAR = (
    b'{"position":{"latitude":13.73,"longitude":100.54,"fixTime":"2026-09-21T13:00:00Z","valid":true,'
    b'"attributes":{"alarm":"sos"}},"device":{"uniqueId":"x1"}}'
)


def arrive(db: Database, follower: Follower, payload: bytes) -> None:
    """By both lanes, as a position with a panic comes."""
    batch = [Arrivals([("positions", payload, 1, False)], THEN, 1)]
    storing = Storing(db, follower, lambda: known(db), lambda: THEN)
    AlarmStoring(storing).store(batch)
    storing.store(batch)


def raised(db: Database) -> list[tuple[str, str]]:
    with db.read() as conn:
        return [(alarm.station, alarm.origin) for alarm in alarms.alarms(conn, None)]


def fixes(db: Database, unit: str) -> int:
    with db.read() as conn:
        return len(positions.track(conn, "lumphini", unit, 0, NOW))


def register(db: Database, *sources: str, unit: str = "c2") -> None:
    with db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit=unit)], NOW)
        for source in sources:
            devices.approve(tx, source, "x1", devices.Target("lumphini", "unit", unit), "test", NOW)


def let_in(db: Database, follower: Follower) -> Again:
    work = Again(db, follower, known(db), lambda: NOW, False)
    with db.read() as conn:
        work.held(quarantine.page(conn, None, 0, NOW + 1)[0])
    return work


@pytest.mark.parametrize("closed", [False, True])
def test_a_strangers_panic_is_not_raised_again_at_its_station_when_it_is_approved(
    town: Database, follower: Follower, closed: bool
) -> None:
    arrive(town, follower, TRACCAR)
    assert raised(town) == [("_unknown", "x1")]
    if closed:
        with town.write() as tx:
            (alarm,) = alarms.open_alarms(tx.conn, None)
            for step, outcome in ((Step.ACKNOWLEDGE, ""), (Step.CLOSE, "false")):
                alarms.step(tx, alarm.id, step, by="a", role="dispatcher", origin="", now=NOW, outcome=outcome)
    register(town, "traccar")
    work = let_in(town, follower)
    assert (+work.tally.stored, +work.tally.known) == ({"position": 1}, {"alarm lane": 1})
    assert (work.tally.released, fixes(town, "c2")) == (1, 1)
    assert raised(town) == [("_unknown", "x1")]


def test_nor_is_one_that_came_by_http(town: Database, follower: Follower) -> None:
    with town.write() as tx:
        key_id, key = devices.create_key(tx, "phone", NOW)
    speaker = known(town).speaker(key)
    assert speaker is not None
    door = HttpPipeline(town, follower, lambda: known(town), lambda: NOW, decode_http, 10**9)
    door.take("osmand", b"id=x1&lat=13.7&lon=100.5&alarm=sos&timestamp=%d" % (THEN // 1000), THEN, speaker)
    register(town, "osmand")
    with town.write() as tx:
        devices.assign_key(tx, key_id, "osmand", "x1", NOW)
    work = let_in(town, follower)
    assert (work.tally.released, fixes(town, "c2")) == (1, 1)
    assert raised(town) == [("_unknown", "x1")]


def test_nor_is_one_whose_device_belongs_to_another_unit_since(town: Database, follower: Follower) -> None:
    register(town, "traccar")
    arrive(town, follower, TRACCAR)
    assert raised(town) == [("lumphini", "c2")]
    register(town, "traccar", unit="c3")
    work = Again(town, follower, known(town), lambda: NOW, False)
    with town.read() as conn:
        messages, _ = raw.page(conn, "lumphini", 0, NOW, raw.START)
    work.raw(messages)
    assert +work.tally.known == {"alarm lane": 1}
    assert raised(town) == [("lumphini", "c2")]
