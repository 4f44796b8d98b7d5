"""Registers: imports, versions of a zone, what devices say stays, and only the stations asked for are read."""

from __future__ import annotations

import pytest

from models.happenings import BoxPlaced, Happening, RegisterChanged
from models.records.camera import CameraPoint, CameraStatus
from models.records.checkpoint import Checkpoint
from models.records.sos import BoxOnline, SosBox
from models.records.station import Station, Street, Zone
from models.records.unit import StatusReport, Unit, UnitStatus
from store import boxes, cameras, registers, units
from store.database import Database
from store.registers import UnknownStationError

NOW = 1_790_000_000_000
HY, LU = frozenset({"hat_yai"}), frozenset({"lumphini"})


def station(code: str = "hat_yai", **values: object) -> Station:
    return Station.model_validate({"code": code, "name_th": "สภ.หาดใหญ่", "name_en": "Hat Yai", **values})


def zone(**values: object) -> Zone:
    content = {
        "station": "hat_yai", "code": "z1", "version": 0, "name_th": "ตลาด", "polygon": '{"type":"Polygon"}',
        "area_m2": 420_000.0, "perimeter_m": 3590.0, "utm_epsg": 32647, "valid_from": 0,
    }  # fmt: skip
    return Zone.model_validate(content | values)


@pytest.fixture
def town(db: Database) -> Database:
    with db.write() as tx:
        registers.put_stations(tx, [station(), station("lumphini")], NOW)
    return db


def heard(db: Database) -> list[Happening]:
    told: list[Happening] = []
    db.on_commit(lambda _seq, happenings: told.extend(happenings))
    return told


def test_an_import_again_changes_a_station(town: Database) -> None:
    with town.write() as tx:
        registers.put_stations(tx, [station(name_en="Hatyai", lat=7.0, lon=100.5)], NOW)
    with town.read() as conn:
        assert [(row.code, row.name_en, row.lat) for row in registers.stations(conn, HY)] == [
            ("hat_yai", "Hatyai", 7.0)
        ]


def test_a_zone_gets_versions_and_old_figures_stay(town: Database) -> None:
    told = heard(town)
    with town.write() as tx:
        assert registers.put_zone(tx, zone(), NOW).version == 1
    with town.write() as tx:
        assert registers.put_zone(tx, zone(), NOW + 5).version == 1  # the same content: no new version
    with town.write() as tx:
        assert registers.put_zone(tx, zone(ring="{}"), NOW + 6).version == 1  # what is drawn makes none either
    with town.write() as tx:
        assert registers.put_zone(tx, zone(area_m2=430_000.0, ring="{}", outline="[]"), NOW + 10).version == 2
    with town.read() as conn:
        assert [(row.area_m2, row.ring, row.outline) for row in registers.zones(conn, None)] == [
            (430_000.0, "{}", "[]")
        ]
        assert [row.area_m2 for row in registers.zones(conn, HY, at=NOW + 9)] == [420_000.0]
        assert [row.area_m2 for row in registers.zones(conn, HY, at=NOW + 10)] == [430_000.0]
        assert registers.zones(conn, LU) == []
        versions = registers.zone_versions(conn, "hat_yai", "z1")
    assert [(row.version, row.valid_from, row.valid_to) for row in versions] == [
        (1, NOW, NOW + 10),
        (2, NOW + 10, None),
    ]
    assert told == [RegisterChanged("hat_yai", "zones", NOW), RegisterChanged("hat_yai", "zones", NOW + 10)]


def test_an_import_keeps_what_a_box_said_and_its_secret(town: Database) -> None:
    told = heard(town)
    box = SosBox(station="hat_yai", box="sos-01", name_th="ตลาด", lat=7.0, lon=100.5, secret="s3cret")
    with town.write() as tx:
        registers.put_boxes(tx, [box], NOW)
    with town.write() as tx:
        assert boxes.take(tx, BoxOnline("hat_yai", "sos-01", online=True, at=NOW + 1))
    with town.write() as tx:
        registers.put_boxes(tx, [SosBox(station="hat_yai", box="sos-01", name_th="ใหม่", lat=7.1, lon=100.5)], NOW + 2)
    with town.read() as conn:
        [row] = registers.boxes(conn, None)
        assert registers.boxes(conn, LU) == []
    assert (row.name_th, row.lat, row.secret, row.online, row.heard_at) == ("ใหม่", 7.1, "s3cret", True, NOW + 1)
    assert BoxPlaced("hat_yai", "sos-01", 7.1, 100.5, "ใหม่", "") in told


def test_an_import_keeps_a_units_status(town: Database) -> None:
    with town.write() as tx:
        registers.put_units(tx, [Unit(station="hat_yai", unit="201", call_sign="สายตรวจ 201")], NOW)
    with town.write() as tx:
        assert units.take(tx, StatusReport("hat_yai", "201", NOW, UnitStatus.BUSY))
        registers.put_units(tx, [Unit(station="hat_yai", unit="201", kind="motorcycle")], NOW + 1)
    with town.read() as conn:
        [row] = registers.units(conn, HY)
    assert (row.kind, row.status, row.status_at) == ("motorcycle", "busy", NOW)


def test_an_import_keeps_what_a_camera_point_reported_but_fills_a_silent_one(town: Database) -> None:
    point = CameraPoint(station="hat_yai", point="c1", lat=7.0, lon=100.5, total=4, working=4)
    with town.write() as tx:
        registers.put_cameras(tx, [point], NOW)
        assert cameras.take(tx, CameraStatus("hat_yai", "c1", NOW, total=4, working=2, received_at=NOW))
        silent = CameraPoint(station="hat_yai", point="c2", lat=7.0, lon=100.5, total=2, working=1)
        registers.put_cameras(tx, [CameraPoint(**point.model_dump() | {"total": 5}), silent], NOW)
    with town.read() as conn:
        rows = registers.cameras(conn, HY)
    assert [(row.point, row.total, row.working) for row in rows] == [("c1", 5, 2), ("c2", 2, 1)]


def test_streets_are_replaced_as_a_whole(town: Database) -> None:
    with town.write() as tx:
        registers.put_streets(tx, "hat_yai", [Street(station="hat_yai", id=n, line="{}") for n in (1, 2)], NOW)
        registers.put_streets(tx, "hat_yai", [Street(station="hat_yai", id=3, line="{}")], NOW)
    with town.read() as conn:
        assert [row.id for row in registers.streets(conn, HY)] == [3]


def test_rows_of_a_file_go_each_to_its_register(db: Database) -> None:
    rows = [Checkpoint(station="hat_yai", box="r1", lat=7.0, lon=100.5), zone(), station()]
    with db.write() as tx:
        registers.put_rows(tx, rows, NOW)
    with db.read() as conn:
        assert [row.box for row in registers.checkpoints(conn, HY)] == ["r1"]
        assert len(registers.zones(conn, None)) == len(registers.stations(conn, None)) == 1


def test_an_unknown_station_is_named_and_nothing_is_stored(db: Database) -> None:
    def put() -> None:
        with db.write() as tx:
            registers.put_units(tx, [Unit(station="nowhere", unit="1")], NOW)

    with pytest.raises(UnknownStationError, match="no station nowhere"):
        put()
    with db.read() as conn:
        assert registers.units(conn, None) == []
