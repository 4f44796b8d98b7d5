"""`hotspots`: the newest maps there are, as GeoJSON. Nothing is fitted here."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, HTTPException, Query

from dashboard.api.caller import Caller, Calling
from dashboard.api.paging import Cursor, cursor_of, groups_of, iso, place_of
from models.access.policy import Action
from models.analysis.families import FAMILIES
from models.formats.hotspot_files import values_of
from models.formats.offences import OFFENCES
from store import hotspots as store
from store import registers
from store.hotspots import StoredMap

router = APIRouter(tags=["hotspots"])


def _families(group: str | None, family: str | None) -> frozenset[str]:
    """The families asked for: by name, by the group of their offences, or all.

    Raises:
        HTTPException: 400, no such family or group.
    """
    if family is not None and family not in FAMILIES:
        raise HTTPException(400, f"family: one of {', '.join(FAMILIES)}")
    groups = groups_of(group)
    found = {
        code: {offence.group for name in one.offences if (offence := OFFENCES.find(name)) is not None}
        for code, one in FAMILIES.items()
        if family in (None, code)
    }
    return frozenset(code for code, mine in found.items() if groups is None or mine & groups)


def _about(call: Caller, stored: StoredMap) -> dict[str, Any]:
    """What stands beside a map's features: what it is of, how it was made, how right such a map has been."""
    found = stored.map
    return {
        "station": stored.station,
        "zone": stored.zone,
        "family": stored.family,
        "days": stored.days,
        "shift": found.shift,
        "made": iso(stored.made_at, call.parts.zone),
        "method": stored.method,
        "data_version": stored.data_version,
        "hash": stored.hash,
        "verdict": found.verdict,
        "why": found.why,
        "cases": found.cases,
        "left_out": found.left_out,
        "expected_total": found.expected_total,
        "expected_flagged": found.expected_flagged,
        "area_m2": found.area_m2,
        "area_flagged_m2": found.area_flagged_m2,
        "record": found.record,
    }


def _features(stored: StoredMap) -> list[dict[str, Any]]:
    found = stored.map
    return [
        {
            "type": "Feature",
            "id": spot.id,
            "geometry": orjson.loads(spot.outline),
            "properties": {"station": stored.station, "zone": stored.zone} | values_of(found, spot, rank, spot.name),
        }
        for rank, spot in enumerate(found.hotspots, 1)
    ]


@router.get("/hotspots")
def hotspots(
    call: Calling,
    zone: str | None = None,
    group: Annotated[str | None, Query(description="comma list, 1 to 4; 4 stands in no map")] = None,
    days: Annotated[int, Query(ge=1, le=366, description="how many days ahead: 7, 14 or 28")] = 28,
    station: str | None = None,
    family: Annotated[str | None, Query(description="one offence family; all without")] = None,
    shift: Annotated[str, Query(pattern=r"^(\d\d)?$", description="hour a shift begins at; empty: all day")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="most stations of a page")] = 40,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """The hotspots of the newest maps: a feature each; `maps` says how each map was made and how right such were.
    A page is of some stations by code, each whole. `changed`: maps left out, not as they were written."""
    call.must(Action.SEE_HOTSPOTS)
    if station is not None and not call.scope.sees(station):
        raise HTTPException(404, f"no station {station}")
    families = _families(group, family)
    stations = call.scope.stations if station is None else frozenset({station})
    with call.parts.db.read() as conn:
        if zone and not any(one.code == zone for one in registers.zones(conn, stations)):
            raise HTTPException(404, f"no zone {zone}")
        after = place_of(cursor, str)
        codes = sorted(one for one in store.stations_with_maps(conn, stations) if after is None or one > after[0])
        page = codes[:limit]
        told = store.find(conn, frozenset(page), days=days, shift=shift, zone=zone, families=families)
    found = told.maps
    names = ("station", "zone", "family", "days", "shift")
    return {
        "type": "FeatureCollection",
        "features": [feature for one in found for feature in _features(one)],
        "maps": [_about(call, one) for one in found],
        "changed": [dict(zip(names, key, strict=True)) for key in told.changed],
        "next": cursor_of([page[-1]]) if len(codes) > limit else None,
    }
