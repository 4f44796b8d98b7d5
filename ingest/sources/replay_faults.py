"""Counts what is wrong with the fixes of a file, so that it can be compared with what came out at the far end. Pure.

How each is counted (`docs/demo.md` has the figures of a real file):
- zero: latitude and longitude are both exactly 0.
- repeated: a row whose unit and time were seen in an earlier row; of three alike, two are repeated.
- jumps: two rows of one unit that follow each other in time (repeated times left out), whose distance on the sphere
  over the time between them is more than 180 km/h. A zero coordinate counts as the place it says it is, so one
  lone zero makes two jumps; `jumps_without_zeros` leaves zeros out first.
- clock years off: a fix more than a year away from every fix of every other unit of the file.
- ahead, ancient: what the pipeline rejects as `clock`: over 5 minutes ahead of the replay, or before 2007.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.sources.replay_read import Fixes, Floats
from models.records.base import Millis

JUMP_KMH = 180.0
YEAR_MS = 365 * 86_400_000
AHEAD_MS = 5 * 60_000
YEAR_2007_MS = 1_167_609_600_000
_EARTH_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Faults:
    """What was found in a file, in rows (units: distinct ids; `first_at`, `last_at`: epoch ms)."""

    rows: int = 0
    units: int = 0
    zero: int = 0
    repeated: int = 0
    jumps: int = 0
    jumps_without_zeros: int = 0
    out_of_range: int = 0
    clock_years_off: int = 0
    ahead: int = 0
    ancient: int = 0
    first_at: Millis = 0
    last_at: Millis = 0


def count_faults(fixes: Fixes, now: Millis) -> Faults:
    """The faults of a whole file; `now` is the time of the replay."""
    if not len(fixes):
        return Faults()
    zero = (fixes.lat == 0.0) & (fixes.lon == 0.0)
    order = np.lexsort((fixes.at, fixes.unit))
    ordered = fixes.take(order)
    again = _repeats(ordered)
    off = ~np.isfinite(fixes.lat) | ~np.isfinite(fixes.lon) | (np.abs(fixes.lat) > 90) | (np.abs(fixes.lon) > 180)
    single = ordered.take(np.flatnonzero(~again))
    nonzero = np.flatnonzero((single.lat != 0.0) | (single.lon != 0.0))
    return Faults(
        rows=len(fixes),
        units=len(np.unique(fixes.unit)),
        zero=int(zero.sum()),
        repeated=int(again.sum()),
        jumps=_jumps(single),
        jumps_without_zeros=_jumps(single.take(nonzero)),
        out_of_range=int(off.sum()),
        clock_years_off=_lonely(fixes),
        ahead=int((fixes.at > now + AHEAD_MS).sum()),
        ancient=int((fixes.at < YEAR_2007_MS).sum()),
        first_at=int(fixes.at.min()),
        last_at=int(fixes.at.max()),
    )


def _repeats(ordered: Fixes) -> NDArray[np.bool_]:
    """Of fixes sorted by unit and time (stable): those whose unit and time were there before."""
    again = np.zeros(len(ordered), dtype=np.bool_)
    again[1:] = (ordered.unit[1:] == ordered.unit[:-1]) & (ordered.at[1:] == ordered.at[:-1])
    return again


def _jumps(ordered: Fixes) -> int:
    """Neighbours in time of one unit that lie too far apart; sorted by unit and time, no time twice."""
    if len(ordered) < 2:
        return 0
    same = ordered.unit[1:] == ordered.unit[:-1]
    hours = (ordered.at[1:] - ordered.at[:-1]) / 3_600_000.0
    metres = sphere_m(ordered.lat[:-1], ordered.lon[:-1], ordered.lat[1:], ordered.lon[1:])
    return int((same & (metres / 1000.0 > JUMP_KMH * hours)).sum())


def sphere_m(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distances in metres; degrees in."""
    a1, a2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((a2 - a1) / 2) ** 2 + np.cos(a1) * np.cos(a2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return np.asarray(2 * _EARTH_M * np.arcsin(np.sqrt(np.minimum(1.0, half))))


def _lonely(fixes: Fixes) -> int:
    """Fixes with no other unit's fix within a year: runs of time that one unit alone has."""
    order = np.argsort(fixes.at, kind="stable")
    at, unit = fixes.at[order], fixes.unit[order]
    if unit.min() == unit.max():
        return 0
    change = np.flatnonzero(unit[1:] != unit[:-1])
    ends = np.append(change, len(at) - 1)
    starts = np.insert(change + 1, 0, 0)
    before, after = np.full(len(at), -(2**62)), np.full(len(at), 2**62)
    for start, end in zip(starts, ends, strict=True):
        if start > 0:
            before[start : end + 1] = at[start - 1]
        if end + 1 < len(at):
            after[start : end + 1] = at[end + 1]
    return int(((at - before > YEAR_MS) & (after - at > YEAR_MS)).sum())
