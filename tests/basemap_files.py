"""A small made-up town as a file of streets, the base map built of it, and what a tile holds."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pyogrio

import manage
from dashboard.basemap.archive import Archive

WEST, SOUTH = 104.7215, 16.5425
#: A place in the town, and the tile of the last zoom round it.
MIDDLE = (104.727, 16.5465)


def feature(kind: str, coordinates: Any, **tags: str) -> dict[str, Any]:
    """One GeoJSON feature."""
    return {"type": "Feature", "properties": tags, "geometry": {"type": kind, "coordinates": coordinates}}


def square(west: float, south: float, side: float) -> list[list[list[float]]]:
    """Coordinates of a square polygon, degrees."""
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def town() -> list[dict[str, Any]]:
    """Streets, a park, a pond, houses and a place, round `MIDDLE`."""
    lines = [[[WEST, SOUTH + i * 0.0012], [WEST + 0.011, SOUTH + i * 0.0012]] for i in range(7)]
    found = [feature("LineString", line, highway="residential", name=f"ซอยที่ {i}") for i, line in enumerate(lines)]
    found.append(
        feature(
            "LineString", [[WEST, SOUTH + 0.004], [WEST + 0.011, SOUTH + 0.0042]], highway="primary",
            **{"name:th": "ถนนสำราญชายโขงใต้", "name:en": "Samran Chai Khong Tai"},
        )
    )  # fmt: skip
    found.append(feature("Polygon", square(WEST + 0.001, SOUTH + 0.001, 0.003), leisure="park", name="สวนสาธารณะ"))
    found.append(feature("Polygon", square(WEST + 0.006, SOUTH + 0.001, 0.002), natural="water", name="บึงน้ำใส"))
    houses = [square(WEST + 0.005 + i * 0.0006, SOUTH + 0.0048, 0.0003) for i in range(9)]
    found += [feature("Polygon", house, building="yes") for house in houses]
    found.append(feature("Point", list(MIDDLE), place="town", name="มุกดาหาร"))
    return found


def write(path: Path, features: list[dict[str, Any]]) -> Path:
    """A GeoJSON file of features."""
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}))
    return path


def build(*arguments: str | Path) -> int:
    """`manage.py basemap build` with these arguments; its exit status."""
    return manage.main(["basemap", "build", *(str(argument) for argument in arguments)])


def town_map(folder: Path) -> Path:
    """The base map of the town."""
    output = folder / "town.pmtiles"
    assert build(write(folder / "town.geojson", town()), "--output", output) == 0
    return output


def held(archive: Archive, folder: Path, z: int, x: int, y: int) -> Counter[str]:
    """What a tile holds by GDAL's own reader: features by layer."""
    body = archive.tile(z, x, y)
    assert body is not None
    path = folder / "tile.mvt"
    path.write_bytes(gzip.decompress(body))
    counted = {
        str(name): pyogrio.read_info(path, layer=str(name))["features"] for name, _ in pyogrio.list_layers(path)
    }
    return Counter(counted)
