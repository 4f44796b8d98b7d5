"""Who a message is from, whether it can be true, and what a crowd of unknown boxes becomes."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from ingest.crowd import Crowd
from ingest.decode.records import Record
from ingest.identify import identify
from ingest.judge import judge
from ingest.security_events import SecurityEvents
from models.audit.deeds import Did
from models.records.base import UNKNOWN_STATION, Reason, Rejected
from models.records.camera import CameraStatus
from models.records.change import Heartbeat
from models.records.checkpoint import CheckpointScan
from models.records.incident import IncidentReport
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.report import CitizenReport
from models.records.sos import BoxOnline, EventKind, Mark, Signal
from models.records.unit import StatusReport, UnitStatus
from models.signature import sign_event
from store.registry import Area, Registry, Target

NOW = 1_790_000_000_000
UNIT = Target("lumphini", "unit", "u1")
BOX = Target("lumphini", "box", "b1")
REGISTRY = Registry(
    targets=MappingProxyType(
        {
            ("native", "lumphini/unit/u1"): UNIT,
            ("native", "lumphini/box/b1"): BOX,
            ("owntracks", "anan/phone"): UNIT,
            ("chirpstack", "70b3d5"): BOX,
            ("osmand", "button"): BOX,
        }
    ),
    stations=MappingProxyType({"lumphini": "metro", "bench": "test"}),
    areas=MappingProxyType({"lumphini": Area(13.72, 100.53, 13.74, 100.55, 50.0)}),
    secrets=MappingProxyType({("lumphini", "b1"): "box key"}),
    natives=frozenset({UNIT, BOX}),
    cameras=frozenset({("lumphini", "c1")}),
    checkpoints=frozenset({("lumphini", "r1")}),
)


def fix(**values: Any) -> Fix:
    """A fix of the unit at its station."""
    return Fix("lumphini", "u1", NOW, 13.73, 100.54, received_at=NOW)._replace(**values)


def press(**values: object) -> Signal:
    """A press of the box, not signed."""
    signal = Signal("lumphini", "box", "b1", "1", NOW, EventKind.PRESS, NOW, topic="ssz/v1/lumphini/sos/b1/event")
    return replace(signal, **values)  # type: ignore[arg-type]


def known(record: Record) -> Record | Rejected:
    """What identity makes of a record."""
    return identify(record, REGISTRY, "topic", b"payload")


def refused(record: Record) -> tuple[Reason, str, str, str]:
    """Why a record is refused: reason, station, source, sender."""
    result = known(record)
    assert isinstance(result, Rejected)
    return result.reason, result.station, result.source, result.foreign_id


def test_a_registered_unit_is_itself() -> None:
    assert known(fix()) == fix()
    assert known(SignOfLife("lumphini", "u1", NOW)) == SignOfLife("lumphini", "u1", NOW)
    status = StatusReport("lumphini", "u1", NOW, UnitStatus.BUSY)
    assert known(status) is status


def test_a_foreign_client_becomes_its_unit() -> None:
    assert known(fix(station="", unit="anan/phone", source="owntracks")) == fix(source="owntracks")


def test_unknown_devices_wait_under_their_station() -> None:
    assert refused(fix(unit="u9")) == (Reason.UNKNOWN_DEVICE, "lumphini", "native", "lumphini/unit/u9")
    assert refused(fix(station="atlantis")) == (
        Reason.UNKNOWN_DEVICE, UNKNOWN_STATION, "native", "atlantis/unit/u1",
    )  # fmt: skip
    assert refused(fix(station="", unit="x", source="osmand")) == (
        Reason.UNKNOWN_DEVICE, UNKNOWN_STATION, "osmand", "x",
    )  # fmt: skip


def test_a_button_cannot_drive() -> None:
    assert refused(fix(station="", unit="button", source="osmand"))[0] is Reason.IDENTITY


def test_a_box_is_not_a_unit_of_the_same_name() -> None:
    assert refused(fix(unit="b1"))[0] is Reason.UNKNOWN_DEVICE
    assert refused(BoxOnline("lumphini", "u1", True, NOW))[0] is Reason.UNKNOWN_DEVICE
    online = BoxOnline("lumphini", "b1", True, NOW)
    assert known(online) is online


def test_other_feeds_need_a_station() -> None:
    assert refused(CitizenReport("atlantis", "line", "1", NOW, "tip", "x", NOW))[0] is Reason.UNKNOWN_STATION
    incident = IncidentReport("lumphini", "crimes", "1", NOW, "theft", NOW)
    assert known(incident) is incident
    beat = Heartbeat("main", NOW, NOW)
    assert known(beat) is beat


def test_an_unknown_camera_point_waits_like_any_device() -> None:
    status = CameraStatus("lumphini", "c1", NOW, total=4, working=3, received_at=NOW)
    assert known(status) is status
    assert refused(replace(status, point="c404")) == (
        Reason.UNKNOWN_DEVICE, "lumphini", "native", "lumphini/camera/c404",
    )  # fmt: skip


def test_a_scan_needs_a_red_box_and_a_unit_of_the_register() -> None:
    scan = CheckpointScan("lumphini", "r1", "s1", NOW, "u1", NOW)
    assert known(scan) is scan
    unknown_box = (Reason.UNKNOWN_DEVICE, "lumphini", "native", "lumphini/checkpoint/r404")
    assert refused(replace(scan, box="r404")) == unknown_box
    assert refused(replace(scan, box="r404", unit="u404")) == unknown_box
    for unit in ("u404", "b1"):
        assert refused(replace(scan, unit=unit)) == (
            Reason.UNKNOWN_DEVICE, "lumphini", "native", f"lumphini/unit/{unit}",
        )  # fmt: skip
    assert refused(replace(scan, station="atlantis"))[0] is Reason.UNKNOWN_STATION


def test_a_scan_that_names_another_stations_unit_is_a_claim_to_be_somebody_else() -> None:
    """An event of the audit log, and evidence under the checkpoint it was sent for; nobody's patrol."""
    far = replace(REGISTRY, unit_names=frozenset({"u1", "far-car"}))
    result = identify(CheckpointScan("lumphini", "r1", "s1", NOW, "far-car", NOW), far, "topic", b"payload")
    assert isinstance(result, Rejected)
    assert (result.reason, result.station, result.foreign_id) == (
        Reason.IDENTITY, "lumphini", "lumphini/checkpoint/r1",
    )  # fmt: skip
    (event,) = SecurityEvents().of([result], NOW)
    assert (event.action, event.station) == (Did.SECURITY_EVENT, "lumphini")
    assert event.detail == "identity: unit in the payload is another station's"


