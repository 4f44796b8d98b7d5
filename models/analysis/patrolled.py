"""Minutes that patrols spent on a piece of ground, by the hour, from the fixes of their units. Pure.

Between two fixes of a unit that are at most `GAP_MS` apart it was on patrol; a longer gap is none, for nobody knows.
The time is cut at full hours and counts for the ground on which the middle of the step lies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from models.analysis.shifts import HOUR_MS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Fixes further apart than this, in ms, have a gap between them; as the live map draws it.
GAP_MS = 60_000


def minutes_on(
    grounds: Sequence[shapely.Geometry], at: Ints, lat: Floats, lon: Floats, start: int, hours: int
) -> Floats:
    """Minutes of one unit in each of the `hours` after `start` (ms, UTC) on each ground: shape (grounds, hours).

    `at` ascending, ms; grounds in degrees (lon, lat). A step that crosses a full hour counts on both sides of it.
    """
    found = np.zeros((len(grounds), hours))
    if len(at) < 2:
        return found
    begin, end = at[:-1], at[1:]
    held = (end - begin <= GAP_MS) & (end > begin)
    begin, end = begin[held], end[held]
    x, y = ((part[:-1] + part[1:])[held] / 2 for part in (lon, lat))
    slot = (begin - start) // HOUR_MS
    edge = np.minimum(end, start + (slot + 1) * HOUR_MS)
    for number, ground in enumerate(grounds):
        shapely.prepare(ground)
        inside = shapely.intersects_xy(ground, x, y)
        for which, length in ((slot, edge - begin), (slot + 1, end - edge)):
            kept = inside & (which >= 0) & (which < hours)
            found[number] += np.bincount(which[kept], length[kept], hours)
    return found / 60_000
