"""The quick way through a plain cell. What it does not know it hands on: the exact readers decide, and both agree.

Files repeat themselves: days, hours, offences. Each spelling is read once by the exact reader and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, tzinfo
from typing import Generic, TypeVar

from models.formats.dates import parse_moment
from models.formats.problems import BadValueError
from models.records.base import Millis

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

#: Spellings remembered at most: more are not repeated, and memory stays flat.
_MOST = 100_000

#: Within this stretch of local time a zone's offset does not change, ms.
_STRETCH = 900_000

#: A day with something between its numbers: one long number may be a serial or an epoch.
_PARTED = re.compile(r"\d[^\d.]+\d|\d\.\d+\.\d|[^\W\d_]")

_DEGREES = re.compile(r"-?\d{1,3}\.\d{1,15}")
_DAY_MS = 86_400_000
#: A day that is only a day, so that the time of day alone is read from what stands behind it.
_A_DAY = "2020-01-01"


class Remembered(Generic[_K, _V]):
    """A function whose answers are kept."""

    def __init__(self, ask: Callable[[_K], _V]) -> None:
        self._ask = ask
        self._known: dict[_K, _V] = {}

    def __call__(self, key: _K) -> _V:
        """The answer."""
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) >= _MOST:
                self._known.clear()
            answer = self._known[key] = self._ask(key)
            return answer


class Moments:
    """Dates with a time of day, such as `2022-06-30 11:00` or `30/6/2565 11:00:00`, local of a zone."""

    def __init__(self, zone: tzinfo, month_first: bool) -> None:
        self._zone = zone
        self._days = Remembered(lambda text: _wall_day(text, month_first))
        self._times = Remembered(_time_of_day)
        self._offsets = Remembered(self._offset)

    def read(self, text: str) -> Millis | None:
        """Epoch ms; None when the exact reader must look: other spellings, days without a time, wrong ones."""
        colon = text.find(":")
        cut = max(text.rfind(" ", 0, colon), text.rfind("T", 0, colon)) if colon > 0 else -1
        if cut < 8:
            return None
        day, clock = self._days(text[:cut]), self._times(text[cut + 1 :])
        if day is None or clock is None:
            return None
        wall = day + clock
        return wall - self._offsets(wall // _STRETCH)

    def _offset(self, stretch: int) -> int:
        wall = datetime.fromtimestamp(stretch * _STRETCH / 1000, UTC).replace(tzinfo=self._zone)
        offset = wall.utcoffset()
        return int(offset.total_seconds() * 1000) if offset is not None else 0


def _wall_day(text: str, month_first: bool) -> Millis | None:
    """The midnight of a date as if its clock were UTC; None for anything else."""
    if not _PARTED.search(text):
        return None
    try:
        found = parse_moment(text, UTC, month_first)
    except BadValueError:
        return None
    return found.at if found.whole_day else None


def _time_of_day(text: str) -> int | None:
    """Ms since midnight; None for what has an offset, goes below a millisecond, or is no time of day."""
    if text[-1:] in ("z", "Z") or any(letter in text for letter in "+-cC") or len(text) > 12:
        return None
    try:
        found = parse_moment(f"{_A_DAY} {text}", UTC)
    except BadValueError:
        return None
    at = found.at - (parse_moment(_A_DAY, UTC).at)
    return at if not found.whole_day and 0 <= at < _DAY_MS else None


def degrees(text: str) -> float | None:
    """A coordinate written plainly, such as `13.7563`; None when the exact reader must look."""
    return float(text) if _DEGREES.fullmatch(text) else None
