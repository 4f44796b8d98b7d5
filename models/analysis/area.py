"""The ground of a map when no zone is drawn: where the cases lie, without the strays. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay
from shapely.geometry import mapping

from models.analysis.grid import Grid
from models.formats.polygons import utm_epsg

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Cases further apart than this, with none between, are not of one station.
GAP_M = 10_000.0

#: Share of the later half of a city's cases that must lie on the ground its earlier half shows.
HELD = 0.99

#: Ground without a case belongs to a station when no circle of this radius fits into it.
EMPTY_M = 1_000.0

#: Places nearer to each other than this are one when groups are looked for.
_SAME_M = 100.0

#: Metres of one degree of latitude.
DEGREE_M = 111_320.0


def bounds_of(lat: Floats, lon: Floats, cell: float) -> str | None:
    """The bounding box (GeoJSON, lon/lat, half a cell wider) of the largest group of places; None without a place.

    Places belong together when steps of `GAP_M` or less lead from one to the other; the group with most places is
    meant, the others are strays: a point at (0, 0), a town 600 km away.
    """
    group = main_group(lat, lon)
    if not group.any():
        return None
    lat, lon = lat[group], lon[group]
    high = cell / 2 / DEGREE_M
    wide = high / max(0.05, float(np.cos(np.radians(np.abs(lat).max()))))
    box = shapely.box(lon.min() - wide, lat.min() - high, lon.max() + wide, lat.max() + high)
    return orjson.dumps(mapping(box)).decode()


def covered(x: Floats, y: Floats, epsg: int, cell: float) -> Grid:
    """The ground that cases of any kind, in the order of time, have shown: a city without its lake and its airfields.

    The cells in which one lay, and within their bounds those around, as far as it takes for the cells of the earlier
    half to hold `HELD` of the later half: in a city with cases in every street no cell or one, where each lies
    anywhere as far as they lie apart. Nobody knows the ground by what is yet to come; a case beside it is a miss of
    every map. Takes places in metres of `epsg`.

    Raises:
        ValueError: no place, or more cells than a grid holds.
    """
    if not len(x):
        raise ValueError("no place")
    x0, y0 = float(np.floor(x.min() / cell) * cell), float(np.floor(y.min() / cell) * cell)
    columns = int((x.max() - x0) // cell) + 1
    rows = int((y.max() - y0) // cell) + 1
    Grid.check(columns, rows, cell)
    grid = Grid(epsg, x0, y0, float(cell), columns, rows, np.full(columns * rows, cell * cell))
    far = _reach(grid, x, y)
    grid.area[(_distance(grid, x, y) > far).ravel()] = 0.0
    return grid


def _distance(grid: Grid, x: Floats, y: Floats) -> Floats:
    """Of each cell to the nearest one with a place, in cells, shape (rows, columns)."""
    empty = np.bincount(grid.cell_of(x, y), minlength=len(grid.area)) == 0
    return np.asarray(ndimage.distance_transform_edt(empty.reshape(grid.rows, grid.columns)), dtype=np.float64)


def _reach(grid: Grid, x: Floats, y: Floats) -> int:
    half = len(x) // 2
    if not half:
        return 0
    away = _distance(grid, x[:half], y[:half]).ravel()[grid.cell_of(x[half:], y[half:])]
    return int(np.ceil(np.quantile(away, HELD)))


def lived_in(grid: Grid, x: Floats, y: Floats) -> Grid:
    """A grid without its wide ground on which no case of any kind ever lay (places in metres; none: as it is).

    The morphological closing of the cells with a case by a circle of `EMPTY_M`: gaps between cases stay, and no rim
    is added. Chance is thrown over this ground: over a box that one case far away stretches, any town were a hotspot.
    """
    cells = grid.cell_of(x, y)
    held = np.bincount(cells[cells >= 0], minlength=len(grid.area)) > 0
    if not held.any():
        return grid
    reach = EMPTY_M / grid.cell
    padded = np.pad(held.reshape(grid.rows, grid.columns), rim := int(reach) + 2)
    near = ndimage.distance_transform_edt(~padded) <= reach
    closed = (ndimage.distance_transform_edt(near) > reach) | padded
    return replace(grid, area=np.where(closed[rim:-rim, rim:-rim].ravel(), grid.area, 0.0))


def epsg_of(lat: Floats, lon: Floats) -> int:
    """The UTM zone of the middle of some places."""
    return utm_epsg(float(np.median(lat)), float(np.median(lon)))


def main_group(lat: Floats, lon: Floats) -> Flags:
    """Which places belong to the largest group; a place that is none (NaN, out of range, (0, 0)) does not."""
    known = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 84) & (np.abs(lon) <= 180)
    known &= (lat != 0) | (lon != 0)  # what a program writes that has no place
    found = np.zeros(len(lat), dtype=bool)
    if known.any():
        found[known] = _main(lat[known], lon[known])
    return found


def _main(lat: Floats, lon: Floats) -> Flags:
    # Degrees of longitude are of one width near the median only, and there the cases lie.
    wide = DEGREE_M * max(0.05, float(np.cos(np.radians(np.median(np.abs(lat))))))
    squares = np.round(np.stack([lon * wide, lat * DEGREE_M], axis=1) / _SAME_M)
    places, own = np.unique(squares, axis=0, return_inverse=True)
    group = _linked(places * _SAME_M)[own.ravel()]
    found: Flags = group == np.bincount(group).argmax()
    return found


def _linked(places: Floats) -> NDArray[np.int64]:
    """The group of each of some different places: single linkage at `GAP_M`.

    Steps of a shortest tree over places are edges of their Delaunay triangulation, so no other pair need be looked
    at (Toussaint 1980).
    """
    number = len(places)
    centred = places - places.mean(axis=0)
    if number < 4 or np.linalg.svd(centred, compute_uv=False)[1] < _SAME_M:
        # Too few, or on one line, which has no triangle: each and the next along it.
        along = np.argsort(centred @ np.linalg.svd(centred, full_matrices=False)[2][0], kind="stable")
        one, other = np.triu_indices(number, 1) if number < 4 else (along[:-1], along[1:])
    else:
        found = Delaunay(centred)
        # What fell together with a corner in the arithmetic is told with that corner.
        apart, _, corner = found.coplanar.T
        corners = found.simplices
        one, other = np.concatenate(
            [corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]], np.stack([apart, corner], axis=1)]
        ).T
    near = np.hypot(*(places[one] - places[other]).T) <= GAP_M
    links = csr_array((np.ones(int(near.sum())), (one[near], other[near])), shape=(number, number))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
