"""The quick way through plain cells, a column at a time. What it does not know it hands on: the exact readers decide.

Files repeat themselves: days, hours, offences. Each spelling is read once, by the exact reader, and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from typing import TypeVar

from models.formats.dates import parse_moment
from models.formats.problems import BadValueError
from models.records.base import Millis

_K = TypeVar("_K")
_V = TypeVar("_V")

#: Spellings remembered at most: more are not repeated, and memory stays flat.
_MOST = 200_000

#: Stands for a moment that the exact reader must look at; so low that a sum with it stays below `_NOT_PLAIN`.
_UNREAD = -(1 << 62)
_NOT_PLAIN = -(1 << 61)

#: A date and the hour of a day behind it, as far as the colon.
_TO_THE_HOUR = re.compile(r".*(?:\d[^\d.]+\d|\d\.\d+\.\d|[^\W\d_]).*[ T]([01]?\d|2[0-3])", re.DOTALL)
#: What may follow the hour: minutes, seconds, at most milliseconds.
_PAST_THE_HOUR = re.compile(r":\d{2}(:\d{2}(\.\d{1,3})?)?")
#: The same with an offset at the end, as our own exports have it.
_WITH_OFFSET = re.compile(_PAST_THE_HOUR.pattern + r"[+-]\d{2}:\d{2}")
#: The ends of an hour: when they are an hour apart no zone changed its clocks between them.
_ENDS = ("00:00", "59:59")
_BETWEEN_MS = 3_599_000

_ONE_DEGREE = r"(?:-?\d{1,3}(?:\.\d{1,15})?)?"
_DEGREE, _DEGREES = re.compile(_ONE_DEGREE), re.compile(rf"(?:{_ONE_DEGREE}\n)*")


class Remembered(dict[_K, _V]):
    """The answers of a function by what it was asked; `list(map(remembered.__getitem__, asked))` is quick."""

    def __init__(self, ask: Callable[[_K], _V]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, key: _K) -> _V:
        if len(self) >= _MOST:
            self.clear()
        answer = self[key] = self._ask(key)
        return answer

    def all(self, keys: Iterable[_K]) -> list[_V]:
        """The answers to many."""
        return list(map(self.__getitem__, keys))


class Moments:
    """Dates with a time of day, such as `2022-06-30 11:00` or `30/6/2565 11:00:00`, local of a zone, or with an
    offset, `2022-06-30T11:00:00.000+07:00`. Those of one call are expected to be written like its first."""

    def __init__(self, zone: tzinfo, month_first: bool) -> None:
        self._hours = Remembered[str, int](lambda text: _hour(text, zone, month_first))
        self._rests = Remembered[str, int](lambda text: _past_the_hour(text, _PAST_THE_HOUR))
        self._utc_hours = Remembered[str, int](lambda text: _hour(text, UTC, month_first))
        self._utc_rests = Remembered[str, int](lambda text: _past_the_hour(text, _WITH_OFFSET))

    def all(self, texts: Sequence[str]) -> list[Millis | None]:
        """Epoch ms of each; None where the exact reader must look: other spellings, no time of day, wrong ones."""
        hours, rests = self._hours, self._rests
        first = next(filter(None, texts), "")
        if ":" in first and _WITH_OFFSET.fullmatch(first[first.find(":") :]):
            hours, rests = self._utc_hours, self._utc_rests
        found = [hours[text[: (colon := text.find(":"))]] + rests[text[colon:]] for text in texts]
        return [None if at < _NOT_PLAIN else at for at in found] if min(found, default=0) < _NOT_PLAIN else [*found]


def _hour(text: str, zone: tzinfo, month_first: bool) -> int:
    """The moment at which an hour begins; `_UNREAD` for anything else, and for an hour that changes clocks."""
    if not _TO_THE_HOUR.fullmatch(text):
        return _UNREAD
    try:
        first, last = (parse_moment(f"{text}:{rest}", zone, month_first).at for rest in _ENDS)
    except BadValueError:
        return _UNREAD
    return first if last - first == _BETWEEN_MS else _UNREAD


def _past_the_hour(text: str, spelling: re.Pattern[str]) -> int:
    """Ms since the hour began, less the offset."""
    if not spelling.fullmatch(text):
        return _UNREAD
    try:
        return parse_moment(f"2020-01-01 00{text}", UTC).at - parse_moment("2020-01-01 00:00", UTC).at
    except BadValueError:
        return _UNREAD


def degrees(texts: Sequence[str]) -> tuple[list[float | None], list[int]]:
    """Coordinates written plainly, such as `13.7563`, None for an empty cell; and where they are not plain, None too:
    one such cell must not send all the others of its piece to the exact reader."""
    joined = "\n".join(texts) + "\n"
    # A break within a cell would pass for the end of a cell.
    if joined.count("\n") == len(texts) and _DEGREES.fullmatch(joined):
        return [float(text) if text else None for text in texts], []
    odd = {index for index, text in enumerate(texts) if not _DEGREE.fullmatch(text)}
    return [float(text) if text and index not in odd else None for index, text in enumerate(texts)], sorted(odd)
