"""The street graph: junctions, street pieces between them, and shortest ways. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from models.town.ground import Point, gap, length_m


@dataclass(frozen=True, slots=True)
class Edge:
    """One piece of street between two junctions; `line` runs from `a` to `b`, in metres."""

    a: int
    b: int
    kind: str
    street: str
    line: tuple[Point, ...]
    length: float

    def other(self, node: int) -> int:
        """The junction at the other end."""
        return self.b if node == self.a else self.a

    def line_from(self, node: int) -> tuple[Point, ...]:
        """The line, running away from `node`."""
        return self.line if node == self.a else self.line[::-1]


def edge(a: int, b: int, kind: str, street: str, line: Iterable[Point]) -> Edge:
    """An edge with its length computed."""
    points = tuple(line)
    return Edge(a, b, kind, street, points, length_m(points))


@dataclass(frozen=True)
class Graph:
    """Junctions by number (metres), and edges."""

    nodes: dict[int, Point]
    edges: tuple[Edge, ...]

    @cached_property
    def ways(self) -> dict[int, tuple[int, ...]]:
        """Junction -> indices of its edges."""
        found: dict[int, list[int]] = {node: [] for node in self.nodes}
        for index, piece in enumerate(self.edges):
            found[piece.a].append(index)
            found[piece.b].append(index)
        return {node: tuple(indices) for node, indices in found.items()}

    def nearest(self, point: Point) -> int:
        """The junction nearest to a point; of equals the smallest number."""
        return min(self.nodes, key=lambda node: (gap(self.nodes[node], point), node))

    def distances(
        self, start: int, cost: Callable[[int], float] | None = None
    ) -> tuple[dict[int, float], dict[int, int]]:
        """Dijkstra from a junction: `(cost to each reachable junction, the edge by which it is reached)`.

        Args:
            start: the junction.
            cost: cost of an edge by index, not negative; the length in metres if not given.
        """
        price = cost if cost is not None else lambda index: self.edges[index].length
        best: dict[int, float] = {start: 0.0}
        by: dict[int, int] = {}
        done: set[int] = set()
        queue = [(0.0, start)]
        while queue:
            so_far, node = heapq.heappop(queue)
            if node in done:
                continue
            done.add(node)
            for index in self.ways[node]:
                other = self.edges[index].other(node)
                total = so_far + price(index)
                if total < best.get(other, float("inf")):
                    best[other] = total
                    by[other] = index
                    heapq.heappush(queue, (total, other))
        return best, by

    def way(self, start: int, goal: int, cost: Callable[[int], float] | None = None) -> tuple[int, ...]:
        """The cheapest way as edge indices in driving order; empty when already there.

        Raises:
            ValueError: there is no way.
        """
        best, by = self.distances(start, cost)
        if goal not in best:
            raise ValueError(f"no way from {start} to {goal}")
        path: list[int] = []
        node = goal
        while node != start:
            path.append(by[node])
            node = self.edges[by[node]].other(node)
        return tuple(reversed(path))


def largest_part(nodes: dict[int, Point], edges: Iterable[Edge]) -> Graph:
    """The largest connected part, so that every junction can be driven to."""
    whole = Graph(nodes, tuple(edges))
    left = set(nodes)
    best: set[int] = set()
    while left:
        reached = set(whole.distances(min(left))[0])
        left -= reached
        if len(reached) > len(best):
            best = reached
    return Graph(
        {node: nodes[node] for node in sorted(best)}, tuple(piece for piece in whole.edges if piece.a in best)
    )
