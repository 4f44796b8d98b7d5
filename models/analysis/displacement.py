"""Did crime move from a zone into the ring round it? The weighted displacement quotient with what chance does. Pure.

Bowers and Johnson (2003, Journal of Quantitative Criminology 19, 275-301), A the zone, B the ring, C the rest, 0
before and 1 after: `(B1/C1 - B0/C0) / (A1/C1 - A0/C0)`. The divisor tells how the zone changed against the rest and
must be clearly below 0, or nothing was gained that could have moved; then a quotient below 0 says that the ring rose
as the zone fell (displacement), one above 0 that it fell too (diffusion of benefit).

The interval is resampled: of each of the six counts the rate that could have brought it is drawn from what the count
leaves open (gamma, count + 1/2: a count of 0 is no rate of 0), and the middle 95 of 100 quotients are told. While the
divisor is not clear the interval has no end (Fieller 1954), and none is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[int, int]

Verdict = Literal["no_sign", "cannot_tell", "likely", "diffusion"]
#: Of `cannot_tell`: fewer than `FEWEST` before in one of the three, no clear fall in the zone, an interval too wide.
Why = Literal["", "few", "no_fall", "wide"]

#: Draws of the six rates.
DRAWS = 4_000
#: Fewer cases than this before, in the zone, the ring or the rest, are no measure of it.
FEWEST = 5
#: No sign is said only when the ring cannot have taken this share of what the zone gained.
HALF = 0.5
_EDGES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Areas:
    """Cases (before, after) in the zone, in the ring round it and in the rest of the station."""

    zone: Pair
    ring: Pair
    rest: Pair


@dataclass(frozen=True, slots=True)
class Told:
    """A value and its resampled 95 % interval; None where it has none."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Displacement:
    """`success`: change of zone over rest (the divisor); `ring`: of ring over rest; `zone_to_rest`, `ring_to_rest`:
    how many times the rest's own change theirs was."""

    quotient: Told
    success: Told
    ring: Told
    zone_to_rest: Told
    ring_to_rest: Told
    verdict: Verdict
    why: Why


def displacement(areas: Areas, seed: int, draws: int = DRAWS) -> Displacement:
    """The quotient of three areas and what it says.

    Raises:
        ValueError: a count is below 0.
    """
    counts = np.array([areas.zone, areas.ring, areas.rest], dtype=np.float64)
    if (counts < 0).any():
        raise ValueError("a count is below 0")
    drawn = np.random.default_rng(seed).gamma(counts[..., None] + 0.5, size=(3, 2, draws))
    moved, gained = _moved(drawn)
    exact = _exact(counts)
    success = _told(exact[1], gained)
    fell = enough(areas) and success.high is not None and success.high < 0
    quotient = _told(exact[2], moved / gained) if fell else Told(exact[2])
    to_rest = (drawn[:2, 1] / drawn[:2, 0]) / (drawn[2, 1] / drawn[2, 0])
    zone, ring = (_told(ratio, many) for ratio, many in zip(_ratios(counts), to_rest, strict=True))
    verdict, why = judged(areas, fell, quotient)
    return Displacement(quotient, success, _told(exact[0], moved), zone, ring, verdict, why)


def enough(areas: Areas) -> bool:
    """Whether zone, ring and rest have cases to measure by."""
    return min(areas.zone[0], areas.ring[0], *areas.rest) >= FEWEST


def judged(areas: Areas, fell: bool, quotient: Told) -> tuple[Verdict, Why]:
    """The rule, in the order it is asked: what a quotient and its interval say."""
    if not enough(areas):
        return "cannot_tell", "few"
    if not fell or quotient.low is None or quotient.high is None:
        return "cannot_tell", "no_fall"
    if quotient.high < 0:
        return "likely", ""
    if quotient.low > 0:
        return "diffusion", ""
    return ("no_sign", "") if quotient.low > -HALF else ("cannot_tell", "wide")


def holds(areas: Areas, true: float, seed: int, draws: int = DRAWS) -> bool:
    """Whether the interval, without an end as well, holds a true quotient; for measuring how often it does."""
    counts = np.array([areas.zone, areas.ring, areas.rest], dtype=np.float64)
    moved, gained = _moved(np.random.default_rng(seed).gamma(counts[..., None] + 0.5, size=(3, 2, draws)))
    below = 100 * float((moved <= true * gained).mean())
    return _EDGES[0] <= below <= _EDGES[1]


def quotient(zone: Pair, ring: Pair, rest: Pair) -> float | None:
    """The quotient itself; None when the rest had no case, or the zone changed as the rest did."""
    return _exact(np.array([zone, ring, rest], dtype=np.float64))[2]


def _moved(drawn: Floats) -> tuple[Floats, Floats]:
    """Ring over rest, after less before, and zone over rest."""
    zone, ring = (part[1] / drawn[2, 1] - part[0] / drawn[2, 0] for part in drawn[:2])
    return ring, zone


def _exact(counts: Floats) -> tuple[float | None, float | None, float | None]:
    """Ring over rest, zone over rest, the quotient."""
    if not counts[2].all():
        return None, None, None
    ring, zone = (float(one) for one in _moved(counts))
    return ring, zone, ring / zone if zone else None


def _ratios(counts: Floats) -> list[float | None]:
    rest = counts[2]
    return [
        float(part[1] * rest[0] / (part[0] * rest[1])) if part[0] and rest[1] and rest[0] else None
        for part in counts[:2]
    ]


def _told(value: float | None, drawn: Floats) -> Told:
    if value is None:
        return Told(None)
    low, high = np.percentile(drawn, _EDGES)
    return Told(value, float(low), float(high))
