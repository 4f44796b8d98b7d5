"""What devices say, taken once each: status, presence, cameras, scans, reports. Order of arrival does not matter."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from models.happenings import BoxHeard, Happening, RegisterChanged
from models.records.alarm import AlarmNow
from models.records.camera import CameraPoint, CameraStatus
from models.records.checkpoint import CheckpointScan
from models.records.report import CitizenReport
from models.records.sos import BoxOnline, SosBox
from models.records.station import Station
from models.records.unit import StatusReport, Unit, UnitStatus
from store import boxes, cameras, checkpoints, registers, reports, units
from store.database import Database

NOW = 1_790_000_000_000
HY, LU = frozenset({"hat_yai"}), frozenset({"lumphini"})


@pytest.fixture
def town(db: Database) -> Database:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="hat_yai", name_th="ก", name_en="a")], NOW)
        registers.put_units(tx, [Unit(station="hat_yai", unit="201")], NOW)
        registers.put_boxes(tx, [SosBox(station="hat_yai", box="s1", lat=7.0, lon=100.5)], NOW)
        registers.put_cameras(tx, [CameraPoint(station="hat_yai", point="c1", lat=7.0, lon=100.5)], NOW)
    return db


def heard(db: Database) -> list[Happening]:
    told: list[Happening] = []
    db.on_commit(lambda _seq, happenings: told.extend(happenings))
    return told


def test_a_status_is_taken_once_and_told(town: Database) -> None:
    told = heard(town)
    report = StatusReport("hat_yai", "201", NOW, UnitStatus.ENROUTE, '[{"role":"police"}]')
    with town.write() as tx:
        assert [units.take(tx, report), units.take(tx, report)] == [True, False]
        late = replace(report, at=NOW - 1, status=UnitStatus.BUSY)
        assert [units.take(tx, late), units.take(tx, late)] == [True, False]  # history, and no news
        assert not units.take(tx, replace(report, unit="404"))
    assert told == [report]
    with town.read() as conn:
        unit = units.unit(conn, "hat_yai", "201")
        assert units.unit(conn, "hat_yai", "404") is None
        words = units.words_since(conn, "hat_yai", "201", NOW - 1)
        assert units.words_since(conn, "hat_yai", "404", 0) == []
    assert unit is not None
    assert (unit.status, unit.crew) == ("enroute", '[{"role":"police"}]')
    assert [(word.at, word.status) for word in words] == [(NOW - 1, "busy"), (NOW, "enroute")]


def test_the_order_of_two_statuses_of_one_moment_does_not_matter(town: Database) -> None:
    seen: set[str] = set()
    said = [StatusReport("hat_yai", "201", NOW, status) for status in (UnitStatus.BUSY, UnitStatus.ON_SCENE)]
    for turn, order in enumerate(permutations(said)):
        with town.write() as tx:
            for report in order:
                units.take(tx, replace(report, at=NOW + turn))
        with town.read() as conn:
            unit = units.unit(conn, "hat_yai", "201")
            (word,) = units.words_since(conn, "hat_yai", "201", NOW + turn)
        seen.update((unit.status or "" if unit else "", word.status))
    assert seen == {"on_scene"}


def test_a_last_will_is_no_sign_of_life(town: Database) -> None:
    told = heard(town)
    with town.write() as tx:
        assert boxes.take(tx, BoxOnline("hat_yai", "s1", online=True, at=NOW))
        assert not boxes.take(tx, BoxOnline("hat_yai", "s1", online=True, at=NOW))
        assert boxes.take(tx, BoxOnline("hat_yai", "s1", online=False, at=NOW + 60_000))
        assert not boxes.take(tx, BoxOnline("hat_yai", "s1", online=False, at=NOW + 90_000))
        assert not boxes.take(tx, BoxOnline("hat_yai", "s1", online=True, at=NOW - 1))
        assert not boxes.take(tx, BoxOnline("hat_yai", "404", online=True, at=NOW))
    with town.read() as conn:
        box = boxes.box(conn, "hat_yai", "s1")
        assert boxes.box(conn, "hat_yai", "404") is None
    assert box is not None
    assert (box.online, box.heard_at) == (False, NOW)
    assert [item for item in told if isinstance(item, BoxHeard)] == [
        BoxHeard("hat_yai", "s1", NOW, online=True),
        BoxHeard("hat_yai", "s1", NOW + 60_000, online=False),
    ]
    assert [(item.kind, item.presses) for item in told if isinstance(item, AlarmNow)] == [("box_lost", 1)]


def test_cameras_are_counted_as_last_reported(town: Database) -> None:
    told = heard(town)
    status = CameraStatus("hat_yai", "c1", NOW, total=4, working=3, received_at=NOW + 5, note="ดับ 1")
    with town.write() as tx:
        assert [cameras.take(tx, status), cameras.take(tx, status)] == [True, False]
        assert not cameras.take(tx, replace(status, at=NOW - 1, working=0))
        assert not cameras.take(tx, replace(status, point="404"))
        assert cameras.take(tx, replace(status, linked=2))  # the same moment, the greater stays
        assert not cameras.take(tx, status)
    with town.read() as conn:
        [row] = registers.cameras(conn, None)
    assert (row.total, row.working, row.linked, row.note) == (4, 3, 2, "ดับ 1")
    assert told == [RegisterChanged("hat_yai", "cameras", NOW + 5)] * 2


def test_a_scan_is_kept_once(town: Database) -> None:
    scan = CheckpointScan("hat_yai", "r1", "a", NOW, "201", NOW + 1)
    with town.write() as tx:
        assert [checkpoints.take(tx, scan), checkpoints.take(tx, scan)] == [True, False]
        assert checkpoints.take(tx, replace(scan, id="b", at=NOW + 10))
        assert checkpoints.take(tx, replace(scan, box="r2"))
    with town.read() as conn:
        assert [(row.box, row.id) for row in checkpoints.scans(conn, HY)] == [("r1", "b"), ("r1", "a"), ("r2", "a")]
        assert [row.id for row in checkpoints.scans(conn, None, start=NOW + 1)] == ["b"]
        assert checkpoints.scans(conn, LU) == []


def test_a_report_is_kept_once_and_told(town: Database) -> None:
    told = heard(town)
    report = CitizenReport("hat_yai", "line", "a", NOW, "light", "ไฟดับ 'ซอย' 5", NOW + 1, lat=7.0, lon=100.5)
    with town.write() as tx:
        assert [reports.take(tx, report), reports.take(tx, report)] == [True, False]
    with town.read() as conn:
        [row] = reports.reports(conn, HY)
        assert reports.reports(conn, LU) == []
        assert reports.reports(conn, None, end=NOW) == []
    assert (row.text, row.kind, row.lat) == ("ไฟดับ 'ซอย' 5", "light", 7.0)
    assert told == [RegisterChanged("hat_yai", "reports", NOW + 1)]
