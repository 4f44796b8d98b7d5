"""What is thrown when chance is asked: events and not records, and where they can have been recorded at all. Pure."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.analysis.cases import Cases
from models.analysis.grid import Grid

Floats = NDArray[np.float64]

#: When more of the places than this hold two events or more, they are those of a geocoder and not of the events.
SHARED = 0.1
#: Into how many parts a cell's side is cut when the nearest place is looked for.
_PARTS = 3
#: Of the middling way to the next place: half of a square's diagonal, and a little.
_CORNER = 0.75


def are_events(cases: Cases) -> NDArray[np.bool_]:
    """Which cases do not agree with an earlier one in offence, window and place (to a metre).

    Three victims of one robbery are three cases to be expected, and one that chance put there.
    """
    made = np.ones(len(cases), dtype=bool)
    same = np.flatnonzero(cases.start[1:] == cases.start[:-1])
    if not len(same):  # they are sorted by start: no two began at one moment
        return made
    rows = np.union1d(same, same + 1)
    what = {name: getattr(cases, name)[rows] for name in ("offence", "start", "end")}
    frame = pd.DataFrame(what | {"x": np.round(cases.x[rows]), "y": np.round(cases.y[rows])})
    made[rows[frame.duplicated().to_numpy()]] = False
    return made


def reached(events: Cases, grid: Grid) -> Floats | None:
    """How likely an event anywhere in the zone is recorded in each cell (sum 1), when places (to a metre) are shared:
    the middles of blocks, villages. Each event goes to the nearest place that holds one. None when each has a place
    of its own: then it was recorded where it was.
    """
    # As complex numbers pairs sort many times faster than as rows.
    keys, counts = np.unique(np.round(events.x) + 1j * np.round(events.y), return_counts=True)
    places = np.stack([keys.real, keys.imag], axis=1)
    known = grid.cell_of(*places.T) >= 0
    if not known.any() or float((counts[known] > 1).mean()) <= SHARED:
        return None
    places, inside = places[known], grid.inside
    x, y = grid.centres(inside)
    steps = (np.arange(_PARTS) - (_PARTS - 1) / 2) * grid.cell / _PARTS
    nearest = cKDTree(places)
    # A place draws from where the next one would be half way, to the corners: ground beyond is nobody's.
    far = np.inf if len(places) < 2 else _CORNER * float(np.median(nearest.query(places, k=2)[0][:, 1]))
    found = np.zeros(len(grid.area))
    for east, north in product(steps, steps):
        away, place = nearest.query(np.stack([x + east, y + north], axis=1))
        near = away <= far
        found += np.bincount(grid.cell_of(*places[place[near]].T), grid.area[inside[near]], len(found))
    return np.asarray(found / found.sum(), dtype=np.float64)
