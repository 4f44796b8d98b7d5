"""What is thrown when chance is asked: events and not records, and where they can have been recorded at all. Pure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.analysis.cases import Cases
from models.analysis.grid import Grid
from models.analysis.quality import shared_places

Floats = NDArray[np.float64]

#: When more of the places than this hold two events or more, they are those of a geocoder and not of the events.
SHARED = 0.1
#: Points of a cell from which the nearest place is looked for: fewer in a large zone, so many in all.
_LEAST, _MOST, _POINTS = 9, 64, 60_000
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


def reached(x: Floats, y: Floats, grid: Grid) -> Floats | None:
    """How likely an event anywhere in the zone is recorded in each cell (sum 1), when places (to a metre) are shared:
    the middles of blocks, villages. Each event goes to the nearest place that holds one. None when each has a place
    of its own: then it was recorded where it was.
    """
    places, counts = shared_places(x, y)
    cells = grid.cell_of(*places.T)
    known = cells >= 0
    if not known.any() or float((counts[known] > 1).mean()) <= SHARED:
        return None
    nearest = cKDTree(places)
    # A place draws from where the next one would be half way, to the corners: ground beyond is nobody's.
    far = np.inf if len(places) < 2 else _CORNER * float(np.median(nearest.query(places, k=2)[0][:, 1]))
    middle_x, middle_y = grid.centres(grid.inside)
    east, north = _within_a_cell(len(middle_x)) * grid.cell
    spots = np.stack([np.add.outer(middle_x, east), np.add.outer(middle_y, north)], axis=-1)
    away, place = nearest.query(spots)
    # What is drawn by a place on no cell (the zone's far rim) is recorded on none, as the events there are.
    taken = (away <= far) & known[place]
    area = np.broadcast_to(grid.area[grid.inside][:, None], taken.shape)[taken]
    found = np.bincount(cells[place[taken]], area, len(grid.area))
    # A place that others leave less ground than one point stands for drew none: a case there would be against all
    # odds, and a hotspot. Where cases are recorded, as much ground is drawn from as a point stands for.
    at = grid.cell_of(x, y)
    held = np.bincount(at[at >= 0], minlength=len(grid.area)) > 0
    found = np.where(held, np.maximum(found, grid.area / taken.shape[1]), found)
    return np.asarray(found / found.sum(), dtype=np.float64)


def _within_a_cell(cells: int) -> Floats:
    """Points that fill a cell evenly, (2, number), -0.5 to 0.5: the R2 sequence (Roberts 2018).

    No two lie in a row. Points in rows lie exactly half way between places in rows: a whole row then goes to one
    side, and of places 250 m apart some would draw from half as much ground again as the others.
    """
    number = min(_MOST, max(_LEAST, _POINTS // cells))
    steps = np.arange(number) * np.array([[0.7548776662466927], [0.5698402909980532]])
    return np.asarray((0.5 + steps) % 1.0 - 0.5, dtype=np.float64)
