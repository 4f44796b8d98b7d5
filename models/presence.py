"""Whether a unit can have been where somebody says it was, by what it said itself of where it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from models.records.base import Millis
from models.records.position import HIDDEN, Fix, FixFlag
from models.track import MAX_SPEED_KMH, distance_m

#: How far in time a fix may be from what it speaks against, ms.
WITHIN_MS = 60_000

#: What a good receiver between high houses may be off by, m.
MARGIN_M = 500.0

#: One fix may be wrong, and of two with one error behind them both.
LEAST = 3

_NO_WITNESS = HIDDEN | int(FixFlag.MOCK)


def away_m(lat: float, lon: float, at: Millis, fixes: Iterable[Fix]) -> float | None:
    """How far a unit was at least from a place at a moment, m; None where it can have been there.

    Each fix within `WITHIN_MS` says how far the unit can have come until then or from then on, at `MAX_SPEED_KMH`. It
    was elsewhere when there are `LEAST` of them and no one lets it be there.
    """
    said = [fix for fix in fixes if abs(fix.at - at) <= WITHIN_MS and not fix.flags & _NO_WITNESS]
    short = [
        distance_m(lat, lon, fix.lat, fix.lon)
        - MARGIN_M
        - (fix.accuracy_m or 0.0)
        - abs(fix.at - at) / 1000 * MAX_SPEED_KMH / 3.6
        for fix in said
    ]
    return min(short) if len(short) >= LEAST and min(short) > 0 else None
