"""The units nearest to a place, in the order in which one would send them. Pure.

Free ones with a fresh fix first, then free ones with an old fix, then free ones of whom nobody knows where they are,
then all that are busy; within each by the time they need. A unit whose fix is too old is never put before one whose
place is known, but it is listed: it may be just round the corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.streets.net import Reach
from models.streets.sphere import Floats, gaps, points

#: Street metres to straight metres where no street net tells. Over pairs of places on the streets of Pathum Wan,
#: Bangkok, half are below 1.33 (`tests/unit/test_streets.py` measures it).
LINE_FACTOR = 1.3

#: Nearer than this the way along the streets says nothing: both may stand beside the same street, in metres.
BESIDE_M = 60.0

#: Speed of kinds of unit that traffic does not slow, in km/h; the others drive at the speed of the settings.
OWN_KMH: Mapping[str, float] = {"foot": 5.0, "bicycle": 15.0, "boat": 20.0}

#: Units looked at more closely at first; doubled until nobody left out can be nearer than those found.
_FIRST = 64


class Along(StrEnum):
    """What a distance was measured along."""

    STREETS = "streets"
    LINE = "line"
    NOTHING = ""


class Fleet(NamedTuple):
    """Units as arrays of one length: degrees (NaN without a fix), age of the fix in ms, free, km/h."""

    lat: Floats
    lon: Floats
    age_ms: Floats
    free: npt.NDArray[np.bool_]
    kmh: Floats


@dataclass(frozen=True, slots=True)
class Near:
    """One unit of a fleet, by index: metres and along what, seconds to the place; None where a place is not known."""

    index: int
    metres: float | None
    along: Along
    seconds: float | None
    fresh: bool
    free: bool


def nearest(
    fleet: Fleet,
    place: tuple[float, float] | None,
    reach: Reach | None,
    *,
    fresh_ms: float,
    lost_ms: float,
    most: int = 20,
) -> list[Near]:
    """At most `most` units in the order in which one would send them.

    Args:
        fleet: every unit that may be sent.
        place: where help is needed, (lat, lon) in degrees; None when nobody knows.
        reach: the street net as seen from there; None without one.
        fresh_ms: a fix younger than this is fresh.
        lost_ms: a fix older than this is too old: after all that are younger.
        most: as many as are listed.
    """
    here = None if place is None else points([place[0]], [place[1]])[0]
    there = points(fleet.lat, fleet.lon)
    straight = np.full(len(fleet.lat), np.nan) if here is None else gaps(there, here)
    rank = _rank(fleet, straight, fresh_ms, lost_ms)
    found: list[Near] = []
    for group in range(4):
        members = np.flatnonzero(rank == group)
        if len(found) < most and len(members):
            found += _group(fleet, members, straight, there, reach, fresh_ms, most - len(found))
    return found


def _rank(fleet: Fleet, straight: Floats, fresh_ms: float, lost_ms: float) -> npt.NDArray[np.int_]:
    """0 free and fresh, 1 free and old, 2 free and too old or without a place, 3 not free."""
    age = np.where(np.isnan(fleet.lat), np.inf, fleet.age_ms)
    rank = np.where(age < fresh_ms, 0, np.where(age < lost_ms, 1, 2))
    return np.where(fleet.free, rank, 3)


def _group(
    fleet: Fleet, members: npt.NDArray[np.int_], straight: Floats, there: Floats, reach: Reach | None,
    fresh_ms: float, most: int,
) -> list[Near]:  # fmt: skip
    """The `most` of one rank that are there first: exact, though only a few are measured along the streets."""
    at_best = np.nan_to_num(straight[members] / fleet.kmh[members], nan=np.inf)  # no way is shorter than the line
    take = _FIRST
    while True:
        few = at_best.argsort(kind="stable") if take >= len(members) else np.argpartition(at_best, take)[:take]
        metres, along = _metres(straight[members[few]], there[members[few]], reach)
        hours = np.nan_to_num(metres / fleet.kmh[members[few]], nan=np.inf)
        order = np.lexsort((members[few], hours))[:most]
        if take >= len(members) or (len(order) == most and hours[order[-1]] <= at_best[few].max()):
            break
        take *= 2
    return [
        Near(
            index=int(members[few[place]]),
            metres=float(metres[place]) if np.isfinite(metres[place]) else None,
            along=(Along.STREETS if along[place] else Along.LINE) if np.isfinite(metres[place]) else Along.NOTHING,
            seconds=float(hours[place] * 3.6) if np.isfinite(hours[place]) else None,
            fresh=bool(fleet.age_ms[members[few[place]]] < fresh_ms),
            free=bool(fleet.free[members[few[place]]]),
        )
        for place in order
    ]


def _metres(straight: Floats, there: Floats, reach: Reach | None) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Metres to each place, and whether they are along the streets; NaN where nobody knows."""
    line = straight * LINE_FACTOR
    if reach is None:
        return line, np.zeros(len(line), bool)
    known = np.isfinite(straight)
    streets = np.full(len(line), np.nan)
    streets[known] = reach.to(there[known])
    by_street = np.isfinite(streets) & (straight > BESIDE_M)
    return np.where(by_street, streets, line), by_street
