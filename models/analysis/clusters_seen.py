"""The clusters of cases that stand beside a map: where they lay close together within a year, for the eye. Pure.

No forecast and no ranking: as that they do worse than counting, and a map says so beside them.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from scipy.stats import poisson

from models.analysis.candidates import Question
from models.analysis.clusters import EPS_M, clusters
from models.analysis.grid import flat
from models.analysis.hotspots import CaseCluster

DAY_MS, YEAR_DAYS = 86_400_000, 365

#: Fewer cases within `EPS_M` make no cluster, nor as many as evenly spread ones reach at one place in a thousand; and
#: where cases are many, so many times the zone's mean are asked for, or half of a town were one.
_FEWEST, _SURE, _TIMES = 5, 0.999, 3.0

#: Most clusters of a map; how far an outline follows what is hollow (0: all the way, 1: not at all), and how far it
#: reaches round a case, m.
MOST, _HOLLOW, _ROUND_M = 12, 0.3, 30.0


def clusters_seen(asked: Question, polygon: str) -> tuple[CaseCluster, ...]:
    """The clusters of the last year's cases, those of most cases first; looked for once, whatever the horizon and the
    method of the map. `polygon`: the zone, GeoJSON."""
    seen = asked.known.clusters
    if polygon not in seen:
        seen[polygon] = _looked_for(asked, polygon)
    return seen[polygon]


def _looked_for(asked: Question, polygon: str) -> tuple[CaseCluster, ...]:
    past, grid = asked.past.between(asked.at - YEAR_DAYS * DAY_MS, asked.at), asked.ground.grid
    inside = grid.cell_of(past.x, past.y) >= 0
    x, y = past.x[inside], past.y[inside]
    by_chance = len(x) * math.pi * EPS_M**2 / grid.total_m2
    fewest = max(_FEWEST, int(poisson.ppf(_SURE, by_chance)) + 1, math.ceil(_TIMES * by_chance))
    found = clusters(x, y, fewest)
    own = np.flatnonzero((found.label >= 0) & (found.label < MOST))
    if not len(own):
        return ()
    own = own[np.argsort(found.label[own], kind="stable")]
    points = shapely.points(found.x[own], found.y[own])
    # Round all cases of one at once: a circle round each would take longer than the rest of the map.
    hulls = shapely.concave_hull(shapely.multipoints(points, indices=found.label[own]), ratio=_HOLLOW)
    shapes = shapely.intersection(shapely.buffer(hulls, _ROUND_M, quad_segs=3), flat(polygon)[0])
    areas = shapely.area(shapes)
    rows = zip(grid.all_degrees(shapes), found.sizes[:MOST].tolist(), areas.tolist(), strict=True)
    return tuple(CaseCluster(outline, int(cases), area) for outline, cases, area in rows if area > 0)
