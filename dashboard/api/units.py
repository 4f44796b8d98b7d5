"""`units` and their tracks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import Connection

from dashboard.api.caller import Caller, Calling, Purposed
from dashboard.api.paging import Cursor, From, Limit, To, cursor_of, iso, place_of, window
from dashboard.exports.tracks import file_name, must_fit, said_of
from models.access.policy import Action
from models.audit.deeds import Did
from models.formats.gpx import MIME, gpx_file
from models.picture import Key, UnitNow, freshness
from models.records.base import UNKNOWN_STATION, Millis
from models.records.position import Fix, FixFlag
from models.records.unit import Unit
from store import audit, devices, positions, registers
from store.one_track import drawn_pieces, held

router = APIRouter(tags=["units"])

_DAY_MS = 86_400_000

#: Longest window of one track.
_MOST_MS = 93 * _DAY_MS

#: Most devices that wait for approval in one answer.
_MOST_DEVICES = 1000


def _item(call: Caller, key: Key, unit: UnitNow | None, row: Unit | None) -> dict[str, Any]:
    zone, parts = call.parts.zone, call.parts
    unit = unit or UnitNow(*key)
    mark = unit.mark
    return {
        "station": key[0],
        "id": key[1],
        "kind": row.kind if row else None,
        "call_sign": row.call_sign if row else "",
        "status": unit.status,
        "state": freshness(unit, parts.clock(), parts.live_s, parts.lost_s),
        "heard": iso(unit.heard_at, zone),
        "at": iso(mark.at, zone) if mark else None,
        "lat": mark.lat if mark else None,
        "lon": mark.lon if mark else None,
        "speed_kmh": mark.speed_kmh if mark else None,
        "heading_deg": mark.heading_deg if mark else None,
        "accuracy_m": mark.accuracy_m if mark else None,
    }


def _waiting(call: Caller, conn: Connection) -> list[dict[str, Any]]:
    """Devices nobody has approved; their messages are in quarantine."""
    zone = call.parts.zone
    return [
        {
            "station": UNKNOWN_STATION,
            "id": device.foreign_id,
            "source": device.source,
            "state": device.state,
            "heard": iso(device.last_seen, zone),
            "messages": device.heard,
        }
        for device in devices.devices(conn, None, "pending", limit=_MOST_DEVICES)
    ]


@router.get("/units")
def units(
    call: Calling,
    include: Annotated[Literal["unknown"] | None, Query(description="`unknown` adds devices nobody approved")] = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Every unit: its newest drawable fix, its age in a word (live, stale, lost) and what it says it does."""
    call.must(Action.SEE_MAP)
    after = place_of(cursor, str, str)
    seen, scope = call.parts.follower.picture.units, call.scope
    with call.parts.db.read() as conn:
        rows = {(row.station, row.unit): row for row in registers.units(conn, scope.stations)}
        waiting = _waiting(call, conn) if include and scope.unknown and after is None else []
    keys = sorted(key for key in rows.keys() | seen.keys() if scope.sees(key[0]) and (after is None or key > after))
    page = keys[:limit]
    return {
        "units": [_item(call, key, seen.get(key), rows.get(key)) for key in page],
        "unknown": waiting,
        "next": cursor_of(page[-1]) if len(keys) > limit else None,
    }


def _station_of(call: Caller, conn: Connection, unit: str, station: str | None) -> str:
    """The station of a unit the caller sees.

    Raises:
        HTTPException: 404 none, 400 several.
    """
    scope = call.scope
    found = {row.station for row in registers.units(conn, scope.stations) if row.unit == unit}
    found |= {key[0] for key in call.parts.follower.picture.units if key[1] == unit}
    found = {code for code in found if scope.sees(code) and station in (None, code)}
    if not found:
        raise HTTPException(404, f"no unit {unit}")
    if len(found) > 1:
        raise HTTPException(400, f"several stations have a unit {unit}: name one with `station`")
    return found.pop()


def _feature(call: Caller, fix: Fix) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [fix.lon, fix.lat]},
        "properties": {
            "at": iso(fix.at, call.parts.zone),
            "received_at": iso(fix.received_at, call.parts.zone),
            "speed_kmh": fix.speed_kmh,
            "heading_deg": fix.heading_deg,
            "accuracy_m": fix.accuracy_m,
            "source": fix.source,
            "flags": [str(flag.name).lower() for flag in FixFlag(fix.flags)],
        },
    }


def _written_down(call: Caller, unit: Key, first: Millis, last: Millis, purpose: str) -> None:
    """Write the reading down, at most as many hours of it as have been."""
    now = call.parts.clock()
    if last - first > _MOST_MS:
        raise HTTPException(400, f"ask for at most {_MOST_MS // _DAY_MS} days at a time")
    call.parts.purposes.reading(call.who, purpose, unit, first, min(last, max(first + 1, now)), call.address)


def _gpx(call: Caller, one: Key, window: tuple[Millis, Millis], purpose: str) -> Response:
    """The track as a file: written down before its first byte is sent, and sent while it is read."""
    now = call.parts.clock()
    with call.parts.db.read() as conn:
        row = next((row for row in registers.units(conn, frozenset({one[0]})) if row.unit == one[1]), None)
        found = held(conn, one, *window)
    detail = f"gpx n={found.drawn} from={window[0]} to={window[1]}"
    did = call.did(Did.EXPORTED_TRACK, station=one[0], object=f"unit:{one[1]}", detail=detail, purpose=purpose)
    with call.parts.db.write() as tx:
        audit.record(tx, did)
    about = said_of(one, row.call_sign if row else "", window, found, call.who.name, now, call.parts.zone, "th")
    headers = {"content-disposition": f'attachment; filename="{file_name(one)}"'}
    return StreamingResponse(
        gpx_file(about, drawn_pieces(call.parts.db, one, *window)), media_type=MIME, headers=headers
    )


@router.get("/units/{unit}/track", response_model=None)
def track(
    call: Calling,
    asked: Purposed,
    unit: str,
    start: From = None,
    end: To = None,
    station: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="most fixes of a page")] = 5000,
    cursor: Cursor = None,
    file: Annotated[Literal["json", "gpx"], Query(alias="format")] = "json",
) -> Response:
    """A unit's fixes as GeoJSON points, the oldest first; the last 24 hours when no time is given. As `gpx` a file of
    those that are drawn, whole.

    It is one officer's day: why it is read must be said, and is written down with what was read.
    """
    call.must(Action.SEE_TRACK)
    now = call.parts.clock()
    first, last = window(start, end, (now - _DAY_MS, now + 1))
    place = place_of(cursor, int)
    if place is not None:
        first = max(first, int(place[0]) + 1)
    with call.parts.db.read() as conn:
        home = _station_of(call, conn, unit, station)
    if file == "gpx":
        call.must(Action.EXPORT)
        last = min(last, now + 1)
        must_fit(first, last)
    purpose = call.purpose(asked)
    _written_down(call, (home, unit), first, last, purpose)
    if file == "gpx":
        return _gpx(call, (home, unit), (first, last), purpose)
    with call.parts.db.read() as conn:
        fixes = positions.track(conn, home, unit, first, last, limit + 1)
    page = fixes[:limit]
    body = {
        "type": "FeatureCollection",
        "station": home,
        "unit": unit,
        "features": [_feature(call, fix) for fix in page],
        "next": cursor_of([page[-1].at]) if len(fixes) > limit else None,
    }
    return JSONResponse(body)
