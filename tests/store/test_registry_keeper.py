"""The registry that a sender is looked up in is the newest before the sender is called unknown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from ingest.alarm_lane import AlarmStoring
from ingest.registry_keeper import LOOKS_AT_ONCE, RegistryKeeper
from ingest.sources.mqtt_client import Arrivals
from ingest.storing import Storing
from models.happenings import Happening, SignalStored
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.sos import ALARMING, Mark, SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import checkpoints, devices, positions, quarantine, registers, registry
from store.database import Database, open_database
from store.errors import StorageError
from store.follower import Follower

NOW = 1_790_000_000_000


def put_unit(db: Database, name: str) -> None:
    with db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit=name)], NOW)


@pytest.fixture
def elsewhere(db_url: str) -> Iterator[Database]:
    """The same store as another process has it: its commits are seen in the change log only."""
    other = open_database(db_url, 1)
    with other.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ล", name_en="L", kind="test")], NOW)
    put_unit(other, "c1")
    yield other
    other.close()


@pytest.fixture
def follower(db: Database) -> Follower:
    """A follower that reads the change log only when it is asked: the slowest there can be."""
    return Follower(db, lambda: NOW)


@pytest.fixture
def keeper(db: Database, follower: Follower, elsewhere: Database) -> RegistryKeeper:
    """A keeper that loads only when it is asked."""
    keeper = RegistryKeeper(db, follower)
    keeper.follow()
    return keeper


def test_a_registration_a_moment_ago_is_known(keeper: RegistryKeeper, elsewhere: Database) -> None:
    put_unit(elsewhere, "c2")
    assert not keeper().native("lumphini", "unit", "c2")
    assert keeper.renewed().native("lumphini", "unit", "c2")
    assert keeper().native("lumphini", "unit", "c2")


def test_nothing_is_loaded_when_nothing_changed(keeper: RegistryKeeper, elsewhere: Database) -> None:
    first = keeper.renewed()
    assert keeper.renewed() is first
    with elsewhere.write() as tx:
        devices.heard_unknown(tx, "native", "lumphini/unit/ghost", NOW)
    assert keeper.renewed() is first  # a stranger who was noted makes nobody known
    put_unit(elsewhere, "c2")
    assert keeper.renewed() is not first


def test_a_store_that_cannot_be_read_is_not_an_answer(
    keeper: RegistryKeeper, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_unit(elsewhere, "c2")

    def gone(conn: object) -> devices.Registry:
        raise StorageError("gone")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.registry_keeper.load", gone)
        with pytest.raises(StorageError):
            keeper.renewed()
    assert keeper.renewed().native("lumphini", "unit", "c2")


def test_a_fix_of_a_unit_registered_a_moment_ago_is_stored(
    db: Database, follower: Follower, keeper: RegistryKeeper, elsewhere: Database
) -> None:
    storing = Storing(db, follower, keeper, lambda: NOW, renew=keeper.renewed)
    put_unit(elsewhere, "c2")
    body = b'{"at": %d, "lat": 13.73, "lon": 100.54}' % NOW
    messages = [(f"ssz/v1/lumphini/unit/{unit}/position", body, 1, False) for unit in ("c1", "c2", "ghost")]
    storing.store([Arrivals(messages, NOW, 1)])
    with db.read() as conn:
        assert [len(positions.track(conn, "lumphini", unit, 0, NOW + 1)) for unit in ("c1", "c2")] == [1, 1]
        assert [item.topic for item in quarantine.newest(conn, None)] == ["ssz/v1/lumphini/unit/ghost/position"]


def status_and_scan(storing: Storing, number: int) -> None:
    """A camera point's status and a red box scanned, once each, in one batch."""
    camera = b'{"at": %d, "total": 4, "working": %d}' % (NOW, number)
    scan = b'{"id": "s%d", "at": %d, "unit": "c1"}' % (number, NOW)
    messages = [
        ("ssz/v1/lumphini/camera/p1/status", camera, 1, False),
        ("ssz/v1/lumphini/checkpoint/r1/scan", scan, 2, False),
    ]
    storing.store([Arrivals(messages, NOW, 1)])


def test_a_camera_and_a_red_box_imported_a_moment_ago_are_heard_and_wait_no_more(
    db: Database, follower: Follower, keeper: RegistryKeeper, elsewhere: Database
) -> None:
    storing = Storing(db, follower, keeper, lambda: NOW, renew=keeper.renewed)
    status_and_scan(storing, 1)
    with db.read() as conn:
        waiting = {device.foreign_id for device in devices.devices(conn, None, "pending")}
        assert checkpoints.scans(conn, None) == []
    assert waiting == {"lumphini/camera/p1", "lumphini/checkpoint/r1"}
    with elsewhere.write() as tx:
        registers.put_cameras(tx, [CameraPoint(station="lumphini", point="p1", lat=13.73, lon=100.54)], NOW)
        registers.put_checkpoints(tx, [Checkpoint(station="lumphini", box="r1", lat=13.73, lon=100.54)], NOW)
    status_and_scan(storing, 2)
    with db.read() as conn:
        assert [row.id for row in checkpoints.scans(conn, None)] == ["s2"]
        assert [row.working for row in registers.cameras(conn, None)] == [2]
        assert devices.devices(conn, None, "pending") == []
        assert quarantine.by_reason(conn) == {"unknown_device": 2}


