"""Frames of the push feed: what changed, who sees it, and what the objects say."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from dashboard.live.encoding import Frames, Header
from dashboard.live.frames import changes, closed_by, everything
from dashboard.live.objects import alarm_object, box_object, entry, unit_values
from dashboard.live.roster import Roster
from dashboard.live.versions import SheetVersions, Versions
from dashboard.live.views import Shown, UnitInfo, replay_runs, shown_alarms
from models.access.scope import Scope, scope_for
from models.fold import apply, apply_all
from models.happenings import BoxHeard, BoxPlaced, RegisterChanged
from models.picture import Picture, UnitNow
from models.records.alarm import AlarmNow
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.unit import StatusReport, UnitStatus
from tests.live_reader import Reader

NOW = 1_800_000_000_000
EVERYONE = Scope(None)
HEADER = Header("boot", 7, NOW, {"beat": NOW}, "g1")


def alarm(station: str = "lumphini", name: str = "a1", **values: Any) -> AlarmNow:
    given: dict[str, Any] = {
        "origin_kind": "box", "origin": "p01", "kind": "sos", "state": "raised", "version": 1, "raised_at": NOW,
        "pressed_at": NOW - 900, "last_at": NOW, "presses": 1, "marks": "", "place": "ตลาดอินโดจีน", "lat": 16.54,
        "lon": 104.72, "level": 0, "by": "", "assigned": "", "outcome": "", "changed_at": NOW,
    }  # fmt: skip
    return AlarmNow(station, name, **{**given, **values})


def shown(picture: Picture, *waiting: AlarmNow) -> Shown:
    return Shown(picture, alarms=MappingProxyType(shown_alarms(picture, waiting)))


def frame(old: Shown, new: Shown, scope: Scope = EVERYONE, leaving: Any = ()) -> dict[str, Any]:
    """The frame that tells the change, read by one who was told `old`."""
    roster, reader = Roster(), Reader()
    reader.read(snapshot_bytes(old, scope, roster))
    frames = Frames(changes(old, new, leaving), roster, NOW)
    return reader.read(frames.frame("delta", HEADER, frames.part(scope)))


def snapshot_bytes(now: Shown, scope: Scope = EVERYONE, roster: Roster | None = None) -> bytes:
    frames = Frames(everything(now), roster or Roster(), NOW)
    return frames.frame("snapshot", HEADER, frames.part(scope))


def snapshot(now: Shown, scope: Scope = EVERYONE) -> dict[str, Any]:
    return Reader().read(snapshot_bytes(now, scope))


def test_unit_values_are_of_the_newest_drawable_fix() -> None:
    fixes = (
        Fix("lumphini", "c1", NOW, 13.7300001, 100.5400004, 41.26, 90.04, 4.0),
        Fix("lumphini", "c1", NOW + 1000, 14.9, 101.0, flags=int(FixFlag.OUT_OF_AREA)),
    )
    unit = UnitNow("lumphini", "c1", fixes, NOW + 1000, "busy")
    assert unit_values(unit) == (13.7300001, 100.5400004, NOW, 41.26, 90.04, 4.0, "busy", NOW + 1000)
    assert entry(7, unit, UnitInfo("motorcycle", "สายตรวจ 201")) == [7, "lumphini", "c1", "motorcycle", "สายตรวจ 201"]


def test_unit_without_fix_has_no_place_and_its_id_for_a_call_sign() -> None:
    unit = apply(Picture(), SignOfLife("lumphini", "c1", NOW)).units["lumphini", "c1"]
    assert unit_values(unit) == (None, None, None, None, None, None, None, NOW)
    assert entry(0, unit, UnitInfo())[-1] == "c1"


def test_box_object_says_what_the_box_said() -> None:
    placed = BoxPlaced("lumphini", "p01", 13.7, 100.5, "เสา 1", "Pole 1")
    heard = BoxHeard("lumphini", "p01", NOW, online=False, battery_pct=81.0, mains=True, fault="tamper")
    box = apply_all(Picture(), (placed, heard)).boxes["lumphini", "p01"]
    assert box_object(box) == {
        "s": "lumphini", "id": "p01", "lat": 13.7, "lon": 100.5, "th": "เสา 1", "en": "Pole 1", "online": False,
        "heard": 0, "bat": 81.0, "mains": True, "fault": "tamper",
    }  # fmt: skip


def test_alarm_object_lists_its_marks() -> None:
    said = alarm_object(alarm(marks="late,unverified", assigned="c1"))
    assert said["marks"] == ["late", "unverified"]
    assert said["unit"] == "c1"
    assert said["stored"] is True
    assert alarm_object(alarm())["marks"] == []


def test_delta_holds_only_what_changed() -> None:
    before = apply_all(
        Picture(),
        (Fix("lumphini", "c1", NOW, 13.73, 100.54), Fix("lumphini", "c2", NOW, 13.74, 100.55),
         BoxPlaced("lumphini", "p01", 13.7, 100.5)),
    )  # fmt: skip
    after = apply_all(before, (Fix("lumphini", "c2", NOW + 1000, 13.7401, 100.55),), seq=8)
    said = frame(shown(before), shown(after))
    assert [unit["id"] for unit in said["units"]] == ["c2"]
    assert said["boxes"] == said["alarms"] == said["gone"] == []
    assert (said["t"], said["boot"], said["seq"], said["now"]) == ("delta", "boot", 7, NOW)
    assert said["feed"] == {"beat": NOW}
    assert said["ground"] == "g1"


def test_nothing_changed_is_an_empty_change() -> None:
    one = shown(apply(Picture(), Fix("lumphini", "c1", NOW, 13.73, 100.54)))
    assert not changes(one, one)
    status = StatusReport("lumphini", "c1", NOW, UnitStatus.BUSY)
    assert changes(one, shown(apply(one.picture, status)))


def test_a_new_call_sign_sends_the_unit_again() -> None:
    old = shown(apply(Picture(), Fix("lumphini", "c1", NOW, 13.73, 100.54)))
    new = replace(old, names={("lumphini", "c1"): UnitInfo("car", "สายตรวจ 7")})
    assert [unit["call"] for unit in frame(old, new)["units"]] == ["สายตรวจ 7"]
    assert not changes(new, replace(new, names=dict(new.names)))


def test_closed_alarm_is_told_once_as_closed_and_then_gone() -> None:
    opened = apply(Picture(), alarm())
    closed = apply(opened, alarm(state="closed", version=2, outcome="test"))
    said = frame(shown(opened), shown(closed))
    assert [(a["id"], a["state"], a["outcome"]) for a in said["alarms"]] == [("a1", "closed", "test")]
    assert said["gone"] == []
    leaving = closed_by(shown(opened), shown(closed))
    said = frame(shown(closed), shown(closed), leaving=leaving)
    assert said["alarms"] == []
    assert said["gone"] == [["alarm", "lumphini", "a1"]]


def test_provisional_alarm_is_replaced_by_the_stored_one_of_the_same_id() -> None:
    waiting = alarm(version=0, stored=False)
    before, after = shown(Picture(), waiting), shown(apply(Picture(), alarm()))
    assert [a["stored"] for a in frame(shown(Picture()), before)["alarms"]] == [False]
    said = frame(before, after)
    assert [(a["id"], a["stored"], a["v"]) for a in said["alarms"]] == [("a1", True, 1)]
    assert said["gone"] == []


def test_provisional_alarm_that_joined_another_is_gone() -> None:
    before = shown(Picture(), alarm(name="own", version=0, stored=False))
    said = frame(before, shown(apply(Picture(), alarm(name="group", origin="_unknown_boxes"))))
    assert [a["id"] for a in said["alarms"]] == ["group"]
    assert said["gone"] == [["alarm", "lumphini", "own"]]


def test_verified_alarms_come_first_then_the_oldest() -> None:
    picture = apply_all(
        Picture(),
        (alarm(name="u", marks="unverified", raised_at=1), alarm(name="n", origin="p02", raised_at=3),
         alarm(name="o", origin="p03", raised_at=2)),
    )  # fmt: skip
    said = snapshot(shown(picture))
    assert [a["id"] for a in said["alarms"]] == ["o", "n", "u"]
    assert said["gone"] == []


def _town() -> Shown:
    stations = ("lumphini", "hat_yai", "_unknown", "_system")
    said = [
        item
        for station in stations
        for item in (
            Fix(station, "c1", NOW, 13.7, 100.5),
            BoxPlaced(station, "p01", 13.7, 100.5),
            alarm(station, f"a-{station}"),
        )
    ]
    return shown(apply_all(Picture(), said))


def _seen(scope: Scope) -> tuple[set[str], set[str], set[str]]:
    said = snapshot(_town(), scope)
    units, boxes, alarms = ({item["s"] for item in said[part]} for part in ("units", "boxes", "alarms"))
    return units, boxes, alarms


def test_scope_hides_other_stations_and_unknown_devices() -> None:
    assert _seen(scope_for("viewer", frozenset({"hat_yai"}))) == ({"hat_yai"}, {"hat_yai"}, {"hat_yai"})
    every = {"lumphini", "hat_yai"}
    assert _seen(scope_for("analyst", None)) == (every, every, every)


def test_alarms_of_no_station_reach_all_who_may_answer_and_unknown_units_administrators() -> None:
    one = {"lumphini"}
    assert _seen(scope_for("dispatcher", frozenset(one))) == (one, one, {*one, "_unknown", "_system"})
    every = {"lumphini", "hat_yai", "_unknown"}
    assert _seen(scope_for("administrator", None)) == (every, every, {*every, "_system"})


def test_gone_is_told_only_to_those_who_saw_it() -> None:
    old, new = shown(Picture(), alarm("hat_yai", version=0, stored=False)), shown(Picture())
    assert frame(old, new, Scope(frozenset({"lumphini"})))["gone"] == []
    assert frame(old, new, Scope(frozenset({"hat_yai"})))["gone"] == [["alarm", "hat_yai", "a1"]]


def test_versions_follow_what_does_not_move_of_the_own_stations() -> None:
    told = Versions("b")
    mine = Scope(frozenset({"lumphini"}))

    def after(picture: Picture, station: str, register: str, at: int) -> tuple[Picture, SheetVersions]:
        changed = apply(picture, RegisterChanged(station, register, at))
        return changed, told.of(changed.registers, mine)

    assert told.of(Picture().registers, mine) == SheetVersions("b.0", "b.0")
    picture, version = after(Picture(), "lumphini", "zones", 5)
    assert version == SheetVersions("b.5", "b.0")
    assert after(picture, "lumphini", "units", 9)[1] == version
    assert after(picture, "hat_yai", "zones", 9)[1] == version
    assert after(picture, "hat_yai", "hotspots", 9)[1] == version
    # Made before the zones changed and kept after it: news all the same, of the hotspots alone.
    picture, version = after(picture, "lumphini", "hotspots", 4)
    assert version == SheetVersions("b.5", "b.4")
    assert told.of(picture.registers, Scope(None)) == SheetVersions("b.5", "b.4")
    assert told.of(picture.registers, Scope(None, visitor=True)) == SheetVersions("b.5", "")


def test_replay_is_named_while_its_units_are_heard() -> None:
    picture = apply(Picture(), Fix("lumphini", "r1", NOW, 13.73, 100.54))
    names = {("lumphini", "r1"): UnitInfo("replay"), ("lumphini", "r2"): UnitInfo("replay")}
    assert replay_runs(picture, names, NOW - 1)
    assert not replay_runs(picture, names, NOW)
    assert not replay_runs(picture, {("lumphini", "r1"): UnitInfo("car")}, 0)
