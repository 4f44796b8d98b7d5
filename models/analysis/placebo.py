"""What the rule would have said in years when nothing began. Pure.

The verdict is only worth what it says where there was nothing to find: the same zone, ring and rest, the same months
of the year, each year earlier. A rule that says "likely" there as well says nothing now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.analysis.displacement import Areas, Displacement, displacement, enough
from models.analysis.rate_ratio import RateRatio, rate_ratio
from models.analysis.windows import Pair


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier year: its windows, counts, the zone's change and the verdict."""

    windows: Pair
    areas: Areas
    zone: RateRatio
    found: Displacement

    @property
    def judged(self) -> bool:
        """Whether there were cases to judge by: a year without any is no year in which the rule was right."""
        return enough(self.areas)

    @property
    def false(self) -> bool:
        """Whether something would have been claimed: moved, spread, or a clear change of the zone itself."""
        return self.found.verdict in ("likely", "diffusion") or self.zone.clear


def placebo(windows: Sequence[Pair], areas: Sequence[Areas], seed: int) -> list[Earlier]:
    """The verdict of each earlier year."""
    return [
        Earlier(pair, each, rate_ratio(*each.zone, pair.before.days, pair.after.days), displacement(each, seed))
        for pair, each in zip(windows, areas, strict=True)
    ]
