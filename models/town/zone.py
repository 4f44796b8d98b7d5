"""The safety zone: its outline follows streets, and its area and perimeter are those of the real one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry import Polygon
from shapely.ops import unary_union

from models.town.ground import Point, to_metres
from models.town.lattice import Lattice, zone_cells

#: Figures of the real zone at Mukdahan's Indochina market.
AREA_M2 = 420_000.0
PERIMETER_M = 3_590.0
CENTRE = (16.542, 104.732)

#: Points on each side of a lattice cell; streets are drawn with the same ones, so that they meet exactly.
STEPS = 4


@dataclass(frozen=True)
class Fit:
    """How the lattice is stretched and moved so that the zone has the wanted figures at the wanted place."""

    origin: Point
    stretch: Point
    target: Point

    def apply(self, point: Point) -> Point:
        """A lattice point in UTM metres."""
        return (
            self.target[0] + (point[0] - self.origin[0]) * self.stretch[0],
            self.target[1] + (point[1] - self.origin[1]) * self.stretch[1],
        )


def cell_ring(i: int, j: int) -> list[tuple[float, float]]:
    """The outline of a cell in lattice coordinates, `STEPS` pieces a side."""
    parts = [k / STEPS for k in range(STEPS)]
    return (
        [(i + p, float(j)) for p in parts]
        + [(i + 1.0, j + p) for p in parts]
        + [(i + 1 - p, j + 1.0) for p in parts]
        + [(float(i), j + 1 - p) for p in parts]
    )


def outline(lattice: Lattice, cells: Iterable[tuple[int, int]]) -> Polygon:
    """The outline of cells, in lattice metres."""
    rings = [Polygon([lattice.place(s, t) for s, t in cell_ring(i, j)]) for i, j in sorted(cells)]
    joined = unary_union([shapely.set_precision(ring, 1e-3) for ring in rings])
    if not isinstance(joined, Polygon):
        raise ValueError("the cells do not form one piece")
    return joined


def fit(lattice: Lattice) -> Fit:
    """The stretch, east and north, that gives the zone its area and perimeter, found by halving.

    The area fixes the product of the two stretches. Pulled from its stoutest form the zone's outline grows steadily
    (each piece's length is a convex function of the pull), so halving finds the one pull that fits.

    Raises:
        ValueError: the zone's shape cannot reach the figures.
    """
    shape = outline(lattice, zone_cells())
    even = (AREA_M2 / shape.area) ** 0.5

    def perimeter(pull: float) -> float:
        ring = shapely.transform(shape, lambda xy: xy * (even / pull, even * pull))
        return float(ring.length)

    low, high = min((0.6 + 0.02 * step for step in range(40)), key=perimeter), 3.0
    if not perimeter(low) <= PERIMETER_M <= perimeter(high):
        raise ValueError("the zone cannot be stretched to its perimeter")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if perimeter(middle) < PERIMETER_M else (low, middle)
    centre = shape.centroid
    return Fit((centre.x, centre.y), (even / low, even * low), to_metres(*CENTRE))
