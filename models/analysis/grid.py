"""The cells of a zone: squares in metres of its UTM zone, clipped to its outline. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import shape

from models.formats.polygons import to_metres, utm_epsg

#: More cells than this are a mistake (degrees taken for metres, a stray point), not a zone.
MOST_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Grid:
    """Square cells of `cell` metres; index = row * columns + column, row 0 in the south, column 0 in the west.

    `x0`, `y0`: south-west corner in metres of `epsg`, a multiple of the cell, so that a cell keeps its ground when an
    outline is drawn anew. `area`: m2 of each cell inside the zone, 0 = outside; never changed once it is made.
    """

    epsg: int
    x0: float
    y0: float
    cell: float
    columns: int
    rows: int
    area: NDArray[np.float64]

    @classmethod
    def of(cls, polygon: str, cell: float) -> Grid:
        """The cells of a polygon (GeoJSON text, lon/lat). A zone smaller than a cell has the cells it touches.

        Raises:
            ValueError: no polygon, no area, or more than `MOST_CELLS` cells.
        """
        if not cell > 0:
            raise ValueError("a cell must be above 0 m")
        outline, epsg = flat(polygon)
        west, south, east, north = (float(value) for value in outline.bounds)
        x0, y0 = math.floor(west / cell) * cell, math.floor(south / cell) * cell
        columns = max(1, math.ceil((east - x0) / cell))
        rows = max(1, math.ceil((north - y0) / cell))
        cls.check(columns, rows, cell)
        made = cls(epsg, x0, y0, float(cell), columns, rows, np.zeros(columns * rows))
        boxes = made.boxes(np.arange(columns * rows))
        shapely.prepare(outline)
        touched = np.flatnonzero(shapely.intersects(outline, boxes))
        whole = shapely.covers(outline, boxes[touched])
        made.area[touched[whole]] = cell * cell
        edge = touched[~whole]
        made.area[edge] = shapely.area(shapely.intersection(outline, boxes[edge]))
        # Slivers that only rounding makes are no cells.
        made.area[made.area < 1e-6 * cell * cell] = 0.0
        if not made.area.any():
            raise ValueError("the zone has no area")
        return made

    @staticmethod
    def check(columns: int, rows: int, cell: float) -> None:
        """Refuse a grid that is too large.

        Raises:
            ValueError: more than `MOST_CELLS` cells.
        """
        if columns * rows > MOST_CELLS:
            raise ValueError(f"{columns} x {rows} cells of {cell:g} m: too many")

    @cached_property
    def inside(self) -> NDArray[np.int64]:
        """Indexes of the cells that lie in the zone, ascending."""
        return np.flatnonzero(self.area > 0)

    @cached_property
    def total_m2(self) -> float:
        """Area of the zone, m2."""
        return float(self.area.sum())

    def cell_of(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Index of the cell of each point (metres); -1 outside the zone's cells, and for NaN."""
        known = np.isfinite(x) & np.isfinite(y)
        column = np.floor((np.where(known, x, self.x0 - 1) - self.x0) / self.cell)
        row = np.floor((np.where(known, y, self.y0 - 1) - self.y0) / self.cell)
        within = known & (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        index = np.where(within, row * self.columns + column, 0).astype(np.int64)
        return np.where(within & (self.area[index] > 0), index, -1)

    def boxes(self, cells: NDArray[np.int64]) -> NDArray[np.object_]:
        """The whole squares of cells, in metres, not clipped."""
        x = self.x0 + (cells % self.columns) * self.cell
        y = self.y0 + (cells // self.columns) * self.cell
        made: NDArray[np.object_] = shapely.box(x, y, x + self.cell, y + self.cell)
        return made

    def centres(self, cells: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x and y of the middles of cells, metres."""
        column, row = (part.astype(np.float64) for part in (cells % self.columns, cells // self.columns))
        return self.x0 + (column + 0.5) * self.cell, self.y0 + (row + 0.5) * self.cell

    def polygon(self, cells: NDArray[np.int64]) -> shapely.Geometry:
        """The union of cells, in metres."""
        return shapely.coverage_union_all(self.boxes(np.asarray(cells, dtype=np.int64)))

    def to_degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[float], list[float]]:
        """Longitude and latitude of places in metres."""
        lon, lat = _back(self.epsg).transform(x, y)
        return lon.tolist(), lat.tolist()

    def degrees(self, geometry: shapely.Geometry) -> str:
        """A geometry in metres as GeoJSON text (lon, lat; 1e-6 degrees is 0.1 m)."""
        return self.all_degrees([geometry])[0]

    def all_degrees(self, geometries: Sequence[shapely.Geometry]) -> list[str]:
        """`degrees` of many at once: asking each by itself takes several times as long."""
        many = np.array(geometries, dtype=object)
        turned = shapely.transform(many, _back(self.epsg).transform, interleaved=False)
        # Point by point takes a sixth of the time; what a sliver makes of that is put right.
        rounded = shapely.set_precision(turned, 1e-6, mode="pointwise")
        if (wrong := ~shapely.is_valid(rounded)).any():
            rounded[wrong] = shapely.set_precision(turned[wrong], 1e-6)
        # GEOS writes 99.50791099999999 for what orjson writes as 99.507911.
        return [orjson.dumps(orjson.loads(text)).decode() for text in shapely.to_geojson(rounded)]


@lru_cache(maxsize=64)
def flat(polygon: str) -> tuple[shapely.Geometry, int]:
    """A polygon (GeoJSON text) in metres of its UTM zone, made valid; and that zone's EPSG code.

    Raises:
        ValueError: no polygon or no area.
    """
    try:
        outline = shapely.make_valid(shapely.force_2d(shape(orjson.loads(polygon))))
    except (TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError("the zone is not GeoJSON") from error
    if outline.is_empty or outline.area <= 0:
        raise ValueError("the zone has no area")
    centre = outline.representative_point()
    epsg = utm_epsg(centre.y, centre.x)
    return to_metres(outline, epsg), epsg


@lru_cache(maxsize=16)
def _back(epsg: int) -> Transformer:
    return Transformer.from_crs(f"EPSG:{epsg}", "EPSG:4326", always_xy=True)
