"""Who lets devices in and makes keys: only for stations of one's own, and every time the audit log knows."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import text

from models.audit.deeds import Deed, Did
from models.records.sos import SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import admission, devices, registers
from store.database import Database, Tx
from store.devices import Target, UnknownDeviceError

OWN = frozenset({"lumphini"})
BY = Deed(1000, "ผู้ดูแล", "administrator", "s1", "127.0.0.1", Did.DEVICE_APPROVED)
CAR = Target("lumphini", "unit", "car1")


@pytest.fixture
def town(db: Database) -> Database:
    """Two stations with a unit and a box each, and a tracker nobody knows."""
    with db.write() as tx:
        stations = [Station(code=code, name_th=code, name_en=code) for code in ("lumphini", "hat_yai")]
        registers.put_stations(tx, stations, 1)
        registers.put_units(tx, [Unit(station=code, unit="car1") for code in ("lumphini", "hat_yai")], 1)
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", lat=13.7, lon=100.5)], 1)
        devices.heard_unknown(tx, "osmand", "t1", 5)
    return db


def deeds(db: Database) -> list[tuple[str, str, str]]:
    """What waits to be sealed: kind, station, object."""
    with db.read() as conn:
        bodies = [row.body for row in conn.execute(text("SELECT body FROM audit_waiting ORDER BY id"))]
    found = [orjson.loads(body) for body in bodies]
    return [(one["action"], one["station"], one["object"]) for one in found]


def test_a_device_is_let_in_shut_out_and_let_in_again(town: Database) -> None:
    steps: list[Callable[[Tx], None]] = [
        lambda tx: admission.admit(tx, "osmand", "t1", CAR, BY, OWN),
        lambda tx: admission.shut_out(tx, "osmand", "t1", BY, OWN),
        lambda tx: admission.admit(tx, "osmand", "t1", CAR, BY),
    ]
    for step in steps:
        with town.write() as tx:
            step(tx)
        with town.read() as conn:
            [one] = [one for one in devices.devices(conn, None) if one.source == "osmand"]
        assert one.approved_by == "ผู้ดูแล"
    assert (one.state, one.station, one.target) == ("approved", "lumphini", "car1")
    assert deeds(town) == [
        ("device.approved", "lumphini", "device:osmand:t1"),
        ("device.blocked", "lumphini", "device:osmand:t1"),
        ("device.approved", "lumphini", "device:osmand:t1"),
    ]


def test_one_that_waits_is_refused(town: Database) -> None:
    with town.write() as tx:
        admission.shut_out(tx, "osmand", "t1", BY)
    assert deeds(town) == [("device.refused", "", "device:osmand:t1")]


@pytest.mark.parametrize(
    "target",
    [
        Target("hat_yai", "unit", "car1"), Target("lumphini", "unit", "car9"), Target("lumphini", "box", "car1"),
        Target("nowhere", "unit", "car1"),
    ],
)  # fmt: skip
def test_nobody_speaks_for_what_is_not_there_or_not_ones_own(town: Database, target: Target) -> None:
    with pytest.raises(UnknownDeviceError), town.write() as tx:
        admission.admit(tx, "osmand", "t1", target, BY, OWN)
    with town.read() as conn:
        assert [one.state for one in devices.devices(conn, None) if one.source == "osmand"] == ["pending"]
    assert deeds(town) == []


def test_a_foreign_stations_device_is_not_there(town: Database) -> None:
    with town.write() as tx:
        admission.admit(tx, "osmand", "t1", Target("hat_yai", "unit", "car1"), BY)
        key_id, _ = admission.make_device_key(tx, "กุญแจ", [("osmand", "t1")], BY)
    attempts: list[Callable[[Tx], object]] = [
        lambda tx: admission.shut_out(tx, "osmand", "t1", BY, OWN),
        lambda tx: admission.admit(tx, "osmand", "t1", CAR, BY, OWN),  # taking it over
        lambda tx: admission.make_device_key(tx, "x", [("osmand", "t1")], BY, OWN),
        lambda tx: admission.make_channel_key(tx, "x", "hat_yai", "line", BY, OWN),
        lambda tx: admission.end_key(tx, key_id, BY, OWN),
    ]
    for attempt in attempts:
        with pytest.raises(UnknownDeviceError), town.write() as tx:
            attempt(tx)
    with town.read() as conn:
        assert admission.keys_of(conn, OWN) == []
        [(key, spoken)] = admission.keys_of(conn, None)
    assert (key.revoked_at, [one.target for one in spoken]) == (None, ["car1"])
    assert len(deeds(town)) == 2


def test_a_key_is_made_and_ended_and_never_written_down(town: Database) -> None:
    with town.write() as tx:
        key_id, key = admission.make_channel_key(tx, "LINE", "lumphini", "line", BY, OWN)
    with town.read() as conn:
        assert devices.load(conn).speaker(key) is not None
        bodies = str(conn.execute(text("SELECT body FROM audit_waiting")).all())
        assert key not in bodies + str(conn.execute(text("SELECT * FROM device_key")).all())
    with town.write() as tx:
        admission.end_key(tx, key_id, BY, OWN)
    with town.read() as conn:
        assert devices.load(conn).speaker(key) is None
    assert [action for action, *_ in deeds(town)] == ["device.key_created", "device.key_revoked"]
