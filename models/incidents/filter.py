"""The one filter of the analytic pages: every part narrows, None takes all. Pure, hashable: answers are kept by it.

An hour is certain when the case is known to lie within one hour of the local clock. One that is known only to a
longer window is in no hour: it is in the bucket `NO_HOUR`, which can be asked for like an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from models.records.base import Millis

#: In `hours`: cases without a certain hour.
NO_HOUR = -1

#: In `qualities`: cases without a place, whatever quality is written beside none.
NO_PLACE = "none"

ARRESTED = ("yes", "no", "unknown")

#: Corners of a drawn area at most, and ms from the first to the last moment that can be asked for.
MOST_CORNERS = 64

#: (lon, lat), degrees, WGS 84; a ring that closes by itself.
Area = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases. `[start, end)` in ms of `occurred_from`; hours and weekdays (0 = Monday) of the local clock.

    `period`: the quick choice the two moments came from, "days" when they were typed; `back`: they are those of the
    same period a year before. `zone`: `station/zone`, as in the register. `area`: drawn by hand.
    An empty set or area takes no case: it is what is left of an address nothing of which is known.
    """

    period: str
    start: Millis
    end: Millis
    back: bool = False
    hours: frozenset[int] | None = None
    weekdays: frozenset[int] | None = None
    stations: frozenset[str] | None = None
    zone: str | None = None
    area: Area | None = None
    groups: frozenset[int] | None = None
    offences: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    found_by: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    qualities: frozenset[str] | None = None
    arrested: frozenset[str] | None = None

    @property
    def narrowed(self) -> tuple[str, ...]:
        """The parts, beside the period, that leave something out."""
        return tuple(one.name for one in fields(self)[4:] if getattr(self, one.name) is not None)


def toggled(chosen: frozenset[str] | None, one: str) -> frozenset[str] | None:
    """A part after a click on one of its values: only that one; the same again takes all."""
    return None if chosen == frozenset({one}) else frozenset({one})
