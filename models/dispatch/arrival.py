"""Whether a unit has reached a place, has left it, or is on its way there, from its fixes alone. Pure.

On scene is inside `RADIUS_M` of the place for `DWELL_MS`. Between two fixes the unit is taken to drive straight and
steadily: at 40 km/h and a fix each 10 s they lie 111 m apart, and a stay may show in one of them, or in none. Over a
gap longer than `GAP_MS` nothing is taken for granted, so that silence proves nothing.

Every time told is that of the first fix that proves it: never earlier than it was, and late by one fix at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from models.records.base import Millis
from models.records.position import HIDDEN, Fix, FixFlag
from models.track import EARTH_M

#: On scene is as near as this, in metres, for as long as that.
RADIUS_M = 40.0
DWELL_MS = 10_000

#: What a unit did between two fixes further apart in time than this, nobody knows.
GAP_MS = 60_000

#: A unit has left when it is farther off than this for as long as that: parking and turning are not leaving.
AWAY_M = 100.0
AWAY_MS = 30_000

#: A unit is on its way when it is nearer than where it was sent from by as much.
NEARER_M = 100.0

#: A fix that says of itself that it is worse than this proves nothing.
COARSE_M = 100.0

_UNUSED = HIDDEN | int(FixFlag.MOCK)
_M_PER_DEG = math.pi * EARTH_M / 180.0


@dataclass(frozen=True, slots=True)
class _At:
    """A fix by its place in metres from where help is needed."""

    at: Millis
    x: float
    y: float

    @property
    def gap(self) -> float:
        return math.hypot(self.x, self.y)


def arrival(track: Iterable[Fix], lat: float, lon: float, since: Millis) -> Millis | None:
    """When a unit had reached a place (degrees), not before `since`; None when its fixes do not prove it.

    `track`: ascending, begun a little before `since`, so that where it was at that moment is known.
    """
    entered, proof = math.inf, 0
    for one, other in pairwise(_proving(track, lat, lon)):
        inside = _inside(one, other)
        if inside is None:
            entered = math.inf
            continue
        enter, leave = inside
        if enter > one.at:  # it came in from outside
            entered, proof = enter, other.at
        elif entered == math.inf:  # it was there when the track begins, or after a gap
            entered, proof = enter, one.at
        if leave - max(entered, since) >= DWELL_MS:
            return max(proof, since)
        if leave < other.at:
            entered = math.inf
    return None


def departure(track: Iterable[Fix], lat: float, lon: float, since: Millis) -> Millis | None:
    """When a unit that was at a place at `since` had left it; None when its fixes do not prove it.

    One whose fixes never showed it there cannot be seen to leave: somebody else said that it had come.
    """
    there, out = False, -1
    for fix in _proving(track, lat, lon):
        if fix.gap <= AWAY_M:
            there, out = True, -1
        elif fix.at <= since:
            there = False
        elif there and out < 0:
            out = fix.at
        elif there and fix.at - out >= AWAY_MS:
            return out
    return None


def setting_out(track: Iterable[Fix], lat: float, lon: float, since: Millis) -> Millis | None:
    """When a unit sent to a place at `since` was on its way there; None when its fixes do not prove it."""
    start: float | None = None
    for fix in _proving(track, lat, lon):
        if fix.at <= since or start is None:
            start = fix.gap
        elif fix.gap <= start - NEARER_M:
            return fix.at
    return None


def _proving(track: Iterable[Fix], lat: float, lon: float) -> Iterator[_At]:
    """The fixes that prove something, in metres from the place, in order of their times."""
    east = _M_PER_DEG * math.cos(math.radians(lat))
    before = -math.inf
    for fix in track:
        coarse = fix.accuracy_m is not None and fix.accuracy_m > COARSE_M
        if not fix.flags & _UNUSED and not coarse and fix.at > before:
            before = fix.at
            yield _At(fix.at, (fix.lon - lon) * east, (fix.lat - lat) * _M_PER_DEG)


def _inside(one: _At, other: _At) -> tuple[float, float] | None:
    """From when to when the straight way between two fixes lies within `RADIUS_M`, in ms; None when it never does,
    or nobody knows the way."""
    if other.at - one.at > GAP_MS:
        return None
    dx, dy = other.x - one.x, other.y - one.y
    # |one + share * (dx, dy)| = RADIUS_M
    a, b, c = dx * dx + dy * dy, one.x * dx + one.y * dy, one.x * one.x + one.y * one.y - RADIUS_M * RADIUS_M
    if a < 1e-9:
        return (float(one.at), float(other.at)) if c <= 0 else None
    root = b * b - a * c
    if root < 0:
        return None
    first, last = (-b - math.sqrt(root)) / a, (-b + math.sqrt(root)) / a
    if last < 0 or first > 1:
        return None
    span = other.at - one.at
    return one.at + max(0.0, first) * span, one.at + min(1.0, last) * span


def window(assigned_at: Millis, now: Millis, longest_ms: Millis) -> tuple[Millis, Millis]:
    """Of which time a track must be read to judge a unit sent at `assigned_at`."""
    return max(assigned_at - GAP_MS, now - longest_ms), now + 1
