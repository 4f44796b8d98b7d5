"""Quantiles and shares that say how many cases they are of, and when these are too few. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.response.times import Numbers

#: Fewer than this many are told as a count and "too few": nine tenths of nine cases is one case's word.
LEAST = 10

#: 97.5 % point of the normal distribution, for an interval of 95 %.
_Z = 1.959963984540054


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share, from 0 to 1 (Wilson 1927, score interval without continuity correction).

    It stays inside of 0..1 and is of use for small n, where hits / n +- 1.96 standard errors is not.
    """
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    # At none and at all the far end is exact; the subtraction may miss it by a rounding.
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n` that could be judged."""

    hits: int
    n: int

    @property
    def enough(self) -> bool:
        """Whether a share may be told of so many."""
        return self.n >= LEAST

    @property
    def share(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share, from 0 to 1."""
        return wilson(self.hits, self.n)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long a leg took, in ms, over the `n` alarms where it is known; `unknown` of those that went it are not."""

    n: int = 0
    unknown: int = 0
    p50: float | None = None
    p90: float | None = None

    @property
    def enough(self) -> bool:
        """Whether quantiles may be told of so many."""
        return self.n >= LEAST


def spread(took: Numbers, unknown: int) -> Spread:
    """The quantiles of known durations by nearest rank: always a time that was measured, never one between two."""
    n = len(took)
    if n == 0:
        return Spread(0, unknown)
    ordered = np.sort(took)
    p50, p90 = (float(ordered[math.ceil(part * n) - 1]) for part in (0.5, 0.9))
    return Spread(n, unknown, p50, p90)
