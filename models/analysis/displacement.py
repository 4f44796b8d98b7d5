"""Did crime move from a zone into the ring round it? The weighted displacement quotient with what chance does. Pure.

Bowers and Johnson (2003, Journal of Quantitative Criminology 19, 275-301), A the zone, B the ring, C the rest, 0
before and 1 after: `(B1/C1 - B0/C0) / (A1/C1 - A0/C0)`. The divisor tells how the zone changed against the rest and
must be clearly below 0, or nothing was gained that could have moved; then a quotient below 0 says that the ring rose
as the zone fell (displacement), one above 0 that it fell too (diffusion of benefit).

The interval is resampled: of each of the six counts the rate that could have brought it is drawn from what the count
leaves open (gamma, count + 1/2: a count of 0 is no rate of 0). A quotient stays open while at least 2.5 of
100 draws lie on either side of its line `ring = quotient * zone`. Where the divisor is clear that is an interval;
where it is not the set has no end (Fieller 1954): all but a middle part, or any value. It is told as it is, for
intervals told only after a fall that is clear by luck hold the truth too seldom.
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
#: What is left open of a quotient: see `Quotient`.
Kind = Literal["none", "between", "outside", "any"]

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
class Quotient:
    """The quotient (None: the rest had no case, or the zone changed as the rest did) and what is left open of it.

    `kind` "between": `low` to `high`. "outside": `low` or less, or `high` or more. "any": every value, without ends.
    "none": too few cases, nothing is told.
    """

    value: float | None
    kind: Kind = "none"
    low: float | None = None
    high: float | None = None

    def holds(self, true: float) -> bool:
        """Whether a quotient is left open; for measuring how often the true one is."""
        if self.low is None or self.high is None:
            return self.kind == "any"
        inside = self.low <= true <= self.high
        return inside if self.kind == "between" else not self.low < true < self.high


@dataclass(frozen=True, slots=True)
class Displacement:
    """`success`: change of zone over rest (the divisor); `ring`: of ring over rest; `zone_to_rest`, `ring_to_rest`:
    how many times the rest's own change theirs was."""

    quotient: Quotient
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
    quotient = _left_open(exact[2], moved, gained) if enough(areas) else Quotient(exact[2])
    fell = quotient.kind == "between" and float(np.median(gained)) < 0
    to_rest = (drawn[:2, 1] / drawn[:2, 0]) / (drawn[2, 1] / drawn[2, 0])
    zone, ring = (_told(ratio, many) for ratio, many in zip(_ratios(counts), to_rest, strict=True))
    verdict, why = judged(areas, fell, quotient)
    return Displacement(quotient, success, _told(exact[0], moved), zone, ring, verdict, why)


def enough(areas: Areas) -> bool:
    """Whether zone, ring and rest have cases to measure by."""
    return min(areas.zone[0], areas.ring[0], *areas.rest) >= FEWEST


def judged(areas: Areas, fell: bool, quotient: Quotient) -> tuple[Verdict, Why]:
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


def quotient(zone: Pair, ring: Pair, rest: Pair) -> float | None:
    """The quotient itself; None when the rest had no case, or the zone changed as the rest did."""
    return _exact(np.array([zone, ring, rest], dtype=np.float64))[2]


def _moved(drawn: Floats) -> tuple[Floats, Floats]:
    """Ring over rest, after less before, and zone over rest."""
    zone, ring = (part[1] / drawn[2, 1] - part[0] / drawn[2, 0] for part in drawn[:2])
    return ring, zone


def _left_open(value: float | None, moved: Floats, gained: Floats) -> Quotient:
    """The quotients with enough draws on either side (a draw is below one when `moved <= quotient * gained`).

    From one draw's own quotient to the next the number below is the same; at it a draw of a falling zone leaves those
    below and one of a rising zone joins them.
    """
    each = moved / gained
    order = np.argsort(each)
    rising = gained[order] > 0
    below = np.concatenate(([0], np.cumsum(np.where(rising, 1, -1)))) + int((~rising).sum())
    least, most = (len(each) * edge / 100 for edge in _EDGES)
    left = (below >= least) & (below <= most)
    ends = np.concatenate(([-np.inf], each[order], [np.inf]))
    if not left[0]:
        found = np.flatnonzero(left)
        return Quotient(value, "between", float(ends[found[0]]), float(ends[found[-1] + 1]))
    shut = np.flatnonzero(~left)
    if not len(shut):
        return Quotient(value, "any")
    return Quotient(value, "outside", float(ends[shut[0]]), float(ends[shut[-1] + 1]))


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
