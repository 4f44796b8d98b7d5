"""GeoJSON as rows of text: a header of every property seen, then one row a feature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from models.formats.guards import MAX_COLUMNS, TOO_WIDE, UNREADABLE
from models.formats.problems import BadFileError, Problem

NOT_FEATURES = Problem(
    "not_features", "ไม่ใช่ GeoJSON FeatureCollection", "the file is not a GeoJSON FeatureCollection"
)
OTHER_DATUM = Problem(
    "other_datum", "พิกัดไม่ใช่ WGS 84 (EPSG:4326)", "the coordinates are not WGS 84: save the file in EPSG:4326"
)
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


def geojson_rows(body: bytes) -> Iterator[list[str]]:
    """Header and rows. Points give `lat` and `lon`, other shapes `geometry` as GeoJSON text.

    Raises:
        BadFileError: not JSON, not a FeatureCollection, or declared in other coordinates than WGS 84.
    """
    features = _features(body)
    names: dict[str, None] = {}
    for feature in features:
        names.update(dict.fromkeys(feature.get("properties") or {}))
    names.update(dict.fromkeys(("lat", "lon", "geometry")))
    if len(names) > MAX_COLUMNS:
        raise BadFileError(TOO_WIDE)
    yield list(names)
    for feature in features:
        values = {**(feature.get("properties") or {}), **_shape(feature.get("geometry"))}
        yield [cell_text(values.get(name)) for name in names]


def _features(body: bytes) -> list[dict[str, Any]]:
    try:
        document = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadFileError(UNREADABLE) from error
    if not isinstance(document, dict):
        raise BadFileError(NOT_FEATURES)
    features = [document] if document.get("type") == "Feature" else document.get("features")
    if not isinstance(features, list) or not all(_is_feature(item) for item in features):
        raise BadFileError(NOT_FEATURES)
    if not str(_dig(document, "crs", "properties", "name") or "CRS84").endswith(_WGS84):
        raise BadFileError(OTHER_DATUM)
    return features


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
        return value.replace("\0", "")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return orjson.dumps(value).decode()
