"""Files -> sorted features -> tiles of each layer (GDAL) -> one .pmtiles, all or nothing.

GDAL writes one layer a dataset through pyogrio. A vector tile is a protobuf message whose layers are repeated
fields, and such messages may be joined end to end (Mapbox Vector Tile 2.1, section 4.1; protobuf encoding,
"Last one wins / merging"): so each layer is tiled by itself and a tile's layers are joined.
"""

from __future__ import annotations

import gzip
import heapq
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pmtiles.reader import MmapSource, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from pyogrio.raw import write_arrow

from commands.basemap.sort import Left, Spools, sort_batch
from commands.basemap.sources import Bounds, Source, read
from commands.context import RefusedError
from dashboard.basemap.archive import read_through
from dashboard.basemap.bad_archive import BadArchiveError
from models.basemap.layers import EXTENT, LAYERS, Layer

Say = Callable[[str], None]
#: Most bytes of one layer's tile before GDAL makes it coarser.
_MAX_TILE = 1_000_000
_TOLD_EACH = 200_000


@dataclass(frozen=True, slots=True)
class Built:
    """What was made: features by layer, tiles, bytes."""

    features: dict[str, int]
    tiles: int
    size: int


def build(
    sources: Sequence[Source],
    output: Path,
    *,
    bounds: Bounds | None,
    max_zoom: int,
    attribution: str,
    say: Say,
) -> Built:
    """Make `output` of the files; what stood there stays until the new one is whole and has been read through.

    Raises:
        RefusedError: a file cannot be read, nothing in them belongs on a map, or the disk is full.
    """
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".basemap-", dir=output.parent) as folder:
            with Spools(Path(folder)) as spools:
                for source in sources:
                    _read_source(source, bounds, spools, say)
            if not spools.features or spools.bounds is None:
                raise RefusedError("no layer of use: nothing in these files is drawn on a map; see docs/basemap.md")
            archives = [
                (layer, _tile_layer(layer, spools, max_zoom, say))
                for layer in LAYERS
                if layer.name in spools.features
            ]
            edge = _clamp(spools.bounds, bounds)
            with part.open("wb") as file:
                tiles = _join(archives, file, edge, max_zoom, attribution)
                file.flush()
                os.fsync(file.fileno())
        read_through(part)
        size = part.stat().st_size
        part.replace(output)
    except (OSError, BadArchiveError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RefusedError(f"cannot write {output}: {reason}") from error
    finally:
        part.unlink(missing_ok=True)
    return Built({layer.name: spools.features[layer.name] for layer, _ in archives}, tiles, size)


def _read_source(source: Source, bounds: Bounds | None, spools: Spools, say: Say) -> None:
    seen, drawn, told, left = 0, 0, 0, Left()
    for batch in read(source):
        drawn += sort_batch(batch, bounds, left, spools)
        seen += len(batch.tags)
        if seen - told >= _TOLD_EACH:
            told = seen
            say(f"{source.path.name}: {seen:,} features of {batch.layer} and before ...")
    words = left.words()
    say(f"{source.path.name}: {seen:,} features, {drawn:,} drawn{f' ({words})' if words else ''}")


def _tile_layer(layer: Layer, spools: Spools, max_zoom: int, say: Say) -> Path:
    """The tiles of one layer as an archive of its own."""
    path = spools.folder / f"{layer.name}.pmtiles"
    first = min(layer.first_zoom, max_zoom)
    say(f"tiles of {layer.name}: zoom {first} to {max_zoom}, {spools.features[layer.name]:,} features ...")
    with pa.ipc.open_stream(str(spools.path(layer.name))) as rows:
        write_arrow(
            rows, path, driver="PMTiles", layer=layer.name, geometry_type="Unknown", geometry_name="geometry",
            crs="EPSG:4326", MINZOOM=str(first), MAXZOOM=str(max_zoom), EXTENT=str(EXTENT), MAX_SIZE=str(_MAX_TILE),
            MAX_FEATURES="200000", SIMPLIFICATION=str(layer.simplify), SIMPLIFICATION_MAX_ZOOM="1",
        )  # fmt: skip
    return path


def _tiles(path: Path) -> Iterator[tuple[int, bytes]]:
    """Tile ids and tiles of an archive, in ascending order as its directory is."""
    with path.open("rb") as file:
        for (z, x, y), data in all_tiles(MmapSource(file)):  # type: ignore[no-untyped-call]
            yield zxy_to_tileid(z, x, y), gzip.decompress(data)


def _join(archives: Sequence[tuple[Layer, Path]], file: Any, edge: Bounds, max_zoom: int, attribution: str) -> int:
    """Write one archive whose tiles hold the layers of all; returns the number of tiles."""
    writer = Writer(file)  # type: ignore[no-untyped-call]
    count = 0
    streams = heapq.merge(*(_tiles(path) for _, path in archives), key=itemgetter(0))
    for tile_id, parts in groupby(streams, key=itemgetter(0)):
        writer.write_tile(tile_id, gzip.compress(b"".join(part for _, part in parts), 6, mtime=0))  # type: ignore[no-untyped-call]
        count += 1
    west, south, east, north = (round(value * 1e7) for value in edge)
    header = {
        "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_zoom": min(max_zoom, 13),
    }  # fmt: skip
    writer.finalize(header, _metadata([layer for layer, _ in archives], max_zoom, attribution))  # type: ignore[no-untyped-call]
    return count


def _metadata(layers: Sequence[Layer], max_zoom: int, attribution: str) -> dict[str, Any]:
    fields = {"kind": "String", "name": "String", "en": "String", "z": "Number"}
    return {
        "name": "Smart Safety Zone base map",
        "type": "baselayer",
        "attribution": attribution,
        "vector_layers": [
            {"id": layer.name, "fields": fields, "minzoom": min(layer.first_zoom, max_zoom), "maxzoom": max_zoom}
            for layer in layers
        ],
    }


def _clamp(found: Bounds, wanted: Bounds | None) -> Bounds:
    if wanted is None:
        return found
    return max(found[0], wanted[0]), max(found[1], wanted[1]), min(found[2], wanted[2]), min(found[3], wanted[3])
