"""GeoJSON as rows of text: a header of every property seen, then one row a feature.

The features are read one by one: a file of any number of them is never in memory as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from models.formats.guards import MAX_COLUMNS, TOO_WIDE, UNREADABLE
from models.formats.json_stream import BadJsonError, Mark, NoObjectError, members
from models.formats.problems import BadFileError, Problem

NOT_FEATURES = Problem(
    "not_features", "ไม่ใช่ GeoJSON FeatureCollection", "the file is not a GeoJSON FeatureCollection"
)
OTHER_DATUM = Problem(
    "other_datum", "พิกัดไม่ใช่ WGS 84 (EPSG:4326)", "the coordinates are not WGS 84: save the file in EPSG:4326"
)
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


def geojson_names(source: Path | bytes) -> list[str]:
    """The header: every property of any feature, then `lat`, `lon` and `geometry`. Reads the whole file.

    Raises:
        BadFileError: not JSON, not a FeatureCollection, or declared in other coordinates than WGS 84.
    """
    names: dict[str, None] = {}
    for feature in _features(source):
        names.update(dict.fromkeys(feature.get("properties") or {}))
        if len(names) > MAX_COLUMNS:
            raise BadFileError(TOO_WIDE)
    names.update(dict.fromkeys(("lat", "lon", "geometry")))
    if len(names) > MAX_COLUMNS:
        raise BadFileError(TOO_WIDE)
    return list(names)


def geojson_rows(source: Path | bytes) -> Iterator[list[str]]:
    """Header and rows. Points give `lat` and `lon`, other shapes `geometry` as GeoJSON text.

    Raises:
        BadFileError: as for `geojson_names`.
    """
    names = geojson_names(source)
    yield names
    yield from geojson_cells(source, names)


def geojson_cells(source: Path | bytes, names: list[str]) -> Iterator[list[str]]:
    """The rows under a header that was read before.

    Raises:
        BadFileError: as for `geojson_names`.
    """
    for feature in _features(source):
        values = {**(feature.get("properties") or {}), **_shape(feature.get("geometry"))}
        yield [cell_text(values.get(name)) for name in names]


def _features(source: Path | bytes) -> Iterator[dict[str, Any]]:
    """The features of a collection one by one, or the one that the file is."""
    rest: dict[str, Any] = {}
    listed = False
    try:
        file = source.open("rb") if isinstance(source, Path) else BytesIO(source)
        with TextIOWrapper(file, "utf-8-sig", newline="") as text:
            for name, value in members(text, "features"):
                if value is Mark.LIST:
                    listed = True
                elif not listed or name != "features":
                    rest[name] = value
                elif _is_feature(value):
                    yield value
                else:
                    raise BadFileError(NOT_FEATURES)
    except NoObjectError as error:
        raise BadFileError(NOT_FEATURES) from error
    except (BadJsonError, UnicodeDecodeError) as error:
        raise BadFileError(UNREADABLE) from error
    if not str(_dig(rest, "crs", "properties", "name") or "CRS84").endswith(_WGS84):
        raise BadFileError(OTHER_DATUM)
    if listed:
        return
    if rest.get("type") != "Feature" or not _is_feature(rest):
        raise BadFileError(NOT_FEATURES)
    yield rest


def _is_feature(item: object) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("properties") or {}, dict)
        and isinstance(item.get("geometry") or {}, dict)
    )


def _dig(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _shape(geometry: dict[str, Any] | None) -> dict[str, object]:
    if not geometry:
        return {}
    place = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(place, list) and len(place) >= 2:
        return {"lat": place[1], "lon": place[0]}
    return {"geometry": geometry}


def cell_text(value: object) -> str:
    """A JSON value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        # JSON can spell halves of a pair, which no text may hold.
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()
