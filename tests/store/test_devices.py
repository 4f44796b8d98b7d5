"""The device registry: who may speak for whom, who waits, and with which key."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models.happenings import Happening, RegisterChanged
from models.records.base import UNKNOWN_STATION
from models.records.sos import SosBox
from models.records.station import Station, Zone
from models.records.unit import Unit
from store import devices, registers
from store.database import Database
from store.devices import NATIVE, Target, UnknownDeviceError
from store.registry import Area, Registry, fitting, load

NOW = 1_790_000_000_000


@pytest.fixture
def town(db: Database) -> Database:
    box = {"type": "Polygon", "coordinates": [[[100.45, 7.0], [100.5, 7.0], [100.5, 7.05], [100.45, 7.0]]]}
    with db.write() as tx:
        registers.put_stations(
            tx,
            [
                Station(code="hat_yai", name_th="ก", name_en="a", plausible_km=10.0),
                Station(code="lumphini", name_th="ข", name_en="b", lat=13.73, lon=100.54),
                Station(code="range", name_th="ค", name_en="c", kind="test", lat=13.73, lon=100.54),
            ],
            NOW,
        )
        zone = Zone(
            station="hat_yai", code="z", version=0, polygon=str(box).replace("'", '"'), area_m2=1.0, perimeter_m=1.0,
            utm_epsg=32647, valid_from=0,
        )  # fmt: skip
        registers.put_zone(tx, zone, NOW)
    return db


def registry(db: Database) -> Registry:
    with db.read() as conn:
        return load(conn)


def test_importing_a_unit_and_a_box_of_one_name_approves_both(town: Database) -> None:
    with town.write() as tx:
        registers.put_units(tx, [Unit(station="hat_yai", unit="7")], NOW)
        registers.put_boxes(tx, [SosBox(station="hat_yai", box="7", lat=7.0, lon=100.5, secret="k")], NOW)
    known = registry(town)
    assert known.native("hat_yai", "unit", "7")
    assert known.native("hat_yai", "box", "7")
    assert not known.native("lumphini", "unit", "7")
    assert known.resolve(NATIVE, "hat_yai/unit/7") == Target("hat_yai", "unit", "7")
    assert known.secrets == {("hat_yai", "7"): "k"}
    assert known.stations["range"] == "test"


def test_a_stranger_waits_until_approved(town: Database) -> None:
    told: list[Happening] = []
    town.on_commit(lambda _seq, happenings: told.extend(happenings))
    with town.write() as tx:
        assert devices.heard_unknown(tx, "traccar", "imei-1", NOW)
        assert not devices.heard_unknown(tx, "traccar", "imei-1", NOW + 9, count=3)
    assert registry(town).resolve("traccar", "imei-1") is None
    with town.read() as conn:
        [row] = devices.devices(conn, None, "pending")
        assert devices.devices(conn, frozenset({"hat_yai"}), "pending") == []
    assert (row.heard, row.first_seen, row.last_seen) == (4, NOW, NOW + 9)
    with town.write() as tx:
        devices.approve(tx, "traccar", "imei-1", Target("hat_yai", "unit", "7"), "admin", NOW + 10)
    assert registry(town).resolve("traccar", "imei-1") == Target("hat_yai", "unit", "7")
    with town.read() as conn:
        [row] = devices.devices(conn, frozenset({"hat_yai"}), "approved")
    assert (row.heard, row.first_seen, row.approved_by) == (4, NOW, "admin")
    assert told == [
        RegisterChanged(UNKNOWN_STATION, "devices", NOW),
        RegisterChanged("hat_yai", "devices", NOW + 10),
    ]


def test_a_blocked_device_stays_blocked_when_its_unit_is_imported_again(town: Database) -> None:
    unit = Unit(station="hat_yai", unit="7")
    with town.write() as tx:
        registers.put_units(tx, [unit], NOW)
        devices.block(tx, NATIVE, "hat_yai/unit/7", "admin", NOW)
        registers.put_units(tx, [unit], NOW)
    known = registry(town)
    assert not known.native("hat_yai", "unit", "7")
    with town.read() as conn:
        assert [(row.source, row.foreign_id) for row in devices.devices(conn, None, "blocked")] == [
            (NATIVE, "hat_yai/unit/7")
        ]
    with town.write() as tx:
        devices.approve(tx, NATIVE, "hat_yai/unit/7", Target("hat_yai", "unit", "7"), "admin", NOW)
    assert registry(town).native("hat_yai", "unit", "7")


def test_long_and_hostile_names_fit(town: Database) -> None:
    hostile = "x\x00y" + "ก" * 500
    with town.write() as tx:
        assert devices.heard_unknown(tx, "osmand", hostile, NOW)
        assert not devices.heard_unknown(tx, "osmand", hostile, NOW)
        assert devices.heard_unknown(tx, "osmand", hostile + "z", NOW)  # cut, but not mixed up
    assert len(fitting(hostile)) == 160
    with town.write() as tx:
        devices.approve(tx, "osmand", hostile, Target("hat_yai", "unit", "7"), "admin", NOW)
    assert registry(town).resolve("osmand", hostile) is not None


def test_strangers_cannot_fill_the_store(town: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MAX_PENDING", 3)
    with town.write() as tx:
        assert [devices.heard_unknown(tx, "osmand", str(n), NOW) for n in range(5)] == [
            True,
            True,
            True,
            False,
            False,
        ]


def test_a_key_is_shown_once_and_speaks_only_for_its_devices(town: Database) -> None:
    with town.write() as tx:
        key_id, key = devices.create_key(tx, "phone 7", NOW)
        devices.approve(tx, "osmand", "7", Target("hat_yai", "unit", "7"), "admin", NOW)
        devices.approve(tx, "osmand", "8", Target("hat_yai", "unit", "8"), "admin", NOW)
        devices.assign_key(tx, key_id, "osmand", "7", NOW)
        stored = " ".join(str(row) for row in tx.conn.execute(text("SELECT * FROM device_key")))
    assert key not in stored
    known = registry(town)
    speaker = known.speaker(key)
    assert speaker is not None
    assert known.may_speak(speaker, "osmand", "7")
    assert not known.may_speak(speaker, "osmand", "8")
    assert not known.may_speak(speaker, "osmand", "9")
    assert known.speaker(key + "x") is None
    with town.write() as tx:
        devices.revoke_key(tx, key_id, NOW)
    assert registry(town).speaker(key) is None
    with town.read() as conn:
        assert [row.revoked_at for row in devices.keys(conn)] == [NOW]


def test_a_channel_key_names_its_station(town: Database) -> None:
    with town.write() as tx:
        _, key = devices.create_key(tx, "LINE", NOW, station="hat_yai", channel="line")
    speaker = registry(town).speaker(key)
    assert speaker is not None
    assert (speaker.station, speaker.channel) == ("hat_yai", "line")


def test_what_is_not_there_is_named(town: Database) -> None:
    with town.write() as tx:
        with pytest.raises(UnknownDeviceError, match="no device osmand 404"):
            devices.block(tx, "osmand", "404", "admin", NOW)
        with pytest.raises(UnknownDeviceError, match="no key k"):
            devices.assign_key(tx, "k", "osmand", "404", NOW)
        with pytest.raises(UnknownDeviceError, match="no key k"):
            devices.revoke_key(tx, "k", NOW)
        key_id, _ = devices.create_key(tx, "x", NOW)
        with pytest.raises(UnknownDeviceError, match="no device osmand 404"):
            devices.assign_key(tx, key_id, "osmand", "404", NOW)


def test_the_plausible_area_is_the_zone_and_some_km(town: Database) -> None:
    known = registry(town)
    assert known.plausible("hat_yai", 7.02, 100.47)
    assert known.plausible("hat_yai", 7.05 + 9.9 / 111.2, 100.47)
    assert not known.plausible("hat_yai", 7.05 + 10.1 / 111.2, 100.47)
    assert known.plausible("lumphini", 13.73 + 49 / 111.2, 100.54)
    assert not known.plausible("lumphini", 13.73 + 51 / 111.2, 100.54)
    assert known.plausible("range", -30.0, 20.0)
    assert known.plausible("_unknown", -30.0, 20.0)


def test_the_corner_of_an_area_is_round() -> None:
    area = Area(0.0, 0.0, 1.0, 1.0, 50.0)
    side = 1.0 + 40 / 111.2
    assert area.holds(side, 0.5)
    assert not area.holds(side, side)
