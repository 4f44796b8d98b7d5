"""Readiness of a box: the worst of what is known of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.picture import BoxNow
from models.readiness import DAY_MS, MEANS, Readiness, Rules, Why, board, counts, judge

NOW = 1_790_000_000_000
RULES = Rules(silent_ms=180_000, test_every_ms=30 * DAY_MS)
GOOD = BoxNow(
    "lumphini", "sos-1", 13.7, 100.5, heard_at=NOW - 60_000, online=True, battery_pct=90.0, mains=True,
    tested_at=NOW - 3 * DAY_MS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        ({}, Readiness.READY, ()),
        ({"online": False}, Readiness.DOWN, (Why.OFFLINE,)),
        ({"heard_at": NOW - 180_000}, Readiness.READY, ()),
        ({"heard_at": NOW - 180_001}, Readiness.DOWN, (Why.SILENT,)),
        ({"heard_at": 0, "online": None}, Readiness.DOWN, (Why.NEVER_HEARD,)),
        ({"fault": "button stuck"}, Readiness.DOWN, (Why.FAULT,)),
        ({"fault": " Lamp "}, Readiness.WATCH, (Why.MINOR_FAULT,)),
        ({"mains": False}, Readiness.WATCH, (Why.NO_MAINS,)),
        ({"battery_pct": 19.9}, Readiness.WATCH, (Why.BATTERY_LOW,)),
        ({"battery_pct": 4.0}, Readiness.WATCH, (Why.BATTERY_LOW,)),
        ({"battery_pct": 4.0, "mains": False}, Readiness.DOWN, (Why.BATTERY_EMPTY, Why.NO_MAINS)),
        ({"battery_pct": 4.0, "mains": None}, Readiness.DOWN, (Why.BATTERY_EMPTY,)),
        ({"tested_at": None}, Readiness.UNKNOWN, (Why.NEVER_TESTED,)),
        ({"tested_at": NOW - 30 * DAY_MS - 1}, Readiness.UNKNOWN, (Why.TEST_OVERDUE,)),
        ({"tested_at": NOW - 23 * DAY_MS}, Readiness.WATCH, (Why.TEST_DUE,)),
        ({"tested_at": NOW - 23 * DAY_MS + 1}, Readiness.READY, ()),
        ({"tested_at": NOW + 400 * DAY_MS}, Readiness.UNKNOWN, (Why.TEST_OVERDUE,)),
        (
            {"tested_at": None, "mains": False, "online": False},
            Readiness.DOWN, (Why.OFFLINE, Why.NEVER_TESTED, Why.NO_MAINS),
        ),
    ],
)  # fmt: skip
def test_the_worst_counts_and_every_reason_is_told(
    said: dict[str, object], state: Readiness, why: tuple[Why, ...]
) -> None:
    judged = judge(replace(GOOD, **said), NOW, RULES)  # type: ignore[arg-type]
    assert (judged.state, judged.why) == (state, why)


@pytest.mark.parametrize(
    ("battery_pct", "low", "why"),
    [(34.0, 35.0, (Why.BATTERY_LOW,)), (35.0, 35.0, ()), (4.0, 35.0, (Why.BATTERY_EMPTY,)),
     (4.0, 2.0, (Why.BATTERY_EMPTY,)), (15.0, 10.0, ())],
)  # fmt: skip
def test_the_battery_is_low_where_the_settings_say(battery_pct: float, low: float, why: tuple[Why, ...]) -> None:
    box = replace(GOOD, battery_pct=battery_pct, mains=None)
    assert judge(box, NOW, replace(RULES, battery_low_pct=low)).why == why


BOXES = st.builds(
    BoxNow,
    station=st.just("s"), box=st.just("b"), heard_at=st.integers(0, NOW), online=st.sampled_from([None, True, False]),
    battery_pct=st.none() | st.floats(0, 100), mains=st.sampled_from([None, True, False]),
    fault=st.sampled_from(["", "tamper", "x"]), tested_at=st.none() | st.integers(0, NOW),
)  # fmt: skip


@given(BOXES)
def test_a_box_is_ready_exactly_when_nothing_speaks_against_it(box: BoxNow) -> None:
    judged = judge(box, NOW, RULES)
    assert (judged.state is Readiness.READY) == (not judged.why)
    assert all(list(Readiness).index(MEANS[why]) >= list(Readiness).index(judged.state) for why in judged.why)


def test_every_reason_means_something_and_none_means_ready() -> None:
    assert set(MEANS) == set(Why)
    assert Readiness.READY not in MEANS.values()


def test_the_board_begins_with_the_worst_and_in_it_with_the_longest_overdue_test() -> None:
    said: list[tuple[str, dict[str, object]]] = [
        ("ready", {}), ("due", {"tested_at": NOW - 25 * DAY_MS}), ("late", {"tested_at": NOW - 40 * DAY_MS}),
        ("later", {"tested_at": NOW - 90 * DAY_MS}), ("never", {"tested_at": None}), ("gone", {"online": False}),
        ("gone-late", {"online": False, "tested_at": NOW - 31 * DAY_MS}),
    ]  # fmt: skip
    judged = [judge(replace(GOOD, box=name, **more), NOW, RULES) for name, more in said]  # type: ignore[arg-type]
    assert [one.box.box for one in board(judged)] == ["gone-late", "gone", "never", "later", "late", "due", "ready"]
    assert counts(judged) == {Readiness.DOWN: 2, Readiness.UNKNOWN: 3, Readiness.WATCH: 1, Readiness.READY: 1}