def test_a_blocked_unit_makes_no_scan() -> None:
    blocked = replace(REGISTRY, natives=frozenset({BOX}))
    result = identify(CheckpointScan("lumphini", "r1", "s1", NOW, "u1", NOW), blocked, "topic", b"payload")
    assert isinstance(result, Rejected)
    assert result.reason is Reason.UNKNOWN_DEVICE


def test_a_signed_press_is_verified_and_any_other_is_kept_and_marked() -> None:
    good = sign_event("box key", "lumphini", "b1", "1", NOW, "press")
    assert known(press(sig=good.upper())) == press(sig=good.upper())
    for sig in ("", "ยา", good[:-1] + "x", sign_event("box key", "lumphini", "b1", "2", NOW, "press")):
        assert known(press(sig=sig)) == press(sig=sig, marks=frozenset({Mark.UNVERIFIED}))


def test_a_panic_and_a_foreign_button_are_vouched_for_by_the_registry() -> None:
    panic = press(origin_kind="unit", origin="u1", kind=EventKind.PANIC)
    assert known(panic) is panic
    button = press(station="", origin="70b3d5", source="chirpstack")
    assert known(button) == press(source="chirpstack")


def test_an_unknown_box_raises_an_alarm_all_the_same() -> None:
    marks = frozenset({Mark.UNVERIFIED, Mark.UNKNOWN_BOX})
    assert known(press(origin="b9")) == press(origin="b9", marks=marks)
    assert known(press(station="atlantis")) == press(station=UNKNOWN_STATION, marks=marks)
    assert known(press(station="", origin="ff", source="chirpstack")) == press(
        station=UNKNOWN_STATION, origin="ff", source="chirpstack", marks=marks
    )


