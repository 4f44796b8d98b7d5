"""How large a change a zone could have shown at all. Pure.

The rate before is taken as counted. For a change of so many times, the counts of both periods vary by chance; power
is how often the interval of `rate_ratio` then leaves 1 out on the right side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, poisson

from models.analysis.rate_ratio import MISSED, at_least, at_most

Floats = NDArray[np.float64]

#: A change is one a zone could have shown when it is found in 80 of 100 such pairs of periods.
POWER = 0.8
#: More cases than this in both periods: counts vary as the normal curve says, to a hundredth.
_MANY = 60.0
_HALVINGS = 12
#: Nothing is asked beyond this many times.
_MOST = 20.0
#: Counts looked at, in standard deviations round the mean.
_REACH = 5.0


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest fall (0.6: to six tenths) and the smallest rise (1.5: to half as many more) that would be found;
    None: not even a fall to nothing, or a rise to `_MOST` times."""

    fall: float | None
    rise: float | None


def smallest(before: int, times: float = 1.0) -> Smallest:
    """What so many cases before could show. `times`: how many times as long the later period is.

    Raises:
        ValueError: a count below 0, or a length of nothing.
    """
    if before < 0 or times <= 0:
        raise ValueError("a count is below 0, or a period has no length")
    if not before:
        return Smallest(None, None)
    return Smallest(_found(before, times, 1.0, 0.0), _found(before, times, 1.0, _MOST))


def power(before: float, ratio: float, times: float = 1.0) -> float:
    """How often a change to `ratio` times is found, on its own side, where `before` cases are expected before it."""
    if min(before, before * ratio * times) > _MANY:
        return _of_many(before, ratio, times)
    later = before * ratio * times
    a, b = _likely(before), _likely(later)
    first, second = np.meshgrid(a, b)
    share = times / (1 + times)
    tail = at_most if ratio < 1 else at_least
    found = tail(second, first + second, share) < MISSED / 2
    weights = np.outer(poisson.pmf(b, later), poisson.pmf(a, before))
    return float(weights[found].sum())


def _found(before: int, times: float, near: float, far: float) -> float | None:
    """The change nearest to none that has the power; `far` is the greatest asked for."""
    if power(before, far, times) < POWER:
        return None
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if power(before, middle, times) >= POWER else (middle, far)
    return far


def _of_many(before: float, ratio: float, times: float) -> float:
    if not ratio:
        return 1.0
    spread = np.sqrt(1 / before + 1 / (before * ratio * times))
    return float(norm.cdf(abs(np.log(ratio)) / spread - norm.isf(MISSED / 2)))


def _likely(mean: float) -> Floats:
    wide = _REACH * np.sqrt(mean) + _REACH
    return np.arange(max(0, int(mean - wide)), int(mean + wide) + 1, dtype=np.float64)
