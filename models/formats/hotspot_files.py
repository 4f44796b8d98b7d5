"""A hotspot map as files for other programs: GeoJSON (RFC 7946) and KML 2.2 (OGC 07-147r2), lon/lat WGS 84. Pure.

KML is written by GDAL's own driver (LIBKML), which quotes texts as CDATA.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from models.analysis.hotspots import Hotspot, HotspotMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What a file calls a hotspot, from the hotspot.
Naming = Callable[[Hotspot], str]


def values_of(found: HotspotMap, spot: Hotspot, rank: int, name: str) -> dict[str, object]:
    """What a file says of one hotspot, by name: times ISO 8601 UTC, expectations cases of the horizon, areas m2."""
    hours = spot.peak_hours
    return {
        "rank": rank,
        "name": name,
        "id": spot.id,
        "family": found.family,
        "days": found.days,
        "shift": found.shift or "",
        "made_at": datetime.fromtimestamp(found.made_at / 1000, UTC).isoformat(timespec="seconds"),
        "method": found.method,
        "verdict": found.verdict,
        "expected": round(spot.expected, 2),
        "expected_low": spot.expected_low,
        "expected_high": spot.expected_high,
        "past_365": spot.past,
        "area_m2": round(spot.area_m2),
        "peak_from": -1 if hours is None else hours[0],
        "peak_until": -1 if hours is None else hours[1],
        "peak_days": ",".join(str(day) for day in spot.peak_days),
        "stability": round(spot.stability, 2),
        "near_repeat": int(spot.near_repeat),
        "pile_ups": len(spot.pile_up),
        "trend": spot.trend,
        "next_expected": round(spot.next_expected, 2),
    }


def geojson(found: HotspotMap, naming: Naming) -> bytes:
    """The hotspots as a FeatureCollection, ranked; the map's own verdict and record stand beside the features."""
    features = [
        {
            "type": "Feature",
            "id": spot.id,
            "geometry": orjson.Fragment(spot.outline),
            "properties": values_of(found, spot, rank, naming(spot)),
        }
        for rank, spot in enumerate(found.hotspots, 1)
    ]
    about = {
        "family": found.family, "days": found.days, "shift": found.shift, "verdict": found.verdict, "why": found.why,
        "expected_total": found.expected_total, "expected_flagged": found.expected_flagged,
        "area_m2": found.area_m2, "area_flagged_m2": found.area_flagged_m2, "cases": found.cases,
        "left_out": found.left_out, "record": found.record,
    }  # fmt: skip
    return orjson.dumps({"type": "FeatureCollection", "features": features, "about": about})


def _column(values: list[object]) -> NDArray[Any]:
    import numpy as np

    if all(isinstance(value, int) for value in values) and values:
        return np.array(values, dtype=np.int32)
    if all(isinstance(value, float) for value in values) and values:
        return np.array(values, dtype=np.float64)
    # The driver quotes a text as CDATA and forgets that the text may hold the end of one.
    return np.array([str(value).replace("]]>", "]] >") for value in values], dtype=object)


def kml(found: HotspotMap, naming: Naming, describing: Naming) -> bytes:
    """The hotspots as placemarks, ranked, with their values as extended data. A map of none is a document of none."""
    # Loaded when a file is asked for: nobody who only looks should wait for GDAL.
    import numpy as np
    import pyogrio.raw
    import shapely

    rows = [values_of(found, spot, rank, naming(spot)) for rank, spot in enumerate(found.hotspots, 1)]
    names = list(rows[0]) if rows else []
    told = [_column([f"{row['rank']} {row['name']}" for row in rows]),
            _column([describing(spot) for spot in found.hotspots])]  # fmt: skip
    # LIBKML takes these two as the placemark's own name and description, the others as extended data.
    fields = ["Name", "Description", *("place" if name == "name" else name for name in names)]
    data = [*told, *(_column([row[name] for row in rows]) for name in names)]
    outlines = [
        shapely.multipolygons(shapely.get_parts(shapely.from_geojson(spot.outline))) for spot in found.hotspots
    ]
    file = io.BytesIO()
    pyogrio.raw.write(
        file, shapely.to_wkb(np.array(outlines, dtype=object)), data, fields, driver="LIBKML",
        geometry_type="MultiPolygon", crs="EPSG:4326", layer="hotspots",
    )  # fmt: skip
    return file.getvalue()
