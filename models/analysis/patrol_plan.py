"""Which hotspots to stop at in a shift, at which hours and how long, so that most expected cases are covered. Pure.

A stop of 10 to 16 minutes, then on (Koper 1995): longer ones deter no more. The choice is a mixed integer programme
for HiGHS (`scipy.optimize.milp`). What is assumed, and is nobody's measurement: a stop covers half of what is left of
the cases of its hour and place, so a second one there covers a quarter; a unit that has been at a place leaves the
next hour of it to others; the way between stops is the middling one among the hotspots, at 20 km/h along streets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from models.analysis.hotspots import Hotspot, HotspotMap
from models.track import distance_m

Floats = NDArray[np.float64]

SHORTEST_MIN, LONGEST_MIN = 10, 16
HOUR_MIN = 60.0
#: Of what is left of an hour's cases at a place a stop covers this share.
COVERS = 0.5
#: More stops than this in one hour of one place are worth nothing more.
MOST_STOPS = 3
SPEED_KMH, DETOUR = 20.0, 1.3
#: Cases of all hotspots together that stand beside a hotspot's own when its hours are told.
PROFILE_STRENGTH = 15.0
#: The strongest hotspots are enough to fill a shift; more make the programme slow.
MOST_HOTSPOTS = 20
GAP, SECONDS = 1e-3, 5.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A unit (from 1) stands at a hotspot (its id) for some minutes of an hour (0 to 23, local).

    `covered`: expected cases this stop adds to what is covered, of one day.
    """

    unit: int
    hour: int
    hotspot: str
    minutes: int
    covered: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Stops by unit, hour and rank. `covered` of `expected` cases a day in the hotspots in these hours; `travel_min`:
    taken for the way to each stop. `proved`: no better plan than by `GAP` exists under what is assumed.
    """

    stops: tuple[Stop, ...]
    covered: float
    expected: float
    travel_min: float
    proved: bool


def suggest(found: HotspotMap, units: int, hours: Sequence[int]) -> Plan:
    """A plan for `units` in the `hours` (local, in their order) of a shift; no stop without units or hotspots, nor
    where the way and the shortest stop do not fit into an hour.
    """
    spots = found.hotspots[:MOST_HOTSPOTS]
    worth = expected_by_hour(found, hours)[: len(spots)]
    total = float(worth.sum())
    if units < 1 or not spots or not hours:
        return Plan((), 0.0, total, 0.0, True)
    travel = travel_minutes(spots)
    most = int(HOUR_MIN // (SHORTEST_MIN + travel))
    if not most:
        return Plan((), 0.0, total, travel, True)
    chosen, proved = _solve(worth, units, most)
    stops = []
    for unit, hour, spot in zip(*np.nonzero(chosen), strict=True):
        number = int(chosen[unit, hour].sum())
        minutes = min(LONGEST_MIN, int((HOUR_MIN - number * travel) // number))
        before = int(chosen[:unit, hour, spot].sum())
        gain = float(worth[spot, hour]) * COVERS * (1 - COVERS) ** before
        stops.append(Stop(int(unit) + 1, int(hours[hour]), spots[spot].id, minutes, gain))
    return Plan(tuple(stops), sum(stop.covered for stop in stops), total, travel, proved)


def expected_by_hour(found: HotspotMap, hours: Sequence[int]) -> Floats:
    """Expected cases of one day, shape (hotspots, hours): by each one's own hours, few of them leaning on all."""
    if not found.hotspots:
        return np.zeros((0, len(hours)))
    own = np.array([spot.hours for spot in found.hotspots])
    past = np.array([[spot.past] for spot in found.hotspots], dtype=np.float64)
    known = own.sum(axis=1, keepdims=True) > 0
    own = np.where(known, own, 1 / 24)
    together = (own * past).sum(axis=0) / past.sum() if past.sum() else own.mean(axis=0)
    share = (own * past + together * PROFILE_STRENGTH) / (past + PROFILE_STRENGTH)
    share = share[:, list(hours)]
    if found.shift is not None:  # the map's cases all fall into these hours
        share = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
    daily = np.array([[spot.expected / found.days] for spot in found.hotspots])
    return np.asarray(daily * share, dtype=np.float64)


def travel_minutes(spots: Sequence[Hotspot]) -> float:
    """Minutes from one hotspot to another: the median of all pairs; 0 for a single one."""
    ways = [
        distance_m(one.lat, one.lon, other.lat, other.lon)
        for number, one in enumerate(spots)
        for other in spots[:number]
    ]
    return float(np.median(ways)) * DETOUR / (SPEED_KMH * 1000 / HOUR_MIN) if ways else 0.0


def _solve(worth: Floats, units: int, most: int) -> tuple[NDArray[np.bool_], bool]:
    """Who stops where: (units, hours, hotspots). Columns: stops, then the n-th stop in an hour of a place."""
    spots, hours = worth.shape
    depth = min(MOST_STOPS, units)
    stops, layers = units * hours * spots, hours * spots * depth
    stop = np.arange(stops).reshape(units, hours, spots)
    layer = stops + np.arange(layers).reshape(hours, spots, depth)
    gains = COVERS * (1 - COVERS) ** np.arange(depth)
    cost = np.zeros(stops + layers)
    cost[layer] = -(worth.T[:, :, None] * gains)
    rows: list[tuple[list[int], list[float], float]] = []
    for hour in range(hours):
        rows += [(list(stop[unit, hour]), [1.0] * spots, float(most)) for unit in range(units)]
        for spot in range(spots):  # no more is covered than stops are made
            rows.append(([*layer[hour, spot], *stop[:, hour, spot]], [1.0] * depth + [-1.0] * units, 0.0))
        if hour:
            pairs = [(unit, spot) for unit in range(units) for spot in range(spots)]
            rows += [([stop[u, hour - 1, s], stop[u, hour, s]], [1.0, 1.0], 1.0) for u, s in pairs]
    at = np.concatenate([np.full(len(columns), number) for number, (columns, _, _) in enumerate(rows)])
    columns = np.concatenate([columns for columns, _, _ in rows])
    values = np.concatenate([values for _, values, _ in rows])
    matrix = coo_array((values, (at, columns)), shape=(len(rows), len(cost))).tocsr()
    solved = milp(
        cost,
        integrality=np.r_[np.ones(stops), np.zeros(layers)],
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=np.array([most for _, _, most in rows])),
        options={"mip_rel_gap": GAP, "time_limit": SECONDS},
    )
    if solved.x is None:  # no time was enough for any plan: say so by an empty one
        return np.zeros((units, hours, spots), dtype=bool), False
    made = np.round(solved.x[:stops]).astype(bool).reshape(units, hours, spots)
    # A stop that adds nothing is only a way of writing the same plan.
    made &= (worth.T[None] > 0) & (np.cumsum(made, axis=0) <= depth)
    return made, bool(solved.status == 0)
