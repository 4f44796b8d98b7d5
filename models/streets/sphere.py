"""Places as points on the sphere, in metres from its middle: no map projection, no seam between two zones. Pure.

A chord is shorter than the way over the ground by less than a millionth within 50 km.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.track import EARTH_M

Floats = npt.NDArray[np.float64]


def points(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Degrees (WGS 84) as points `(n, 3)` in metres on the sphere of `models.track.distance_m`."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    flat = np.cos(phi)
    return EARTH_M * np.stack((flat * np.cos(lam), flat * np.sin(lam), np.sin(phi)), axis=-1)


def gaps(here: Floats, there: Floats) -> Floats:
    """Distances in metres of points, each from its other or all from one."""
    return np.asarray(np.sqrt(np.sum((here - there) ** 2, axis=-1)))
