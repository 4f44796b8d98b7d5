"""When a job is due, and whether an alarm waits for too long: pure."""

from __future__ import annotations

import pytest

from jobs.escalation import overdue
from jobs.schedule import due
from models.alarms.ladder import Ladders
from models.alarms.life import State
from models.records.alarm import AlarmNow

NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        (1000, None, True),
        (1000, 1000, False),
        (1999, 1000, False),
        (2000, 1000, True),
        (999, 1000, True),  # the clock was set back
    ],
)
def test_due(now: int, last: int | None, expected: bool) -> None:
    assert due(now, last, 1000) is expected


def alarm(state: State = State.RAISED, level: int = 0, raised_at: int = NOW) -> AlarmNow:
    return AlarmNow(
        station="s", id="a", origin_kind="box", origin="b", kind="sos", state=state.value, version=1,
        raised_at=raised_at, pressed_at=raised_at, last_at=raised_at, presses=1, marks="", place="", lat=None,
        lon=None, level=level, by="", assigned="", outcome="", changed_at=raised_at,
    )  # fmt: skip


def test_only_an_unanswered_alarm_is_overdue() -> None:
    later = NOW + 15_001
    assert overdue([alarm()], later, Ladders())
    assert not overdue([alarm()], NOW + 15_000, Ladders())
    assert not overdue([alarm(State.ACKNOWLEDGED), alarm(level=1), alarm(raised_at=later)], later, Ladders())


def test_an_alarm_from_before_the_clock_was_set_back_is_not_left_waiting() -> None:
    assert overdue([alarm(raised_at=NOW + 3_600_000)], NOW, Ladders())
    assert not overdue([alarm(raised_at=NOW + 200)], NOW, Ladders())  # two machines never agree to the millisecond
