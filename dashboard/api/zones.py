"""`zones`: the zones in force as GeoJSON."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter

from dashboard.api.caller import Calling
from dashboard.api.paging import iso
from models.access.policy import Action
from store import registers

router = APIRouter(tags=["zones"])


@router.get("/zones")
def zones(call: Calling) -> dict[str, Any]:
    """Every zone in force: polygon, names, area in m2 and perimeter in m."""
    call.must(Action.SEE_MAP)
    with call.parts.db.read() as conn:
        rows = registers.zones(conn, call.scope.stations)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": orjson.loads(row.polygon),
                "properties": {
                    "station": row.station,
                    "zone": row.code,
                    "version": row.version,
                    "name_th": row.name_th,
                    "name_en": row.name_en,
                    "kind": row.kind,
                    "population": row.population,
                    "area_m2": row.area_m2,
                    "perimeter_m": row.perimeter_m,
                    "valid_from": iso(row.valid_from, call.parts.zone),
                },
            }
            for row in rows
        ],
    }
