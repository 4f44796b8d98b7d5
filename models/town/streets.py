"""Streets on the lattice: main streets, residential streets with gaps, sois, one avenue askew. Pure."""

from __future__ import annotations

import itertools
from random import Random

from models.town import names
from models.town.chance import chance
from models.town.graph import Edge, Graph, edge, largest_part
from models.town.ground import Point
from models.town.lattice import (
    COLUMNS,
    PRIMARY_COLUMNS,
    PRIMARY_ROWS,
    ROWS,
    SECONDARY_COLUMNS,
    SECONDARY_ROWS,
    ZONE_ROW,
    ZONE_WIDTHS,
    Lattice,
    zone_cells,
)
from models.town.zone import STEPS, Fit

#: A lattice side: `h` from (i, j) to (i+1, j), `v` from (i, j) to (i, j+1).
Side = tuple[str, int, int]

#: Corners of the avenue that cuts the grid askew, west of the zone.
AVENUE = tuple((8 + k, 12 + k) for k in range(9))


class _Draft:
    """Streets while they are drawn. Cuts of a side are where a soi meets it, as a share of its length."""

    def __init__(self, lattice: Lattice, fitted: Fit, rng: Random) -> None:
        self.lattice, self.fitted, self.rng = lattice, fitted, rng
        self.nodes: dict[int, Point] = {}
        self.edges: list[Edge] = []
        self.cuts: dict[Side, list[tuple[float, int]]] = {}
        self.sois: dict[str, int] = {}

    def spot(self, s: float, t: float) -> Point:
        return self.fitted.apply(self.lattice.place(s, t))

    def corner(self, i: int, j: int) -> int:
        number = j * 100 + i
        self.nodes.setdefault(number, self.spot(i, j))
        return number

    def between(self, s: float, t: float) -> int:
        number = 10_000 + len(self.nodes)
        self.nodes[number] = self.spot(s, t)
        return number


def make_streets(seed: int, lattice: Lattice, fitted: Fit) -> Graph:
    """The street graph of a seed, connected, in UTM metres."""
    draft = _Draft(lattice, fitted, chance(seed, "streets"))
    sides = _kept_sides(draft.rng)
    avenue_cells = {(i, j) for i, j in AVENUE[:-1]}
    for j in range(ROWS):
        for i in range(COLUMNS):
            if (i, j) not in avenue_cells and draft.rng.random() < _soi_share(i, j):
                _add_soi(draft, sides, i, j)
    for side in sorted(sides):
        _add_side(draft, side)
    for (i, j), (k, m) in itertools.pairwise(AVENUE):
        points = [draft.spot(i + p / STEPS, j + p / STEPS) for p in range(STEPS + 1)]
        draft.edges.append(edge(draft.corner(i, j), draft.corner(k, m), "secondary", names.AVENUE, points))
    return largest_part(draft.nodes, draft.edges)


def _kept_sides(rng: Random) -> set[Side]:
    kept: set[Side] = set()
    keep_always = _zone_sides()
    for j in range(ROWS + 1):
        for i in range(COLUMNS + 1):
            for way in ("h", "v"):
                if (way == "h" and i == COLUMNS) or (way == "v" and j == ROWS):
                    continue
                side = (way, i, j)
                main = side_kind(side) != "residential"
                if rng.random() >= _gap_share(i, j) or main or side in keep_always:
                    kept.add(side)
    return kept


def _zone_sides() -> set[Side]:
    """The sides along the zone's outline: those of exactly one of its cells."""
    seen: dict[Side, int] = {}
    for i, j in zone_cells():
        for side in (("h", i, j), ("h", i, j + 1), ("v", i, j), ("v", i + 1, j)):
            seen[side] = seen.get(side, 0) + 1
    return {side for side, count in seen.items() if count == 1}


def side_kind(side: Side) -> str:
    """How wide the street of a side is."""
    way, i, j = side
    number, primary, secondary = (
        (j, PRIMARY_ROWS, SECONDARY_ROWS) if way == "h" else (i, PRIMARY_COLUMNS, SECONDARY_COLUMNS)
    )
    return "primary" if number in primary else "secondary" if number in secondary else "residential"


def _outward(i: int, j: int) -> float:
    """0 in the zone's core, growing to 1 and over at the edge of the town."""
    middle = ZONE_ROW + len(ZONE_WIDTHS) / 2
    return float(((max(0, i - 6) / 13) ** 2 + (max(0.0, abs(j - middle) - 4) / 7) ** 2) ** 0.5)


def _gap_share(i: int, j: int) -> float:
    return min(0.55, 0.08 + 0.42 * _outward(i, j))


def _soi_share(i: int, j: int) -> float:
    return max(0.12, 0.62 - 0.4 * _outward(i, j))


def _add_soi(draft: _Draft, sides: set[Side], i: int, j: int) -> None:
    """A soi through a cell, or into it: it starts on the south or west side and may reach the other one."""
    rng = draft.rng
    way = "h" if rng.random() < 0.55 else "v"
    first: Side = (way, i, j)
    second: Side = ("h", i, j + 1) if way == "h" else ("v", i + 1, j)
    share = rng.choice((0.32, 0.45, 0.5, 0.56, 0.68))
    through = second in sides and rng.random() < 0.6
    depth = 1.0 if through else rng.uniform(0.45, 0.8)
    if first not in sides:
        return
    line = [(i + share, j + depth * p / STEPS) for p in range(STEPS + 1)]
    if way == "v":
        line = [(i + depth * p / STEPS, j + share) for p in range(STEPS + 1)]
    start = _cut(draft, first, share, line[0])
    end = _cut(draft, second, share, line[-1]) if through else draft.between(*line[-1])
    street = street_name(first).removeprefix("ถนน")
    draft.sois[street] = draft.sois.get(street, 0) + 1
    name = f"ซอย{street} {draft.sois[street]}"
    draft.edges.append(edge(start, end, "service", name, [draft.spot(s, t) for s, t in line]))


def _cut(draft: _Draft, side: Side, share: float, spot: tuple[float, float]) -> int:
    """The junction where a soi meets a side; two sois that meet at one place share it."""
    for known, node in draft.cuts.get(side, []):
        if known == share:
            return node
    node = draft.between(*spot)
    draft.cuts.setdefault(side, []).append((share, node))
    return node


def street_name(side: Side) -> str:
    """The name of the street a side belongs to."""
    way, i, j = side
    return names.ROW_STREETS[j] if way == "h" else names.COLUMN_STREETS[i]


def _add_side(draft: _Draft, side: Side) -> None:
    way, i, j = side
    end = draft.corner(i + 1, j) if way == "h" else draft.corner(i, j + 1)
    stops = [(0.0, draft.corner(i, j)), *sorted(draft.cuts.get(side, [])), (1.0, end)]
    for (low, a), (high, b) in itertools.pairwise(stops):
        shares = [low, *(k / STEPS for k in range(1, STEPS) if low < k / STEPS < high), high]
        points = [draft.spot(i + p, j) if way == "h" else draft.spot(i, j + p) for p in shares]
        draft.edges.append(edge(a, b, side_kind(side), street_name(side), points))
