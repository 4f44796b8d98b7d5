"""The live picture is a pure fold: order, repetition and lateness of what it is told do not matter."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from models.fold import apply, apply_all, forget_closed
from models.happenings import (
    BoxHeard,
    BoxPlaced,
    Happening,
    RegisterChanged,
    SignalStored,
    SourceHeard,
    SourceState,
    from_json,
    to_json,
)
from models.picture import Freshness, Picture, freshness
from models.records.alarm import AlarmNow
from models.records.change import Heartbeat
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.unit import StatusReport, UnitStatus

NOW = 1_700_000_000_000
ALARM = AlarmNow(
    station="lumphini",
    id="a1",
    origin_kind="box",
    origin="B1",
    kind="sos",
    state="raised",
    version=1,
    raised_at=NOW,
    pressed_at=NOW,
    last_at=NOW,
    presses=1,
    marks="",
    place="",
    lat=13.7,
    lon=100.5,
    level=0,
    by="",
    assigned="",
    outcome="",
    changed_at=NOW,
)


def fix(second: int, unit: str = "u1", lat: float = 13.73) -> Fix:
    return Fix("lumphini", unit, NOW + second * 1000, lat, 100.54)


seconds = st.integers(0, 30)
happenings = st.one_of(
    st.builds(fix, seconds, st.sampled_from(["u1", "u2"]), st.sampled_from([13.73, 13.7301, 15.0])),
    st.builds(lambda s, u: SignOfLife("lumphini", u, NOW + s), seconds, st.sampled_from(["u1", "u3"])),
    st.builds(lambda s, w: StatusReport("lumphini", "u1", NOW + s, w), seconds, st.sampled_from(list(UnitStatus))),
    st.builds(
        lambda s, online, battery, fault: BoxHeard("lumphini", "B1", NOW + s, online, battery, None, fault),
        seconds,
        st.sampled_from([True, False, None]),
        st.sampled_from([None, 10.0, 90.0]),
        st.sampled_from([None, "", "tamper"]),
    ),
    st.builds(
        lambda v: replace(ALARM, version=v, state="closed" if v > 4 else "raised", presses=v), st.integers(1, 6)
    ),
    st.builds(lambda s: Heartbeat("main", NOW + s, NOW + s + 5), seconds),
    st.builds(lambda s: SourceHeard("native", "lumphini", NOW + s), seconds),
    st.builds(lambda s, c: SourceState("mqtt", NOW + s, c), seconds, st.booleans()),
    st.builds(lambda s: RegisterChanged("lumphini", "zones", NOW + s), seconds),
    st.builds(lambda s: SignalStored("lumphini", "k", NOW + s), seconds),
)


def settled(picture: Picture) -> object:
    """What must agree: of each track the flags of the two oldest fixes depend on what was cut off before them."""
    units = {
        key: (
            [item[:10] for item in unit.tail],
            [item.flags for item in unit.tail[2:]],
            unit.heard_at,
            unit.status,
            unit.status_at,
        )
        for key, unit in picture.units.items()
    }
    return units, picture.boxes, picture.alarms, picture.sources, picture.beats, picture.registers


@given(st.lists(happenings, max_size=40), st.randoms(use_true_random=False))
def test_shuffled_doubled_and_late_input_gives_the_same_picture(items: list[Happening], rng: random.Random) -> None:
    again = items * 2
    rng.shuffle(again)
    clean = apply_all(Picture(), items)
    one_by_one = Picture()
    for item in again:
        one_by_one = apply(one_by_one, item)
    assert settled(clean) == settled(one_by_one)


@given(st.lists(happenings, max_size=20))
def test_the_change_log_carries_every_happening_unchanged(items: list[Happening]) -> None:
    assert from_json(to_json(items)) == items


def test_unknown_tags_of_newer_code_are_passed_over() -> None:
    assert from_json('[["of_tomorrow",{"x":1}],["beat",{"worker":"m","at":1,"received_at":2}]]') == [
        Heartbeat("m", 1, 2)
    ]


def test_the_old_value_stays_as_it_was() -> None:
    before = apply(Picture(), fix(0))
    after = apply(before, fix(5))
    assert before.units["lumphini", "u1"].tail == (fix(0),)
    assert len(after.units["lumphini", "u1"].tail) == 2


def test_a_late_fix_never_moves_the_mark_backwards() -> None:
    picture = apply_all(Picture(), [fix(60), fix(10)])
    mark = picture.units["lumphini", "u1"].mark
    assert mark is not None
    assert mark.at == NOW + 60_000


def test_a_fix_outside_the_area_or_a_jump_is_not_the_mark() -> None:
    far_away = fix(5)._replace(flags=int(FixFlag.OUT_OF_AREA))
    picture = apply_all(Picture(), [fix(0), far_away, fix(6, lat=15.0)])
    assert picture.units["lumphini", "u1"].mark == fix(0)


def test_ages_of_a_unit_are_live_stale_lost_and_never_negative() -> None:
    unit = apply(Picture(), fix(0)).units["lumphini", "u1"]
    assert freshness(unit, NOW - 60_000, 30, 300) is Freshness.LIVE
    assert freshness(unit, NOW + 29_999, 30, 300) is Freshness.LIVE
    assert freshness(unit, NOW + 30_000, 30, 300) is Freshness.STALE
    assert freshness(unit, NOW + 299_999, 30, 300) is Freshness.STALE
    assert freshness(unit, NOW + 300_000, 30, 300) is Freshness.LOST


def test_a_unit_heard_without_a_fix_is_lost_but_known() -> None:
    picture = apply(Picture(), SignOfLife("lumphini", "u9", NOW))
    unit = picture.units["lumphini", "u9"]
    assert unit.heard_at == NOW
    assert freshness(unit, NOW, 30, 300) is Freshness.LOST


def test_open_alarms_come_verified_first_then_oldest_first() -> None:
    items = [
        replace(ALARM, id="late", raised_at=NOW + 5),
        replace(ALARM, id="doubtful", marks="unverified", raised_at=NOW - 5),
        replace(ALARM, id="first"),
        replace(ALARM, id="done", state="closed"),
    ]
    assert [alarm.id for alarm in apply_all(Picture(), items).open_alarms] == ["first", "late", "doubtful"]


def test_only_alarms_closed_long_ago_are_forgotten() -> None:
    picture = apply_all(
        Picture(),
        [
            ALARM,
            replace(ALARM, id="old", state="closed"),
            replace(ALARM, id="new", state="closed", changed_at=NOW + 9),
        ],
    )
    assert sorted(key[1] for key in forget_closed(picture, NOW + 5).alarms) == ["a1", "new"]


def test_a_last_will_is_no_sign_of_life() -> None:
    placed = BoxPlaced("lumphini", "B1", 13.7, 100.5, "ตู้ 1", "Box 1")
    picture = apply_all(
        Picture(), [placed, BoxHeard("lumphini", "B1", NOW, True), BoxHeard("lumphini", "B1", NOW + 50, False)]
    )
    box = picture.boxes["lumphini", "B1"]
    assert (box.online, box.heard_at, box.name_th) == (False, NOW, "ตู้ 1")
