"""Hotspots as shapes: flagged cells that touch are one, its outline is their union clipped to the zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.cluster import DBSCAN

from models.analysis.grid import Grid, flat

Ints = NDArray[np.int64]

#: Middles of cells that share a side or a corner lie within this, in cells.
EPS_CELLS = 1.5


def group(flagged: Ints, grid: Grid) -> list[Ints]:
    """The flagged cells as groups that touch (DBSCAN over their middles, every cell a core); cells ascending."""
    if not len(flagged):
        return []
    middles = np.stack([flagged % grid.columns, flagged // grid.columns], axis=1).astype(np.float64)
    # Looking at the parameters takes longer than grouping a few cells.
    with config_context(skip_parameter_validation=True):
        label = DBSCAN(eps=EPS_CELLS, min_samples=1).fit_predict(middles)
    return [np.sort(flagged[label == number]) for number in range(label.max() + 1)]


@dataclass(frozen=True, slots=True)
class Outline:
    """A hotspot's shape: metres of the grid's zone, GeoJSON in degrees, and a point in it, degrees."""

    shape: shapely.Geometry
    area_m2: float
    geojson: str
    lat: float
    lon: float


def outlines(groups: list[Ints], grid: Grid, polygon: str) -> list[Outline]:
    """The outline of each group of cells, in their order."""
    united = [grid.polygon(cells) for cells in groups]
    made = geopandas.GeoSeries(united, crs=f"EPSG:{grid.epsg}").intersection(flat(polygon)[0])
    points = shapely.point_on_surface(made.to_numpy())
    lon, lat = grid.to_degrees(shapely.get_x(points), shapely.get_y(points))
    # Where a cell and the zone only touch, the intersection has lines beside its areas.
    shapes = [_areas(shape) for shape in made]
    rows = zip(shapes, lat, lon, strict=True)
    return [Outline(one, float(one.area), grid.degrees(one), north, east) for one, north, east in rows]


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.union_all([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
