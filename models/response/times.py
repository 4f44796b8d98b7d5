"""The times of many alarms as columns: when each was pressed, stored, shown, answered, reached and closed. Pure.

What nobody knows is NaN, never a guess: a press by a clock that cannot be right, an arrival without a fresh fix and
without a person's word, a screen that nobody had open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.records.base import Millis

Numbers = NDArray[np.float64]
Words = NDArray[np.object_]
Mask = NDArray[np.bool_]

#: A press said to be longer before its arrival than this was stamped by a clock of another day.
TRUSTED_MS = 24 * 3_600_000


class Sort(StrEnum):
    """What an alarm is counted as. Only `REAL` ones are somebody's call for help; the others are told apart."""

    REAL = "real"
    DRILL = "drill"
    TEST = "test"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Times:
    """Alarms as columns of equal length. Times in epoch ms, NaN = not known; words empty where there is none.

    `scene_how`: how the arrival is known (`models.records.dispatch.How`). `unit` is `station/unit` of the one that
    was sent last, and `sent` when that one was sent; `assigned`: when the first one was. `simulated`: of a station of
    kind `demo` or `test`.
    """

    station: Words
    alarm: Words
    kind: Words
    origin_kind: Words
    origin: Words
    lat: Numbers
    lon: Numbers
    marks: Words
    outcome: Words
    state: Words
    unit: Words
    simulated: Mask
    pressed: Numbers
    raised: Numbers
    stored: Numbers
    shown: Numbers
    acknowledged: Numbers
    assigned: Numbers
    sent: Numbers
    on_scene: Numbers
    scene_how: Words
    closed: Numbers

    def __len__(self) -> int:
        return len(self.raised)

    def where(self, mask: Mask) -> Times:
        """The alarms of a mask."""
        return replace(self, **{column.name: getattr(self, column.name)[mask] for column in fields(self)})


def times_of(rows: Sequence[Sequence[Any]]) -> Times:
    """Rows in the order of the fields of `Times`, None = not known, as columns."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(fields(Times))
    made: dict[str, Any] = {}
    for column, values in zip(fields(Times), columns, strict=True):
        if column.type == "Words":
            made[column.name] = np.array(values, dtype=object)
        else:
            made[column.name] = np.array(values, dtype=np.float64 if column.type == "Numbers" else np.bool_)
    return Times(**made)


def has_mark(times: Times, mark: str) -> Mask:
    """Whose comma list of marks holds a mark."""
    return np.fromiter((mark in marks.split(",") for marks in times.marks), np.bool_, len(times))


def trusted_press(times: Times) -> Numbers:
    """When the button was pressed by the device's own clock; NaN where that clock cannot be believed.

    Not believed: marked suspect on arrival, later than its arrival here, or a day and more before it.
    """
    early = times.raised - times.pressed
    believed = ~has_mark(times, "clock_suspect") & (early >= 0) & (early <= TRUSTED_MS)
    return np.where(believed, times.pressed, np.nan)


def called(times: Times) -> Numbers:
    """From when on a person waited: the press where its clock can be believed, else the arrival at our door."""
    pressed = trusted_press(times)
    return np.where(np.isnan(pressed), times.raised, pressed)


def sorts(times: Times) -> Words:
    """The `Sort` of each alarm as a word. Simulated data is never a drill, and a drill never a test."""
    result = np.full(len(times), Sort.REAL.value, dtype=object)
    result[times.outcome == "test"] = Sort.TEST.value
    result[has_mark(times, "drill")] = Sort.DRILL.value
    result[times.simulated] = Sort.SIMULATED.value
    return result


def took(start: Numbers, end: Numbers) -> Numbers:
    """How long from one time to another, ms; NaN where one is not known, or a clock was set back between them."""
    length = end - start
    return np.where(length >= 0, length, np.nan)


def waiting(times: Times, since: Numbers, now: Millis, allowed_ms: Millis) -> Mask:
    """Who has waited longer than allowed and still waits: late, however it ends."""
    result: Mask = (times.state != "closed") & (now - since > allowed_ms)
    return result
