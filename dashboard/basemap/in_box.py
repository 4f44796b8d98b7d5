"""What of the base map lies in a box of the world: shapes and names in degrees, for maps that the server draws."""

from __future__ import annotations

import gzip
import logging
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from dashboard.basemap.archive import Archive
from dashboard.basemap.bad_archive import BadArchiveError
from dashboard.basemap.vector_tile import Feature, features

_LOG = logging.getLogger(__name__)

#: West, south, east, north in degrees.
Box = tuple[float, float, float, float]

#: Tiles of one drawing: of the finest zoom that needs no more.
_MOST_TILES: Final = 20

_PLACE: Final = "place"


@dataclass(frozen=True, slots=True)
class Name:
    """A name and where it stands: (lon, lat) of its point, or the line it runs along. `z`: zoom it fits from."""

    th: str
    en: str
    kind: str
    z: float
    line: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class InBox:
    """`shapes`: by layer the lines, or the rings of areas, (lon, lat); `names`: of places and of main roads."""

    shapes: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    names: tuple[Name, ...] = ()


def in_box(archive: Archive, box: Box) -> InBox:
    """What lies in the tiles of a box. Nothing where the file has none; a tile that cannot be read is passed over
    and logged."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    ends: dict[str, list[int]] = defaultdict(list)
    names: list[Name] = []
    for (z, x, y), one in _features(archive, box):
        if one.layer in (_PLACE, "highway") and (name := _name(one, z, x, y)) is not None:
            names.append(name)
        if one.layer == _PLACE:
            continue
        for part in one.parts:
            if len(part) > 1:
                points[one.layer].extend((x + at, y + down) for at, down in part)
                ends[one.layer].append(len(part))
    if not ends and not names:
        return InBox()
    zoom = _tiles(archive, box)[0]
    shapes = {}
    for layer, lengths in ends.items():
        of = np.repeat(np.arange(len(lengths)), lengths)
        shapes[layer] = shapely.linestrings(_degrees(np.array(points[layer]), zoom), indices=of)
    return InBox(shapes, tuple(names))


def _features(archive: Archive, box: Box) -> Iterator[tuple[tuple[int, int, int], Feature]]:
    z, columns, rows = _tiles(archive, box)
    for x in columns:
        for y in rows:
            try:
                body = archive.tile(z, x, y)
                if body is not None:
                    for one in features(gzip.decompress(body) if archive.gzipped else body):
                        yield (z, x, y), one
            except (BadArchiveError, OSError, EOFError, ValueError) as error:
                _LOG.warning("base map %s: tile %s/%s/%s cannot be drawn: %s", archive.path, z, x, y, error)


def _tiles(archive: Archive, box: Box) -> tuple[int, range, range]:
    """The zoom, and the columns and rows of its tiles that touch a box."""
    first, last = archive.zooms
    west, south, east, north = box
    for z in range(last, first - 1, -1):
        left, top = _tile(west, north, z)
        right, bottom = _tile(east, south, z)
        columns, rows = range(left, right + 1), range(top, bottom + 1)
        if len(columns) * len(rows) <= _MOST_TILES:
            return z, columns, rows
    return first, range(0), range(0)


def _tile(lon: float, lat: float, z: int) -> tuple[int, int]:
    most = 2**z
    flat = math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat))))) / math.pi
    at = (lon + 180.0) / 360.0 * most, (1.0 - flat) / 2.0 * most
    return min(max(int(at[0]), 0), most - 1), min(max(int(at[1]), 0), most - 1)


def _degrees(tiles: NDArray[np.float64], z: int) -> NDArray[np.float64]:
    """Places in tiles of a zoom, as (lon, lat) of the spherical Mercator projection that tiles are of."""
    part = tiles / 2**z
    return np.column_stack(
        (part[:, 0] * 360.0 - 180.0, np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * part[:, 1])))))
    )


def _name(one: Feature, z: int, x: int, y: int) -> Name | None:
    """The name of a feature along its longest part; None where it has none."""
    th, en = (str(one.values.get(key) or "") for key in ("name", "en"))
    if not (th or en) or not one.parts:
        return None
    line = np.array([(x + at, y + down) for at, down in max(one.parts, key=len)])
    least = one.values.get("z", 0.0)
    return Name(
        th or en, en or th, str(one.values.get("kind", "")) if one.layer == _PLACE else "road",
        least if isinstance(least, int | float) else 0.0, _degrees(line, z),
    )  # fmt: skip
