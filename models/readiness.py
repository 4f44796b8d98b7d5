"""Readiness of an SOS box: computed from what it says and when it was tested, never chosen by a person. Pure.

DOWN (a critical part failed, or silent) > UNKNOWN (no test on record, or the test is overdue) > WATCH (a minor fault,
or a test due soon) > READY: the worst that anything says is what the box is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.picture import BoxNow
from models.records.base import Millis

DAY_MS: Millis = 86_400_000


class Readiness(StrEnum):
    """The four words, the worst first."""

    DOWN = "down"
    UNKNOWN = "unknown"
    WATCH = "watch"
    READY = "ready"


class Why(StrEnum):
    """What a box is not ready for, in the order it is told."""

    OFFLINE = "offline"  # its last will, or its own word: the connection ended
    SILENT = "silent"  # a heartbeat is overdue
    NEVER_HEARD = "never_heard"
    FAULT = "fault"  # a fault that is not known to be a minor one
    BATTERY_EMPTY = "battery_empty"
    NEVER_TESTED = "never_tested"
    TEST_OVERDUE = "test_overdue"
    MINOR_FAULT = "minor_fault"
    BATTERY_LOW = "battery_low"
    NO_MAINS = "no_mains"
    TEST_DUE = "test_due"


#: What each reason makes of the box.
MEANS: dict[Why, Readiness] = {
    Why.OFFLINE: Readiness.DOWN,
    Why.SILENT: Readiness.DOWN,
    Why.NEVER_HEARD: Readiness.DOWN,
    Why.FAULT: Readiness.DOWN,
    Why.BATTERY_EMPTY: Readiness.DOWN,
    Why.NEVER_TESTED: Readiness.UNKNOWN,
    Why.TEST_OVERDUE: Readiness.UNKNOWN,
    Why.MINOR_FAULT: Readiness.WATCH,
    Why.BATTERY_LOW: Readiness.WATCH,
    Why.NO_MAINS: Readiness.WATCH,
    Why.TEST_DUE: Readiness.WATCH,
}

#: Words of a box for faults it can still be pressed with. Any other word counts as critical: a fault nobody knows
#: may be the button itself.
MINOR_FAULTS = frozenset({"tamper", "lamp", "light", "camera", "door", "siren"})

#: Share of the battery, in percent, under which it is low if the settings say nothing else, and under which a box
#: without mains is gone any minute.
BATTERY_LOW_PCT = 20.0
BATTERY_EMPTY_PCT = 5.0


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a box may be silent, how often it is tested, from when on a test is due, and which battery is low."""

    silent_ms: Millis
    test_every_ms: Millis
    due_within_ms: Millis = 7 * DAY_MS
    battery_low_pct: float = BATTERY_LOW_PCT


@dataclass(frozen=True, slots=True)
class Judged:
    """A box's state with every reason for it, the gravest first. `test_due_at`: ms; None = it was never tested."""

    box: BoxNow
    state: Readiness
    why: tuple[Why, ...]
    test_due_at: Millis | None


_WORST_FIRST = tuple(Readiness)


def judge(box: BoxNow, now: Millis, rules: Rules) -> Judged:
    """What a box is at a moment."""
    why = tuple(reason for reason in Why if reason in _reasons(box, now, rules))
    state = min((MEANS[reason] for reason in why), key=_WORST_FIRST.index, default=Readiness.READY)
    due = None if box.tested_at is None else box.tested_at + rules.test_every_ms
    return Judged(box, state, why, due)


def is_minor(fault: str) -> bool:
    """Whether a box with this fault can still be pressed."""
    return fault.strip().lower() in MINOR_FAULTS


def _reasons(box: BoxNow, now: Millis, rules: Rules) -> set[Why]:
    found = _of_the_link(box, now, rules) | _of_the_test(box, now, rules)
    if box.fault:
        found.add(Why.MINOR_FAULT if is_minor(box.fault) else Why.FAULT)
    if box.mains is False:
        found.add(Why.NO_MAINS)
    if box.battery_pct is not None:
        # With mains a spent battery fails nobody today; without, nothing else holds the box up.
        if box.battery_pct < BATTERY_EMPTY_PCT and box.mains is not True:
            found.add(Why.BATTERY_EMPTY)
        elif box.battery_pct < rules.battery_low_pct:
            found.add(Why.BATTERY_LOW)
    return found


def _of_the_link(box: BoxNow, now: Millis, rules: Rules) -> set[Why]:
    if box.online is False:
        return {Why.OFFLINE}
    if box.heard_at <= 0:
        return {Why.NEVER_HEARD}
    return {Why.SILENT} if now - box.heard_at > rules.silent_ms else set()


def _of_the_test(box: BoxNow, now: Millis, rules: Rules) -> set[Why]:
    if box.tested_at is None:
        return {Why.NEVER_TESTED}
    # A test of the future is one by a box's wrong clock: it proves nothing about today.
    if box.tested_at > now + DAY_MS:
        return {Why.TEST_OVERDUE}
    left = box.tested_at + rules.test_every_ms - now
    if left < 0:
        return {Why.TEST_OVERDUE}
    return {Why.TEST_DUE} if left <= rules.due_within_ms else set()


def board(boxes: list[Judged]) -> list[Judged]:
    """The order of the board: the worst state first, in it the tests that are overdue, the longest overdue on top."""

    def place(one: Judged) -> tuple[int, bool, Millis, str, str]:
        untested = Why.NEVER_TESTED in one.why
        late = untested or Why.TEST_OVERDUE in one.why
        return (_WORST_FIRST.index(one.state), not late, one.test_due_at or 0, one.box.station, one.box.box)

    return sorted(boxes, key=place)


def counts(boxes: list[Judged]) -> dict[Readiness, int]:
    """How many boxes are in each state; a state nobody is in has 0."""
    return {state: sum(1 for one in boxes if one.state is state) for state in Readiness}
