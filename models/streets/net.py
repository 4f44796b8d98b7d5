"""A street net made of street lines, and the distances from one place to all of it by one run of Dijkstra. Pure.

Lines meet where they share a vertex (a bridge over a street does not). Every street may be driven both ways: a car
on its way to a call for help may, and imported lines do not say. What no car can use is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from models.streets.sphere import Floats, gaps, points

#: A place farther than this from every street is not on the net, in metres.
SNAP_M = 150.0

#: Nodes along a street are at most this far apart, so that a place is near one wherever it is on the street.
SPACING_M = 25.0

#: Ways of OpenStreetMap that no car uses, and the demo's river.
NOT_DRIVEN = frozenset(
    {"bridleway", "construction", "corridor", "cycleway", "elevator", "footway", "path", "pedestrian", "platform",
     "proposed", "river", "steps"}
)  # fmt: skip

#: Digits of a degree by which two vertices are one junction, as stored (0.1 m).
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Net:
    """Nodes `(n, 3)` in metres (`models.streets.sphere`), a tree over them, and the lengths between neighbours."""

    nodes: Floats
    tree: Any
    lengths: Any

    def near(self, places: Floats) -> tuple[Floats, Any]:
        """The nearest node of each place: (metres to it, its index)."""
        found = self.tree.query(places)
        return np.atleast_1d(found[0]), np.atleast_1d(found[1])


@dataclass(frozen=True, slots=True)
class Reach:
    """How far every node of a net is from one place, in metres along the streets; infinite without a way."""

    net: Net
    metres: Floats

    def to(self, places: Floats) -> Floats:
        """Metres along the streets to places `(n, 3)`; NaN for a place off the net or without a way."""
        aside, node = self.net.near(places)
        whole = aside + self.metres[node]
        return np.where((aside <= SNAP_M) & np.isfinite(whole), whole, np.nan)


def net_of(streets: Iterable[tuple[str, str]]) -> Net | None:
    """The net of streets, each (kind, GeoJSON LineString in degrees); None when there is none to drive on."""
    number: dict[tuple[float, float], int] = {}
    starts: list[int] = []
    ends: list[int] = []
    for kind, line in streets:
        if kind in NOT_DRIVEN:
            continue
        before: int | None = None
        for lon, lat, *_ in orjson.loads(line)["coordinates"]:
            node = number.setdefault((round(lat, _DIGITS), round(lon, _DIGITS)), len(number))
            if before is not None and before != node:
                starts.append(before)
                ends.append(node)
            before = node
    if not starts:
        return None
    degrees = np.array(list(number))
    nodes = points(degrees[:, 0], degrees[:, 1])
    return _net(*_spaced(nodes, np.array(starts), np.array(ends)))


def _spaced(nodes: Floats, starts: Any, ends: Any) -> tuple[Floats, Any, Any]:
    """Nodes and edges with nodes put between, so that no edge is longer than `SPACING_M`."""
    pieces = np.maximum(1, np.ceil(gaps(nodes[starts], nodes[ends]) / SPACING_M).astype(int))
    between = pieces - 1
    edge = np.repeat(np.arange(len(starts)), between)
    first = np.cumsum(between) - between
    step = np.arange(len(edge)) - first[edge] + 1
    share = (step / pieces[edge])[:, None]
    added = nodes[starts[edge]] * (1 - share) + nodes[ends[edge]] * share
    index = len(nodes) + np.arange(len(edge))
    last = step == between[edge]
    new_starts = [starts[between == 0], np.where(step == 1, starts[edge], index - 1), index[last]]
    new_ends = [ends[between == 0], index, ends[edge[last]]]
    return np.concatenate((nodes, added)), np.concatenate(new_starts), np.concatenate(new_ends)


def _net(nodes: Floats, starts: Any, ends: Any) -> Net:
    # Two edges between the same nodes would be summed: each pair is kept once.
    pairs = np.unique(np.sort(np.stack((starts, ends), axis=1), axis=1), axis=0)
    length = np.maximum(gaps(nodes[pairs[:, 0]], nodes[pairs[:, 1]]), 1e-3)  # a length of 0 would be no edge
    both = np.concatenate((pairs, pairs[:, ::-1]))
    lengths = csr_array((np.concatenate((length, length)), (both[:, 0], both[:, 1])), shape=(len(nodes), len(nodes)))
    return Net(nodes, cKDTree(nodes), lengths)


def reach(net: Net, lat: float, lon: float) -> Reach | None:
    """The net as seen from a place in degrees; None when the place is not on it (`SNAP_M`)."""
    aside, node = net.near(points([lat], [lon]))
    if aside[0] > SNAP_M:
        return None
    return Reach(net, dijkstra(net.lengths, directed=True, indices=int(node[0])) + aside[0])
