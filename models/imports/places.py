"""Where the rows of a file would lie: at most some thousands of them, spread over the whole file. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: Kept of the rows that can be taken, and of those that lie outside of the plausible area.
MOST_GOOD, MOST_OUTSIDE = 4_000, 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A row with a place (degrees, WGS 84); id and offence as the row would be stored. `outside`: of the station's
    plausible area."""

    lat: float
    lon: float
    id: str
    offence: str
    outside: bool


def rough(places: Iterable[Place]) -> list[tuple[float, float, int]]:
    """Where places are by the tenth of a degree (some 11 km): (lat, lon, n), the most first."""
    counted = Counter((round(place.lat, 1) + 0.0, round(place.lon, 1) + 0.0) for place in places)
    return sorted(((lat, lon, n) for (lat, lon), n in counted.items()), key=lambda one: (-one[2], one[0], one[1]))


class Spread:
    """Of a stream of any length every 1st, 2nd, 4th ... place, in order, so that there are never more than `most`
    (an even number)."""

    def __init__(self, most: int) -> None:
        self.kept: list[Place] = []
        self.seen = 0
        self._most, self._step = most, 1

    def see(self, places: Iterable[Place]) -> None:
        """The next ones of the stream."""
        for place in places:
            if self.seen % self._step == 0:
                if len(self.kept) == self._most:
                    del self.kept[1::2]
                    self._step *= 2
                self.kept.append(place)
            self.seen += 1
