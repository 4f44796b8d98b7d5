"""The ground of a map when no zone is drawn: where the cases lie, without the strays. Pure."""

from __future__ import annotations

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import mapping

from models.analysis.grid import Grid
from models.formats.polygons import utm_epsg

#: Cases further apart than this, with none between, are not of one station.
GAP_M = 10_000.0

#: Share of the later half of a city's cases that must lie on the ground its earlier half shows.
HELD = 0.99

#: Metres of one degree of latitude.
_DEGREE_M = 111_320.0


def bounds_of(lat: NDArray[np.float64], lon: NDArray[np.float64], cell: float) -> str | None:
    """The bounding box (GeoJSON, lon/lat, half a cell wider) of the largest group of places; None without a place.

    Places belong together when they lie in blocks of `GAP_M` that touch; the group with most places is meant, the
    others are strays: a point at (0, 0), a town 600 km away.
    """
    group = main_group(lat, lon)
    if not group.any():
        return None
    lat, lon = lat[group], lon[group]
    high = cell / 2 / _DEGREE_M
    wide = high / max(0.05, float(np.cos(np.radians(np.abs(lat).max()))))
    box = shapely.box(lon.min() - wide, lat.min() - high, lon.max() + wide, lat.max() + high)
    return orjson.dumps(mapping(box)).decode()


def covered(x: NDArray[np.float64], y: NDArray[np.float64], epsg: int, cell: float) -> Grid:
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


def _distance(grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each cell to the nearest one with a place, in cells, shape (rows, columns)."""
    empty = np.bincount(grid.cell_of(x, y), minlength=len(grid.area)) == 0
    return np.asarray(ndimage.distance_transform_edt(empty.reshape(grid.rows, grid.columns)), dtype=np.float64)


def _reach(grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64]) -> int:
    half = len(x) // 2
    if not half:
        return 0
    away = _distance(grid, x[:half], y[:half]).ravel()[grid.cell_of(x[half:], y[half:])]
    return int(np.ceil(np.quantile(away, HELD)))


def epsg_of(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> int:
    """The UTM zone of the middle of some places."""
    return utm_epsg(float(np.median(lat)), float(np.median(lon)))


def main_group(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which places belong to the largest group; a place that is none (NaN, out of range, (0, 0)) does not."""
    known = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 84) & (np.abs(lon) <= 180)
    known &= (lat != 0) | (lon != 0)  # what a program writes that has no place
    found = np.zeros(len(lat), dtype=bool)
    if known.any():
        found[known] = _main(lat[known], lon[known])
    return found


def _main(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    high = GAP_M / _DEGREE_M
    # Blocks of one width at every latitude would not be square; near the median they are, and there the cases lie.
    wide = high / max(0.05, float(np.cos(np.radians(np.median(np.abs(lat))))))
    row = np.floor((lat - lat.min()) / high).astype(np.int64)
    column = np.floor((lon - lon.min()) / wide).astype(np.int64)
    blocks = np.zeros((int(row.max()) + 1, int(column.max()) + 1), dtype=bool)
    blocks[row, column] = True
    named, number = ndimage.label(blocks, structure=np.ones((3, 3)))
    groups = named[row, column]
    found: NDArray[np.bool_] = groups == np.bincount(groups, minlength=number + 1).argmax()
    return found
