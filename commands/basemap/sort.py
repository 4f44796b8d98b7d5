"""Features sorted to the layers they are drawn in, kept on disk between reading and tiling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from commands.basemap.sources import Batch, Bounds
from models.basemap.labels import label_zoom
from models.basemap.layers import Geometry
from models.basemap.tags import Drawn, draw, names_of

SCHEMA = pa.schema(
    [("kind", pa.string()), ("name", pa.string()), ("en", pa.string()), ("z", pa.int32()), ("geometry", pa.binary())]
)
#: Shapely's type ids -> what they are drawn as. Rings and collections are none of them.
_GEOMETRY: dict[int, Geometry] = {0: "point", 4: "point", 1: "line", 5: "line", 3: "area", 6: "area"}
#: A shape of more vertices is thinned before it is cut into tiles, to a metre at first (finer than the last zoom can
#: show), then coarser: cutting costs its vertices again in every tile it touches.
_MANY_VERTICES = 10_000
_METRE = 1e-5
_M2_A_DEGREE2 = 111_320.0**2
#: Kinds of areas whose name is written, and its kind there. Schools and malls are named by their own tags.
_NAMED = {"water": "water", "green": "park", "building": "building"}

Row = tuple[str, str | None, str | None, int | None, bytes]


@dataclass
class Left:
    """Why features were left out or changed: a few words -> how many."""

    counts: Counter[str] = field(default_factory=Counter)

    def words(self) -> str:
        """In one line; empty when there is nothing to tell."""
        return ", ".join(f"{count:,} {why}" for why, count in self.counts.most_common())


class Spools:
    """A file of rows for each layer, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.features: Counter[str] = Counter()
        self.bounds: Bounds | None = None
        self._writers: dict[str, pa.RecordBatchStreamWriter] = {}

    def __enter__(self) -> Spools:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def path(self, layer: str) -> Path:
        """The file of a layer."""
        return self.folder / f"{layer}.arrows"

    def add(self, rows: dict[str, list[Row]], shapes: NDArray[np.object_]) -> None:
        """Keep rows by layer; `shapes` are those that are drawn, for the bounds."""
        if len(shapes):
            west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
            known = self.bounds or (west, south, east, north)
            self.bounds = min(known[0], west), min(known[1], south), max(known[2], east), max(known[3], north)
        for layer, found in rows.items():
            writer = self._writers.get(layer)
            if writer is None:
                writer = self._writers[layer] = pa.ipc.new_stream(str(self.path(layer)), SCHEMA)
            columns = [
                pa.array(list(values), type=part.type)
                for values, part in zip(zip(*found, strict=True), SCHEMA, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=SCHEMA))
            self.features[layer] += len(found)


def sort_batch(batch: Batch, bounds: Bounds | None, left: Left, spools: Spools) -> int:
    """Put a batch's features where they are drawn; returns how many are."""
    shapes, usable = _usable(batch.shapes, bounds, left)
    rows: dict[str, list[Row]] = {}
    drawn_at: list[int] = []
    types = shapely.get_type_id(shapes)
    for at in np.flatnonzero(usable).tolist():
        geometry = _GEOMETRY.get(int(types[at]))
        found = draw(batch.tags[at], geometry, batch.declared) if geometry else None
        if found is None:
            left.counts["not for a map"] += 1
            continue
        drawn_at.append(at)
        for layer, row in _rows(found, batch.tags[at], shapes[at]):
            rows.setdefault(layer, []).append(row)
    spools.add(rows, shapes[drawn_at])
    return len(drawn_at)


def _usable(
    shapes: NDArray[np.object_], bounds: Bounds | None, left: Left
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """The shapes, mended where they cross themselves and thinned where they are very fine; which can be drawn."""
    shapes = shapes.copy()
    west, south, east, north = shapely.bounds(shapes).T
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & np.isfinite(west + south + east + north)
    on_earth = there & (west >= -180) & (east <= 180) & (south >= -85.06) & (north <= 85.06)
    _count(left, "without a shape", ~there)
    _count(left, "outside of the world in degrees", there & ~on_earth)
    usable = on_earth
    if bounds is not None:
        inside = (east >= bounds[0]) & (west <= bounds[2]) & (north >= bounds[1]) & (south <= bounds[3])
        _count(left, "outside of the bounds", usable & ~inside)
        usable = usable & inside
    fine = usable & (shapely.get_num_coordinates(shapes) > _MANY_VERTICES)
    shapes[fine] = [_thinned(shape) for shape in shapes[fine]]
    _count(left, f"thinned from over {_MANY_VERTICES:,} vertices", fine)
    crossing = usable & ~shapely.is_valid(shapes)
    shapes[crossing] = [_area_of(shape) for shape in shapely.make_valid(shapes[crossing])]
    _count(left, "mended: crossed themselves", crossing)
    gone = usable & shapely.is_empty(shapes)
    _count(left, "without an extent", gone)
    return shapes, usable & ~gone


def _thinned(shape: shapely.Geometry) -> shapely.Geometry:
    tolerance, thin = _METRE, shape
    while shapely.get_num_coordinates(thin) > _MANY_VERTICES and tolerance < 1.0:
        thin = shapely.simplify(shape, tolerance, preserve_topology=False)
        tolerance *= 4
    return thin


def _area_of(mended: shapely.Geometry) -> shapely.Geometry:
    """What a mended outline keeps: its areas; loose lines and points of a collection are dropped."""
    if mended.geom_type != "GeometryCollection":
        return mended
    areas = [part for part in shapely.get_parts(mended) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(areas) if areas else mended


def _count(left: Left, why: str, which: NDArray[np.bool_]) -> None:
    if count := int(which.sum()):
        left.counts[why] += count


def _rows(found: Drawn, tags: dict[str, str], shape: shapely.Geometry) -> Iterable[tuple[str, Row]]:
    """A feature's rows: itself, and for a named area the point its name stands on."""
    names = names_of(tags)
    if found.layer == "place":
        if names.th:
            point = shapely.point_on_surface(shape)
            yield "place", (found.kind, names.th, names.en, found.label_zoom, shapely.to_wkb(point))
        return
    line = shapely.get_dimensions(shape) == 1
    yield (
        found.layer,
        (found.kind, names.th if line else None, names.en if line else None, None, shapely.to_wkb(shape)),
    )
    if found.layer not in _NAMED or not names.th:
        return
    zoom = label_zoom(shape.area * _M2_A_DEGREE2 * _squeeze(shape), shape.bounds[1])
    if zoom is not None:
        point = shapely.point_on_surface(shape)
        yield "place", (_NAMED[found.layer], names.th, names.en, zoom, shapely.to_wkb(point))


def _squeeze(shape: shapely.Geometry) -> float:
    """How much narrower a degree of longitude is there than one of latitude."""
    return float(np.cos(np.radians(shape.bounds[1])))
