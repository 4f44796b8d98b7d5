"""What leaves the server for a screen that strangers stand before: every field is listed, and nothing else leaves."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.encoding import Frames, Header
from dashboard.live.frames import Changes, everything
from dashboard.live.roster import Roster
from dashboard.live.views import Shown, UnitInfo, shown_alarms
from dashboard.live.visitor import ALARM_M, UNIT_M, coarse, unit_for_visitors
from dashboard.live.wire import PREFIX
from models.access.scope import Scope, scope_for
from models.fold import apply_all
from models.happenings import BoxHeard, BoxPlaced
from models.picture import BoxNow, Picture, UnitNow
from models.records.alarm import AlarmNow
from models.records.position import Fix
from models.records.unit import StatusReport, UnitStatus
from tests.live_reader import Reader

NOW = 1_800_000_000_123
VISITOR = scope_for("viewer", frozenset({"lumphini"}), visitor=True)
SEALED = scope_for("viewer", frozenset({"lumphini"}), sealed=True)
HEADER = Header("boot", 7, NOW, {"beat": NOW}, "g1")

#: Words that name or lead to a person; none may be found in any byte that leaves.
SECRETS = (
    "officer-phone-77", "ร.ต.อ.สมชาย", "crew-somsri", "home-of-a-witness", "บ้านเลขที่ 9/1", "answered-by-somying",
    "sent-unit-12", "outcome-words", "unplaced-box-5", "box-press-words",
)  # fmt: skip


def alarm(name: str, **values: Any) -> AlarmNow:
    given: dict[str, Any] = {
        "origin_kind": "unit", "origin": "officer-phone-77", "kind": "panic", "state": "assigned", "version": 3,
        "raised_at": NOW, "pressed_at": NOW - 900, "last_at": NOW, "presses": 2, "marks": "late",
        "place": "home-of-a-witness บ้านเลขที่ 9/1", "lat": 13.7312345, "lon": 100.5467891, "level": 1,
        "by": "answered-by-somying", "assigned": "sent-unit-12", "outcome": "outcome-words", "changed_at": NOW,
    }  # fmt: skip
    return AlarmNow("lumphini", name, **{**given, **values})


def town() -> Shown:
    """A unit, a public box, a box nobody placed, an alarm of each, and an alarm of an unknown device."""
    picture = apply_all(
        Picture(),
        (
            Fix("lumphini", "officer-phone-77", NOW, 13.7298765, 100.5411111, 41.3, 87.6, 4.2, 66.0),
            StatusReport("lumphini", "officer-phone-77", NOW, UnitStatus.BUSY, '[{"name":"crew-somsri"}]'),
            BoxPlaced("lumphini", "P01", 13.7400001, 100.5500002, "เสา 1 ถนนวิทยุ", "Pole 1"),
            BoxHeard("lumphini", "unplaced-box-5", NOW, online=True),
            alarm("panic1"),
            alarm("press1", origin_kind="box", origin="P01", kind="sos", place="box-press-words", lat=1.5, lon=2.5),
            alarm("press2", origin_kind="box", origin="unplaced-box-5", kind="sos"),
        ),
    )
    shown = Shown(picture, alarms=MappingProxyType(shown_alarms(picture, [])))
    return replace(shown, names={("lumphini", "officer-phone-77"): UnitInfo("foot", "ร.ต.อ.สมชาย")})


def snapshot(scope: Scope) -> bytes:
    frames = Frames(everything(town()), Roster(), NOW)
    return frames.frame("snapshot", HEADER, frames.part(scope))


def alarms(scope: Scope) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in Reader().read(snapshot(scope))["alarms"]}


def test_no_byte_that_leaves_names_a_person() -> None:
    told = snapshot(VISITOR).decode("utf-8", "replace")
    assert [word for word in SECRETS if word in told] == []
    duty = snapshot(scope_for("dispatcher", frozenset({"lumphini"}))).decode("utf-8", "replace")
    hidden = [word for word in SECRETS if word not in duty]
    assert hidden == ["crew-somsri"], "the test would see the words if they left"


def test_on_a_screen_of_strangers_an_alarm_has_an_id_of_this_run_alone() -> None:
    roster, shown = Roster(), town()
    told = Frames(everything(shown), roster, NOW)
    first = Reader().read(told.frame("snapshot", HEADER, told.part(SEALED)))["alarms"]
    named = Reader().read(told.frame("snapshot", HEADER, told.part(VISITOR)))["alarms"]
    assert sorted(one["id"] for one in named) == ["panic1", "press1", "press2"]
    assert [{**one, "id": ""} for one in first] == [{**one, "id": ""} for one in named]
    aliases = {roster.alias(one["id"]) for one in named}
    assert {one["id"] for one in first} == aliases
    assert not aliases & {Roster().alias(one["id"]) for one in named}
    over = Frames(Changes(gone=[("lumphini", "panic1")]), roster, NOW)
    delta = Reader().read(over.frame("delta", HEADER, over.part(SEALED)))
    assert delta["gone"] == [["alarm", "lumphini", roster.alias("panic1")]]


def test_a_unit_is_a_number_in_a_square() -> None:
    (unit,) = Reader().read(snapshot(VISITOR))["units"]
    lat, lon = coarse(13.7298765, 100.5411111, UNIT_M)
    assert unit == {
        "s": "lumphini", "id": "u0", "kind": "foot", "call": "", "lat": lat, "lon": lon, "at": NOW - 123, "spd": None,
        "hdg": None, "acc": None, "st": "busy", "heard": NOW - 123,
    }  # fmt: skip
    assert (unit["lat"], unit["lon"]) != (13.7298765, 100.5411111)


def test_an_alarm_of_a_public_box_is_at_the_box_and_of_anything_else_in_a_square() -> None:
    found = alarms(VISITOR)
    lat, lon = coarse(13.7312345, 100.5467891, ALARM_M)
    public = {
        "s": "lumphini", "id": "press1", "ok": "box", "kind": "sos", "prio": 1, "state": "assigned", "v": 3,
        "raised": NOW,
        "pressed": NOW - 900, "last": NOW, "presses": 2, "marks": ["late"], "level": 1, "stored": True,
        "origin": "P01", "place": "เสา 1 ถนนวิทยุ", "lat": 13.74, "lon": 100.55, "by": "", "unit": "", "outcome": "",
        "detail": "", "shelved": None, "shelver": "",
    }  # fmt: skip
    assert found["press1"] == public
    private = {**public, "origin": "", "place": "", "lat": lat, "lon": lon}
    assert found["panic1"] == {**private, "id": "panic1", "ok": "unit", "kind": "panic"}
    assert found["press2"] == {**private, "id": "press2"}


#: Every field the feed's values come from, and what a visitor gets of it: as it is, changed, or nothing.
PLAN: dict[type, dict[str, str]] = {
    UnitNow: {
        "station": "as it is", "unit": "changed", "tail": "changed", "heard_at": "changed", "status": "as it is",
        "status_at": "nothing", "crew": "nothing",
    },
    AlarmNow: {
        "station": "as it is", "id": "as it is", "origin_kind": "as it is", "origin": "changed", "kind": "as it is",
        "state": "as it is", "version": "as it is", "raised_at": "as it is", "pressed_at": "as it is",
        "last_at": "as it is", "presses": "as it is", "marks": "as it is", "place": "changed", "lat": "changed",
        "lon": "changed", "level": "as it is", "by": "nothing", "assigned": "nothing", "outcome": "nothing",
        "changed_at": "nothing", "stored": "as it is", "cause": "nothing", "detail": "nothing",
        "shelved_until": "as it is", "shelved_by": "nothing",
    },
    BoxNow: {
        "station": "as it is", "box": "as it is", "lat": "as it is", "lon": "as it is", "name_th": "as it is",
        "name_en": "as it is", "heard_at": "as it is", "online": "as it is", "online_at": "nothing",
        "battery_pct": "as it is", "battery_at": "nothing", "mains": "as it is", "mains_at": "nothing",
        "fault": "as it is", "fault_at": "nothing", "tested_at": "nothing",
    },
}  # fmt: skip


@pytest.mark.parametrize("record", PLAN)
def test_every_field_of_the_picture_is_thought_of(record: type) -> None:
    assert {one.name for one in fields(record)} == set(PLAN[record]), "say what a visitor gets of the new field"


def test_the_head_has_no_other_parts() -> None:
    message = snapshot(VISITOR)
    _, size, _ = PREFIX.unpack_from(message)
    head = orjson.loads(message[PREFIX.size : PREFIX.size + size])
    assert set(head) == {"t", "boot", "seq", "now", "base", "roster", "boxes", "alarms", "feed", "ground", "hotspots"}
    assert head["roster"] == [[0, "lumphini", "u0", "foot", ""]]
    (box,) = head["boxes"]
    assert set(box) == {"s", "id", "lat", "lon", "th", "en", "online", "heard", "bat", "mains", "fault"}


def test_visitors_and_those_on_duty_never_share_a_frame() -> None:
    frames = Frames(everything(town()), Roster(), NOW)
    duty = Scope(VISITOR.stations, names=True)
    for first, second in ((VISITOR, duty), (duty, VISITOR)):
        one, other = (frames.frame("snapshot", HEADER, frames.part(scope)) for scope in (first, second))
        assert one != other
    assert alarms(duty)["panic1"]["by"] == "answered-by-somying"


def test_a_visitor_of_every_station_sees_nothing_of_unknown_devices() -> None:
    scope = scope_for("administrator", None, visitor=True)
    assert not scope.sees("_unknown")
    assert not scope.sees_alarm("_unknown")
    assert scope.sees("lumphini")


places = st.tuples(st.floats(-89.9, 89.9), st.floats(-180, 180))


@given(places)
def test_a_coarse_place_is_near_and_always_the_same(place: tuple[float, float]) -> None:
    lat, lon = place
    east = max(math.cos(math.radians(lat)), 1e-3)
    for side in (UNIT_M, ALARM_M):
        found = coarse(lat, lon, side)
        assert found == coarse(lat, lon, side)
        assert coarse(*found, side) == found, "the middle of a square lies in that square"
        assert abs(found[0] - lat) * 111_195 <= side / 2 + 0.2
        assert abs(found[1] - lon) * 111_195 * east <= side / 2 * 1.1 + 0.2


@given(places, st.floats(0, 30), st.floats(0, 2 * math.pi))
def test_moving_within_a_square_moves_nothing(place: tuple[float, float], metres: float, towards: float) -> None:
    lat, lon = coarse(*place, UNIT_M)
    if abs(lat) > 85:
        return
    north = metres * math.cos(towards) / 111_195
    east = metres * math.sin(towards) / 111_195 / math.cos(math.radians(lat))
    assert coarse(lat + north, lon + east, UNIT_M) == (lat, lon)


def test_a_unit_without_a_fix_stays_without_a_place() -> None:
    assert unit_for_visitors(UnitNow("lumphini", "c1", heard_at=NOW)) == (*(None,) * 7, NOW - 123)


def test_who_may_not_see_names_is_told_that_somebody_answered_and_not_who() -> None:
    nameless, named = scope_for("viewer", VISITOR.stations), scope_for("chief", VISITOR.stations)
    seen = alarms(nameless)["panic1"]
    assert (seen["by"], alarms(named)["panic1"]["by"]) == ("", "answered-by-somying")
    assert {**seen, "by": "answered-by-somying"} == alarms(named)["panic1"]
