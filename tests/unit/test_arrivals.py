"""Presses shown before they are stored: after a second, once, and never when they are known to be stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.arrivals import Arrivals
from models.fold import apply, apply_all
from models.happenings import BoxPlaced
from models.picture import Picture
from models.records.alarm import AlarmNow
from models.records.position import Fix
from models.records.sos import EventKind, Mark, Signal
from store.alarms import GROUP_ORIGIN, alarm_id

NOW = 1_800_000_000_000


def press(name: str = "e1", origin: str = "p01", **values: Any) -> Signal:
    given: dict[str, Any] = {
        "station": "lumphini", "origin_kind": "box", "origin": origin, "id": name, "at": NOW - 400,
        "kind": EventKind.PRESS, "received_at": NOW, "raw": b"{}",
    }  # fmt: skip
    return Signal(**{**given, **values})


def stored_alarm(signal: Signal, **values: Any) -> AlarmNow:
    given: dict[str, Any] = {
        "kind": "sos", "state": "raised", "version": 1, "raised_at": NOW, "pressed_at": NOW, "last_at": NOW,
        "presses": 1, "marks": "", "place": "", "lat": None, "lon": None, "level": 0, "by": "", "assigned": "",
        "outcome": "", "changed_at": NOW,
    }  # fmt: skip
    return AlarmNow(signal.station, alarm_id(signal), signal.origin_kind, signal.origin, **{**given, **values})


def test_a_press_shows_after_one_second_and_not_before() -> None:
    arrivals = Arrivals()
    assert arrivals.arrived(press(), 10_000)
    assert arrivals.due(10_999, Picture()) == []
    (alarm,) = arrivals.due(11_000, Picture())
    assert (alarm.id, alarm.version, alarm.state, alarm.stored) == (alarm_id(press()), 0, "raised", False)
    assert (alarm.kind, alarm.origin, alarm.raised_at, alarm.pressed_at) == ("sos", "p01", NOW, NOW - 400)


def test_a_press_stored_within_the_second_never_shows() -> None:
    arrivals = Arrivals()
    arrivals.arrived(press(), 0)
    assert arrivals.stored(press().key)
    assert arrivals.due(5_000, Picture()) == []
    assert len(arrivals) == 0


def test_a_stored_press_sent_again_never_shows() -> None:
    arrivals = Arrivals()
    arrivals.stored(press().key)
    assert not arrivals.arrived(press(), 0)
    assert arrivals.due(5_000, Picture()) == []


def test_a_press_waits_for_its_commit_however_long() -> None:
    arrivals = Arrivals()
    arrivals.arrived(press(), 0)
    assert len(arrivals.due(3_600_000, Picture())) == 1
    assert arrivals.stored(press().key)
    assert arrivals.due(3_600_001, Picture()) == []


def test_the_same_press_redelivered_waits_once_and_from_its_first_arrival() -> None:
    arrivals = Arrivals()
    assert arrivals.arrived(press(), 0)
    assert not arrivals.arrived(press(received_at=NOW + 900), 900)
    (alarm,) = arrivals.due(1_000, Picture())
    assert alarm.presses == 1


def test_presses_of_one_box_make_one_alarm() -> None:
    arrivals = Arrivals()
    arrivals.arrived(press("e1"), 0)
    arrivals.arrived(press("e2", received_at=NOW + 50, at=NOW), 50)
    (alarm,) = arrivals.due(2_000, Picture())
    assert (alarm.id, alarm.presses, alarm.last_at) == (alarm_id(press("e1")), 2, NOW + 50)


def test_a_press_marks_the_open_alarm_of_its_box_instead_of_making_a_second() -> None:
    known = stored_alarm(press("e0"), state="acknowledged", version=3, marks="unverified", by="somchai")
    picture = apply(Picture(), known)
    arrivals = Arrivals()
    arrivals.arrived(press("e1", received_at=NOW + 7), 0)
    (alarm,) = arrivals.due(1_500, picture)
    assert alarm == replace(known, presses=2, last_at=NOW + 7, marks="", stored=False)


def test_an_unverified_press_leaves_an_unverified_alarm_unverified() -> None:
    picture = apply(Picture(), stored_alarm(press("e0"), marks="unverified"))
    arrivals = Arrivals()
    arrivals.arrived(press("e1", marks=frozenset({Mark.UNVERIFIED, Mark.LATE})), 0)
    assert arrivals.due(1_500, picture)[0].marks == "late,unverified"


def test_a_press_after_the_alarm_was_closed_makes_a_new_one() -> None:
    picture = apply(Picture(), stored_alarm(press("e0"), state="closed", version=4))
    arrivals = Arrivals()
    arrivals.arrived(press("e1"), 0)
    (alarm,) = arrivals.due(1_500, picture)
    assert alarm.id == alarm_id(press("e1"))
    assert alarm.version == 0


def test_a_press_that_raised_a_known_alarm_before_we_started_never_shows() -> None:
    for state in ("raised", "closed"):
        picture = apply(Picture(), stored_alarm(press(), state=state))
        arrivals = Arrivals()
        arrivals.arrived(press(), 0)
        assert arrivals.due(1_500, picture) == []
        assert len(arrivals) == 1


def test_only_alarming_kinds_wait() -> None:
    arrivals = Arrivals()
    for kind in (EventKind.TEST, EventKind.HEARTBEAT, EventKind.FAULT):
        assert not arrivals.arrived(press(kind=kind), 0)
    arrivals.arrived(press("p", "c1", origin_kind="unit", kind=EventKind.PANIC), 0)
    arrivals.arrived(press("u", "p09", kind=EventKind.UNREADABLE), 0)
    assert [alarm.kind for alarm in arrivals.due(1_000, Picture())] == ["panic", "unreadable"]


def test_a_grouped_press_counts_under_the_group() -> None:
    marks = frozenset({Mark.GROUPED, Mark.UNVERIFIED})
    arrivals = Arrivals()
    arrivals.arrived(press("e1", "x1", marks=marks), 0)
    arrivals.arrived(press("e2", "x2", marks=marks), 0)
    (alarm,) = arrivals.due(1_000, Picture())
    assert (alarm.origin, alarm.presses) == (GROUP_ORIGIN, 2)


def test_place_is_the_press_then_the_box_then_the_unit() -> None:
    picture = apply_all(
        Picture(),
        (BoxPlaced("lumphini", "p01", 13.7, 100.5, "ตลาด"), Fix("lumphini", "c1", NOW, 13.8, 100.6)),
    )
    arrivals = Arrivals()
    arrivals.arrived(press("e1", "p01"), 0)
    arrivals.arrived(press("e2", "p02", lat=1.0, lon=2.0), 0)
    arrivals.arrived(press("e3", "c1", origin_kind="unit", kind=EventKind.PANIC), 0)
    arrivals.arrived(press("e4", "p03"), 0)
    places = [(alarm.lat, alarm.lon, alarm.place) for alarm in arrivals.due(1_000, picture)]
    assert places == [(13.7, 100.5, "ตลาด"), (1.0, 2.0, ""), (13.8, 100.6, ""), (None, None, "")]


def test_memory_of_stored_presses_is_bounded_and_forgets_the_oldest() -> None:
    arrivals = Arrivals(remember=2)
    for name in ("e1", "e2", "e3"):
        arrivals.stored(press(name).key)
    assert not arrivals.arrived(press("e3"), 0)
    assert arrivals.arrived(press("e1"), 0)


@given(st.lists(st.tuples(st.sampled_from(["arrive", "store"]), st.integers(0, 4)), max_size=40))
def test_what_shows_is_what_arrived_and_was_never_stored(steps: list[tuple[str, int]]) -> None:
    arrivals = Arrivals()
    seen: set[int] = set()
    stored: set[int] = set()
    for now, (word, number) in enumerate(steps):
        signal = press(f"e{number}", f"p{number}")
        if word == "arrive":
            arrivals.arrived(signal, now)
            seen.add(number)
        else:
            arrivals.stored(signal.key)
            stored.add(number)
    shown = [alarm.origin for alarm in arrivals.due(10_000, Picture())]
    assert sorted(shown) == sorted(f"p{number}" for number in seen - stored)


def test_the_clearest_press_names_the_alarm_before_it_is_stored_too() -> None:
    garbled = press("g", kind=EventKind.UNREADABLE)
    arrivals = Arrivals()
    for signal in (garbled, press("p", kind=EventKind.PANIC)):
        arrivals.arrived(signal, 0)
    (fresh,) = arrivals.due(5_000, Picture())
    assert (fresh.kind, fresh.id) == ("panic", alarm_id(garbled))
    picture = apply(Picture(), stored_alarm(press("g0"), kind="unreadable"))
    (joined,) = arrivals.due(5_000, picture)
    assert joined.kind == "panic"
