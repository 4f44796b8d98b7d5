"""Stored cases whose offence the station's table has come to mean otherwise since they were stored. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

#: An offence as an incident holds it: a code or the name as it came, and its group (None: without one).
Kind = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Stray:
    """Cases stored under `was` that come in as `now` today; `cases` of them."""

    was: Kind
    now: Kind
    cases: int


def strays(stored: Iterable[tuple[str, int | None, int]], classify: Callable[[str, int | None], Kind]) -> list[Stray]:
    """What of a station's cases (offence, group, n) is to be regrouped, the most first. An offence that nobody has
    named keeps the group it came with."""
    found = [
        Stray((offence, group), now, n)
        for offence, group, n in stored
        if n and (now := classify(offence, group)) != (offence, group)
    ]
    return sorted(found, key=lambda one: (-one.cases, one.was[0], one.was[1] or 0))
