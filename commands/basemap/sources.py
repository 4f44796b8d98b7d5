"""Street data files, read batch by batch as tags and shapes in degrees; a province never stands in memory whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyogrio.raw import open_arrow
from pyproj import Transformer
from pyproj.exceptions import CRSError

from commands.context import RefusedError
from models.basemap.layers import DECLARED, declared_by_name
from models.basemap.tags import spelled

#: West, south, east, north in degrees.
Bounds = tuple[float, float, float, float]

_SUFFIXES = (".osm.pbf", ".osm", ".geojson", ".json", ".gpkg")
_OSM = (".osm.pbf", ".osm")
_OSM_LAYERS = {
    "points": "place IS NOT NULL OR railway IS NOT NULL OR amenity IS NOT NULL OR shop IS NOT NULL",
    "lines": "highway IS NOT NULL OR railway IS NOT NULL OR waterway IS NOT NULL",
    "multipolygons": None,
}
_CONFIG = Path(__file__).with_name("osmconf.ini")
_BATCH = 20_000
#: What GDAL raises, through Arrow and pyogrio, when a file breaks while it is read.
_BROKEN = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    pa.ArrowException,
    RuntimeError,
    OSError,
    UnicodeDecodeError,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and what its features without tags are (a key of `DECLARED`); empty: its layers' names say it."""

    path: Path
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some features of one layer: their tags as `spelled`, their shapes in degrees (None: there is none)."""

    layer: str
    declared: str
    tags: list[dict[str, str]]
    shapes: NDArray[np.object_]


def source_of(text: str) -> Source:
    """A file named on the command line, `parks=FILE` or `FILE`.

    Raises:
        RefusedError: it is not there, is no file, is empty, or of no kind we read.
    """
    head, separator, rest = text.partition("=")
    declared, path = (head, Path(rest)) if separator and head in DECLARED else ("", Path(text))
    if not path.exists():
        raise RefusedError(f"no file {path}")
    if not path.is_file():
        raise RefusedError(f"{path} is not a file")
    if not path.name.lower().endswith(_SUFFIXES):
        raise RefusedError(f"{path.name}: only {', '.join(_SUFFIXES)} files are read")
    if path.stat().st_size == 0:
        raise RefusedError(f"{path.name} is empty")
    return Source(path, declared)


def read(source: Source) -> Iterator[Batch]:
    """Every feature of a file.

    Raises:
        RefusedError: GDAL cannot read it, or not to its end.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on single features; what cannot be used is counted
            layers = _layers(source.path)
            for layer, where in layers:
                yield from _read_layer(source, layer, where)
    except _BROKEN as error:
        reason = " ".join(str(error).split()).partition("; It might help")[0].rstrip(".")
        raise RefusedError(f"{source.path.name} cannot be read: {reason}") from error


def _layers(path: Path) -> list[tuple[str, str | None]]:
    """The layers to read, each with what is asked of it.

    Through Arrow a fault of the file only looks like its end. OpenStreetMap's files do not say how much they hold, so
    they are gone through once the other way, which does tell.
    """
    if path.name.lower().endswith(_OSM):
        pyogrio.raw.read(path, layer="other_relations", where="type = 'none'", CONFIG_FILE=str(_CONFIG))
        return list(_OSM_LAYERS.items())
    return [(str(name), None) for name, geometry in pyogrio.list_layers(path) if geometry is not None]


def _read_layer(source: Source, layer: str, where: str | None) -> Iterator[Batch]:
    osm = source.path.name.lower().endswith(_OSM)
    options = {"CONFIG_FILE": str(_CONFIG), "INTERLEAVED_READING": "NO"} if osm else {}
    declared = "" if osm else source.declared or declared_by_name(layer) or declared_by_name(source.path.stem)
    with open_arrow(source.path, layer=layer, where=where, use_pyarrow=True, batch_size=_BATCH, **options) as (
        meta,
        reader,
    ):
        to_degrees = _to_degrees(source.path, meta["crs"])
        seen = 0
        geometry = meta["geometry_name"] or "wkb_geometry"
        for batch in reader:
            shapes = shapely.from_wkb(
                np.asarray(batch.column(geometry).to_pylist(), dtype=object), on_invalid="ignore"
            )
            if to_degrees is not None:
                shapes = shapely.transform(shapes, to_degrees.transform, interleaved=False)
            plain = batch.drop_columns([geometry])
            tags = [spelled(row) for row in plain.to_pylist()] if plain.num_columns else [{}] * batch.num_rows
            seen += batch.num_rows
            yield Batch(layer, declared, tags, shapely.force_2d(shapes))
    if not osm and seen < (whole := int(pyogrio.read_info(source.path, layer=layer)["features"])):
        raise RefusedError(f"{source.path.name} cannot be read: it breaks off after {seen:,} of {whole:,} features")


def _to_degrees(path: Path, crs: str | None) -> Transformer | None:
    """What turns the file's coordinates into WGS 84; None: they are. A file that names no system is in degrees."""
    if crs is None or crs in ("EPSG:4326", "OGC:CRS84"):
        return None
    try:
        return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except CRSError as error:
        raise RefusedError(f"{path.name}: its coordinate system is not known: {crs[:60]}") from error