def judged(record: Record, received_at: int = NOW) -> Record | Rejected:
    """What judgement makes of a record."""
    return judge(record, REGISTRY, received_at, "topic", b"payload")


@pytest.mark.parametrize("at", [NOW + 300_001, 1_167_609_599_999, 0])
def test_a_fix_of_an_impossible_time_is_refused(at: int) -> None:
    for record in (fix(at=at), SignOfLife("lumphini", "u1", at), StatusReport("lumphini", "u1", at, UnitStatus.BUSY)):
        result = judged(record)
        assert isinstance(result, Rejected)
        assert result.reason is Reason.CLOCK
    report = judged(CitizenReport("lumphini", "line", "1", at, "tip", "x", NOW))
    assert isinstance(report, Rejected)


@pytest.mark.parametrize("at", [NOW + 300_000, 1_167_609_600_000, NOW - 86_400_000])
def test_a_fix_of_a_possible_time_is_taken(at: int) -> None:
    assert judged(fix(at=at)) == fix(at=at)


def test_an_sos_is_never_refused_for_its_time() -> None:
    assert judged(press()) == press()
    for at in (NOW + 300_001, 0):
        assert judged(press(at=at)) == press(at=at, marks=frozenset({Mark.CLOCK_SUSPECT}))
    assert judged(press(at=NOW - 60_001)) == press(at=NOW - 60_001, marks=frozenset({Mark.LATE}))
    assert judged(press(at=NOW - 60_000)) == press(at=NOW - 60_000)


def test_old_incidents_are_history_and_those_before_any_of_our_years_a_wrong_clock() -> None:
    incident = IncidentReport("lumphini", "crimes", "1", 1_167_609_600_000, "theft", NOW)
    assert judged(incident) is incident
    refused = judged(replace(incident, occurred_from=1_000_000_000_000))
    assert isinstance(refused, Rejected)
    assert refused.reason is Reason.CLOCK


def test_a_fix_outside_the_plausible_area_is_flagged() -> None:
    assert judged(fix(lat=14.1)) == fix(lat=14.1)
    far = fix(lat=14.3, flags=int(FixFlag.MOCK))
    assert judged(far) == far._replace(flags=int(FixFlag.MOCK | FixFlag.OUT_OF_AREA))
    assert judged(fix(station="bench", lat=-33.0, lon=151.0)).flags == 0  # type: ignore[union-attr]


def unknown(box: str, at: int = NOW, station: str = "lumphini") -> Signal:
    """A press of an unknown box."""
    marks = frozenset({Mark.UNVERIFIED, Mark.UNKNOWN_BOX})
    return press(origin=box, received_at=at, station=station, marks=marks)


def grouped(crowd: Crowd, signal: Signal) -> bool:
    """Whether a press joins the crowd's one alarm."""
    return Mark.GROUPED in crowd.mark(signal).marks


def test_the_sixth_unknown_box_joins_the_crowd_and_the_first_five_stay_single() -> None:
    crowd = Crowd()
    assert [grouped(crowd, unknown(f"x{n}")) for n in range(8)] == [False] * 5 + [True] * 3
    assert not grouped(crowd, unknown("x0"))
    assert grouped(crowd, unknown("x7"))
    assert not grouped(crowd, unknown("x9", station="bench"))
    assert not grouped(crowd, press())


def test_a_crowd_disperses_after_ten_minutes() -> None:
    crowd = Crowd()
    for n in range(6):
        crowd.mark(unknown(f"x{n}"))
    assert grouped(crowd, unknown("y", NOW + 599_999))
    assert not grouped(crowd, unknown("y", NOW + 600_001))
