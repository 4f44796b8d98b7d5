"""Where incidents of the generated town lie: hot street pieces round the market, thin cover elsewhere. Pure."""

from __future__ import annotations

import math
from bisect import bisect
from itertools import accumulate
from random import Random

from models.town.chance import chance
from models.town.graph import Edge, Graph
from models.town.ground import Point, along, gap

#: How many street pieces are hot, and how much more often something happens there.
HOT_NEAR, HOT_FAR, HOT_FACTOR = 8, 14, 9.0

#: How far from the middle of the street an incident lies, in metres.
OFF_STREET_M = (3.0, 12.0)


class Places:
    """Draws street pieces: `market` ones crowd round the zone's middle, the others follow where people live."""

    def __init__(self, seed: int, graph: Graph, centre: Point) -> None:
        self._graph = graph
        self._spots = sorted({point for piece in graph.edges for point in piece.line})
        rng = chance(seed, "hot")
        far = [gap(_middle(piece), centre) for piece in graph.edges]
        near_ones = [k for k, metres in enumerate(far) if metres < 420]
        far_ones = [k for k, metres in enumerate(far) if 420 <= metres < 1600 and graph.edges[k].kind != "service"]
        self.hot = frozenset((*rng.sample(near_ones, HOT_NEAR), *rng.sample(far_ones, HOT_FAR)))
        boost = [HOT_FACTOR if k in self.hot else 1.0 for k in range(len(graph.edges))]
        lengths = [piece.length for piece in graph.edges]
        self._market = _cumulated(
            [m * b * math.exp(-((d / 700) ** 2)) for m, b, d in zip(lengths, boost, far, strict=True)]
        )
        self._spread = _cumulated(
            [m * (b**0.5) * math.exp(-d / 900) for m, b, d in zip(lengths, boost, far, strict=True)]
        )

    def near(self, rng: Random, point: Point, mean_m: float, most_m: float) -> Point:
        """A point by a street near another point, for a near repeat: mean distance and the most, in metres."""
        aim = moved(rng, point, mean_m, most_m)
        x, y = min(self._spots, key=lambda spot: (spot[0] - aim[0]) ** 2 + (spot[1] - aim[1]) ** 2)
        found = (x + rng.uniform(-8, 8), y + rng.uniform(-8, 8))
        return found if gap(found, point) <= most_m else point

    def piece(self, rng: Random, market: float) -> Edge:
        """A street piece; `market` is the share of draws round the market."""
        weights = self._market if rng.random() < market else self._spread
        return self._graph.edges[min(bisect(weights, rng.random() * weights[-1]), len(weights) - 1)]


def beside(rng: Random, piece: Edge) -> Point:
    """A point beside a street piece: a door, a shop front, a parked motorcycle."""
    x, y = along(piece.line, rng.random() * piece.length)
    turn = rng.random() * math.tau
    off = rng.uniform(*OFF_STREET_M)
    return x + off * math.cos(turn), y + off * math.sin(turn)


def moved(rng: Random, point: Point, mean_m: float, most_m: float) -> Point:
    """A point near another: distance exponential with a mean, cut at the most."""
    reach = min(rng.expovariate(1.0 / mean_m), most_m)
    turn = rng.random() * math.tau
    return point[0] + reach * math.cos(turn), point[1] + reach * math.sin(turn)


def _middle(piece: Edge) -> Point:
    return along(piece.line, piece.length / 2)


def _cumulated(weights: list[float]) -> list[float]:
    return list(accumulate(weights))
