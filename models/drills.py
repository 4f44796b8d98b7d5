"""Drills: which press is one of a drill, and what a drill's record says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from models.records.base import Millis
from models.records.sos import EventKind, Signal

#: How far a box's own clock may be off, in ms, for its press to count as made within the drill.
CLOCK_MS: Millis = 60_000

#: Longest drill that may be announced, in ms: one that nobody ended must not mark presses for days.
LONGEST_MS: Millis = 12 * 3_600_000


class Refusal(StrEnum):
    """Why a drill cannot be announced or ended."""

    NO_BOX = "no_box"
    TIMES = "times"  # over before it begins, or longer than `LONGEST_MS`
    UNKNOWN = "unknown"  # a box that is not in the station's register
    TAKEN = "taken"  # a box that is in another drill then
    OVER = "over"


class BadDrillError(Exception):
    """A drill that cannot be announced or ended; nothing was changed. `box` where one is the reason."""

    def __init__(self, why: Refusal, box: str = "") -> None:
        super().__init__(f"{why.value} {box}".strip())
        self.why = why
        self.box = box


def in_drill(signal: Signal, starts_at: Millis, ends_at: Millis) -> bool:
    """Whether an expected box's press is one of the drill: made and arrived within it.

    In doubt it is a real one: a press that comes late, from before the drill, or with a clock that is wrong, may be a
    person who waits. Either way it sounds.
    """
    arrived = starts_at <= signal.received_at < ends_at
    made = starts_at - CLOCK_MS <= signal.at < ends_at + CLOCK_MS
    return signal.kind is EventKind.PRESS and signal.origin_kind == "box" and arrived and made


@dataclass(frozen=True, slots=True)
class BoxRecord:
    """One expected box in a drill. Times ms; None = that did not happen."""

    box: str
    pressed_at: Millis | None = None
    alarm: str | None = None
    acknowledged_at: Millis | None = None
    acknowledged_by: str = ""

    @property
    def answer_ms(self) -> Millis | None:
        """From the arrival of the press to its acknowledgement; None while there is none, or when the alarm that the
        press joined had been acknowledged before: nobody answered the drill."""
        if self.pressed_at is None or self.acknowledged_at is None or self.acknowledged_at < self.pressed_at:
            return None
        return self.acknowledged_at - self.pressed_at


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a drill. `median_ms`, `slowest_ms`: of the answered ones; None when there are none."""

    expected: int
    heard: int
    answered: int
    in_time: int
    median_ms: float | None
    slowest_ms: Millis | None


def summary(boxes: Sequence[BoxRecord], within_ms: Millis) -> Summary:
    """The counts of a drill. `within_ms`: the time in which an alarm is to be acknowledged."""
    times = [one.answer_ms for one in boxes if one.answer_ms is not None]
    return Summary(
        expected=len(boxes),
        heard=sum(1 for one in boxes if one.pressed_at is not None),
        answered=len(times),
        in_time=sum(1 for time in times if time <= within_ms),
        median_ms=median(times) if times else None,
        slowest_ms=max(times, default=None),
    )