def test_a_press_of_a_box_imported_a_moment_ago_is_no_unknown_box(
    db: Database, follower: Follower, keeper: RegistryKeeper, elsewhere: Database
) -> None:
    lane = AlarmStoring(Storing(db, follower, keeper, lambda: NOW, renew=keeper.renewed))
    told: list[Happening] = []
    db.on_commit(lambda _seq, happenings: told.extend(happenings))
    with elsewhere.write() as tx:
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", name_th="ตู้", lat=13.7, lon=100.5)], NOW)
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b2", lat=13.7, lon=100.5)], NOW)
        devices.approve(tx, "chirpstack", "70b3d5", devices.Target("lumphini", "box", "b2"), "test", NOW)
    press = b'{"id": "e1", "at": %d, "kind": "press"}' % NOW
    button = b'{"deduplicationId": "d1", "time": "2026-09-21T14:13:20Z", "object": {"event": "press"}}'
    topics = ("ssz/v1/lumphini/sos/b1/event", "application/1/device/70b3d5/event/up", "ssz/v1/lumphini/sos/b9/event")
    messages = [(topic, button if "app" in topic else press, 1, False) for topic in topics]
    lane.store([Arrivals(messages, NOW, 1)])
    with db.read() as conn:
        found = conn.execute(text("SELECT station, origin, marks, kind FROM sos_event ORDER BY origin")).all()
    assert [(row.station, row.origin, Mark.UNKNOWN_BOX in row.marks) for row in found] == [
        ("lumphini", "b1", False), ("lumphini", "b2", False), ("lumphini", "b9", True),
    ]  # fmt: skip
    assert {row.kind for row in found} <= {kind.value for kind in ALARMING}
    # What a screen may show as not yet stored, under the name it had before its sender was known, is safe too.
    safe = [item.key for item in told if isinstance(item, SignalStored)]
    assert any(key.startswith("_unknown/box/70b3d5/") for key in safe)


def test_made_up_names_do_not_cost_a_read_each(
    db: Database, follower: Follower, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0
    keeper = RegistryKeeper(db, follower, lambda: now)
    keeper.follow()
    reads = 0
    catch_up = follower.catch_up

    def counted(conn: Connection) -> None:
        nonlocal reads
        reads += 1
        catch_up(conn)

    monkeypatch.setattr(follower, "catch_up", counted)
    for _ in range(500):
        keeper.renewed()
    assert reads == LOOKS_AT_ONCE
    now += 1_000
    put_unit(elsewhere, "c2")
    assert keeper.renewed().native("lumphini", "unit", "c2")
    assert reads == LOOKS_AT_ONCE + 1


def test_a_unit_of_any_station_is_known_by_its_name_while_it_is_approved(db: Database) -> None:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="far", name_th="f", name_en="f", kind="test")], 1)
        registers.put_units(tx, [Unit(station="far", unit="far-car")], 1)
    with db.read() as conn:
        assert registry.load(conn).a_unit_somewhere("far-car")
        assert not registry.load(conn).a_unit_somewhere("far")


def test_a_scan_in_the_name_of_a_unit_that_was_elsewhere_is_evidence_and_no_scan(
    db: Database, follower: Follower, keeper: RegistryKeeper, elsewhere: Database
) -> None:
    """Within a station the payload alone names the unit. Its own fixes speak against a name that is borrowed."""
    with elsewhere.write() as tx:
        registers.put_checkpoints(tx, [Checkpoint(station="lumphini", box="r1", lat=13.73, lon=100.54)], NOW)
    for name in ("c2", "c3"):
        put_unit(elsewhere, name)
    storing = Storing(db, follower, keeper, lambda: NOW, renew=keeper.renewed)
    place = "ssz/v1/lumphini"
    fixes = [
        (f"{place}/unit/{unit}/position", b'{"at": %d, "lat": %f, "lon": 100.54}' % (NOW - s * 1000, lat), 1, False)
        for unit, lat in (("c1", 13.73), ("c2", 13.80))
        for s in (2, 3, 4)
    ]
    scans = [
        (f"{place}/checkpoint/r1/scan", b'{"id": "of-%s", "at": %d, "unit": "%s"}' % (unit, NOW, unit), 2, False)
        for unit in (b"c1", b"c2", b"c3")
    ]
    storing.store([Arrivals([*fixes, *scans, scans[1]], NOW, 1)])
    with db.read() as conn:
        # Of c3 nothing is known: its word counts.
        assert {row.id for row in checkpoints.scans(conn, None)} == {"of-c1", "of-c3"}
        kept = quarantine.newest(conn, None)
        events = conn.execute(text("SELECT body FROM audit_waiting")).scalars().all()
    assert [(item.reason, item.topic) for item in kept] == [("identity", f"{place}/checkpoint/r1/scan")] * 2
    assert [("away by its own fixes" in body, "lumphini/checkpoint/r1" in body) for body in events] == [(True, True)]
