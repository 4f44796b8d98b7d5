"""Reading the parts of an address one by one: what a part may say, and which parts were not understood. Pure.

What is read raises `ValueError` where it is nothing that can be understood.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

#: Characters of one part, and values in one part, that are read.
MOST_LENGTH, MOST_VALUES = 4_000, 400

#: What older addresses wrote for a part that takes all; how an address writes a part that takes no case at all.
ALL, NONE = "all", "!"

STATION = re.compile(r"[a-z0-9_]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,2}")

_T = TypeVar("_T")


class Reader:
    """Reads the parts of an address one by one, and keeps the names of those that were not understood."""

    def __init__(self, params: Mapping[str, str]) -> None:
        self._params = {**params, "zone": whole_zone(params)}
        self.bad: list[str] = []

    def text(self, name: str) -> str:
        """A part as it is written."""
        return self._params.get(name, "")

    def part(self, name: str, reader: Callable[[str], _T]) -> _T | None:
        """What a part says; None: nothing, all, or nothing that can be understood."""
        text = self.text(name)
        if text in ("", ALL):
            return None
        try:
            if len(text) > MOST_LENGTH:
                raise ValueError(name)
            return reader(text)
        except ValueError:
            self.bad.append(name)
            return None

    def several(self, name: str, one: Callable[[str], _T]) -> frozenset[_T] | None:
        """The values of a part."""
        text = self.text(name)
        if text in ("", ALL):
            return None
        values = set(text.split(".")) if text != NONE and len(text) <= MOST_LENGTH else set()
        values = values if len(values) <= MOST_VALUES else set()
        found = set()
        for value in values:
            with contextlib.suppress(ValueError):
                found.add(one(value))
        # What of it is known holds; where nothing is, no case is taken: some were asked for, not all.
        if not found or len(found) < len(values):
            self.bad.append(name)
        return frozenset(found)


def one_of(text: str, allowed: Collection[str]) -> str:
    """One of the words that may stand there."""
    if text not in allowed:
        raise ValueError(text)
    return text


def fit(pattern: re.Pattern[str], text: str) -> str:
    """A text that is of the pattern, whole."""
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def named(pattern: re.Pattern[str], text: str, known: Collection[str] | None) -> str:
    """A code the reader may choose; known None: any that is one."""
    return fit(pattern, text) if known is None else one_of(text, known)


def number(text: str, most: int) -> int:
    """A whole number from 0 to `most`."""
    found = int(fit(_DIGITS, text))
    if found > most:
        raise ValueError(text)
    return found


def whole_zone(params: Mapping[str, str]) -> str:
    """The zone with its station; older addresses wrote its code alone, beside the one station."""
    text, station = params.get("zone", ""), params.get("station", "")
    return f"{station}/{text}" if text not in ("", ALL) and "/" not in text and STATION.fullmatch(station) else text
