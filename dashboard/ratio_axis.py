"""The axis on which ratios of after to before are drawn: doubling, no change in its middle. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

#: Ratios at the end of the axis, the first that holds all of it; what lies beyond the last ends in an arrow.
_ENDS = (2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """From one over its end to its end."""

    end: float

    @property
    def ticks(self) -> list[float]:
        """Where it is marked."""
        steps = round(math.log2(self.end))
        return [2.0**step for step in range(-steps, steps + 1)]

    def share(self, ratio: float) -> float:
        """Where a ratio stands, from -1 (the beginning, and whatever lies below it) to 1 (the end)."""
        return math.log(min(max(ratio, 1 / self.end), self.end)) / math.log(self.end)

    def beyond(self, low: float, high: float) -> tuple[bool, bool]:
        """Whether an interval goes on below the beginning, and above the end."""
        return low < 1 / self.end, high > self.end


def axis_of(intervals: Iterable[tuple[float, float]]) -> Axis:
    """The shortest axis that holds the intervals (low, high), or the longest there is."""
    widest = max((max(high, 1 / low if low else math.inf) for low, high in intervals), default=1.0)
    return Axis(next((end for end in _ENDS if end >= widest), _ENDS[-1]))
