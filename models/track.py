"""One unit's newest fixes: which of two with one stamp counts, and which are jumps. Pure.

The rules depend on the set of fixes alone, not on the order in which they arrived, so that a shuffled, doubled
or late stream ends in the same state (contract, section 3).
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Sequence

from models.records.position import Fix, FixFlag

#: Faster than this between two neighbours in fix time is a jump (contract, section 3), in km/h.
MAX_SPEED_KMH = 250.0

#: A time gap under a second is taken as a second: noise of a few metres is not a speed.
MIN_GAP_MS = 1000

#: Fixes of a unit the live picture remembers: enough to judge a late one and to draw a short tail.
TAIL = 8

#: Plain integers: an IntFlag's operators cost a microsecond each, and these run for every fix.
_JUMP = int(FixFlag.JUMP)
_NOT_JUMP = ~_JUMP

#: Mean radius of the earth in metres (IUGG).
EARTH_M = 6_371_008.8
_M_PER_DEG = math.pi * EARTH_M / 180.0


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres (haversine on the IUGG mean radius; error below 0.6 %)."""
    d_lat = math.radians(lat2 - lat1)
    d_lon = math.radians(lon2 - lon1)
    h = (
        math.sin(d_lat / 2) ** 2
        + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(d_lon / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, h)))


def canonical(fix: Fix) -> str:
    """The content of a fix as canonical JSON: sorted keys, no blanks, absent values left out.

    Of two fixes of one unit with one stamp the one with the smaller text counts. Arrival and judgement
    (`received_at`, `JUMP`, `OUT_OF_AREA`) are not content.
    """
    content = {
        "accuracy_m": fix.accuracy_m,
        "battery_pct": fix.battery_pct,
        "heading_deg": fix.heading_deg,
        "lat": fix.lat,
        "lon": fix.lon,
        "mock": True if fix.flags & int(FixFlag.MOCK) else None,
        "source": fix.source,
        "speed_kmh": fix.speed_kmh,
    }
    return json.dumps(
        {key: value for key, value in content.items() if value is not None}, sort_keys=True, separators=(",", ":")
    )


def smaller(one: Fix, other: Fix) -> Fix:
    """Of two fixes of one unit and stamp, the one that counts."""
    if one[3:10] == other[3:10] and one.flags == other.flags:
        return one
    return one if canonical(one) <= canonical(other) else other


def far(one: Fix, other: Fix) -> bool:
    """Whether going from one fix to the other needs more than `MAX_SPEED_KMH`."""
    gap_ms = abs(other.at - one.at)
    reach_m = MAX_SPEED_KMH / 3.6 * (gap_ms if gap_ms > MIN_GAP_MS else MIN_GAP_MS) / 1000.0
    # Cheap bound first: a degree of latitude or of longitude is never longer than this.
    if (abs(other.lat - one.lat) + abs(other.lon - one.lon)) * _M_PER_DEG <= reach_m:
        return False
    return distance_m(one.lat, one.lon, other.lat, other.lon) > reach_m


def is_jump(before_that: Fix | None, before: Fix | None, fix: Fix) -> bool:
    """Whether a fix is a jump, judged from its neighbours before it in fix time.

    A lone spike (far from both neighbours, which agree with each other) does not condemn the fix after it:
    that one is judged from the fix before the spike.
    """
    if before is None or not far(before, fix):
        return False
    return before_that is None or not far(before_that, before) or far(before_that, fix)


def judged(tail: Sequence[Fix], start: int = 0) -> tuple[Fix, ...]:
    """The fixes, ascending in time, with `JUMP` set or cleared from index `start` on."""
    result = list(tail)
    for index in range(start, len(result)):
        fix = result[index]
        jump = is_jump(result[index - 2] if index > 1 else None, result[index - 1] if index else None, fix)
        flags = fix.flags | _JUMP if jump else fix.flags & _NOT_JUMP
        if flags != fix.flags:
            result[index] = fix._replace(flags=flags)
    return tuple(result)


def insert(tail: tuple[Fix, ...], fix: Fix, keep: int = TAIL) -> tuple[Fix, ...]:
    """The tail with one more fix of the same unit: sorted, judged, at most `keep` long.

    Returns the same object when the fix changes nothing.
    """
    if not tail or fix.at > tail[-1].at:
        before = tail[-1] if tail else None
        before_that = tail[-2] if len(tail) > 1 else None
        jump = is_jump(before_that, before, fix)
        if jump != bool(fix.flags & _JUMP):
            fix = fix._replace(flags=fix.flags ^ _JUMP)
        return (*tail[-keep + 1 :], fix)
    index = bisect_left([known.at for known in tail], fix.at)
    if index < len(tail) and tail[index].at == fix.at:
        known = tail[index]
        winner = smaller(known._replace(flags=known.flags & _NOT_JUMP), fix._replace(flags=fix.flags & _NOT_JUMP))
        if canonical(winner) == canonical(known):
            return tail
        changed = (*tail[:index], winner, *tail[index + 1 :])
        return judged(changed, index)
    if index == 0 and len(tail) >= keep:
        return tail
    changed = (*tail[:index], fix, *tail[index:])
    # Judge before cutting: the oldest kept fix may lose the neighbour it was judged from, always in the same way.
    return judged(changed[-keep:], 0 if len(changed) > keep else index)
