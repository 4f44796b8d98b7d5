"""The bent lattice the streets are drawn on: uneven spacing, a curved river bank, wandering corners. Pure.

Lattice coordinates are `(s, t)`: `s` counts streets inland from the river bank, `t` streets from south to north.
A whole number is a street, a fraction lies between two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from models.town.chance import chance, wavy
from models.town.ground import Point

COLUMNS = 19
ROWS = 22

#: The zone's cells: its first row, and for each row how many cells it reaches inland from the river street.
ZONE_ROW = 6
ZONE_WIDTHS = (2, 3, 3, 5, 5, 7, 7, 6, 4, 3)

#: Streets that never lose a piece.
PRIMARY_COLUMNS, PRIMARY_ROWS = frozenset({7, 13}), frozenset({8, 16})
SECONDARY_COLUMNS, SECONDARY_ROWS = frozenset({0, 3, 10}), frozenset({3, 12, 19})

_BEND_M = 70.0  # how far the river bank swings
_DRIFT_M = 26.0  # how far a street swings from straight
_CORNER_M = 7.0  # how far a corner lies off its street


def zone_cells() -> frozenset[tuple[int, int]]:
    """The lattice cells `(i, j)` of the safety zone."""
    return frozenset((i, ZONE_ROW + k) for k, width in enumerate(ZONE_WIDTHS) for i in range(width))


@dataclass(frozen=True)
class Lattice:
    """From lattice coordinates to metres (about an origin on the river bank at the south end)."""

    u: tuple[float, ...]
    v: tuple[float, ...]
    bank: list[tuple[float, float, float]]
    drift_x: list[tuple[float, float, float]]
    drift_y: list[tuple[float, float, float]]
    corners: dict[tuple[int, int], Point]

    def place(self, s: float, t: float) -> Point:
        """The point in metres, x east and y north."""
        inland, north = _between(self.u, s), _between(self.v, t)
        fade = math.exp(-inland / 1400.0)
        bend = _BEND_M * _wave(self.bank, north) * fade - 0.05 * north
        x = bend - inland + _DRIFT_M * _wave(self.drift_x, north + 0.6 * inland)
        y = north + _DRIFT_M * _wave(self.drift_y, inland - 0.4 * north) + 0.04 * inland
        off = self._corner(s, t)
        return x + off[0], y + off[1]

    def _corner(self, s: float, t: float) -> Point:
        i, j = min(int(s), COLUMNS - 1), min(int(t), ROWS - 1)
        a, b = s - i, t - j
        shares = (
            ((i, j), (1 - a) * (1 - b)),
            ((i + 1, j), a * (1 - b)),
            ((i, j + 1), (1 - a) * b),
            ((i + 1, j + 1), a * b),
        )
        return (
            sum(self.corners[corner][0] * share for corner, share in shares),
            sum(self.corners[corner][1] * share for corner, share in shares),
        )


def make_lattice(seed: int) -> Lattice:
    """The lattice of a seed."""
    rng = chance(seed, "lattice")
    zone_end = ZONE_ROW + len(ZONE_WIDTHS)
    widths = [rng.uniform(64, 100) if i < max(ZONE_WIDTHS) else rng.uniform(95, 185) for i in range(COLUMNS)]
    heights = [rng.uniform(98, 142) if ZONE_ROW <= j < zone_end else rng.uniform(100, 170) for j in range(ROWS)]
    return Lattice(
        u=(0.0, *accumulate(widths)),
        v=(0.0, *accumulate(heights)),
        bank=wavy(rng, 3, 3200, 1300),
        drift_x=wavy(rng, 4, 1500, 500),
        drift_y=wavy(rng, 4, 1500, 500),
        corners={(i, j): _corner(rng) for j in range(ROWS + 1) for i in range(COLUMNS + 1)},
    )


def _corner(rng: Random) -> Point:
    return rng.gauss(0, _CORNER_M), rng.gauss(0, _CORNER_M)


def _between(values: tuple[float, ...], at: float) -> float:
    index = max(0, min(int(at), len(values) - 2))
    return values[index] + (values[index + 1] - values[index]) * (at - index)


def _wave(waves: list[tuple[float, float, float]], at: float) -> float:
    return sum(share * math.sin(pace * at + phase) for share, pace, phase in waves)
