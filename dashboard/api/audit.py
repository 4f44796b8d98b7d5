"""`audit`: who did what, for those who may see it; that it was looked at is a row too."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from dashboard.api.caller import Caller, Calling
from dashboard.api.paging import Cursor, From, Limit, To, cursor_of, iso, place_of, window
from models.access.policy import Action
from models.audit.deeds import GROUPS, Did
from models.records.audit import AuditRow
from store import audit
from store.audit import reading

#: For so long the next pages of a question are the same look, in ms. A cursor is no proof of one: any number is.
_SAME_MS = 600_000

router = APIRouter(tags=["audit"])


def _item(call: Caller, row: AuditRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": iso(row.at, call.parts.zone),
        "who": row.who,
        "role": row.role,
        "session": row.session,
        "address": row.address,
        "action": row.action,
        "station": row.station,
        "object": row.object,
        "detail": row.detail,
        "purpose": row.purpose,
        "key": row.key,
        "mac": row.mac.hex(),
    }


@router.get("/audit")
def deeds(
    call: Calling,
    start: From = None,
    end: To = None,
    who: Annotated[str, Query(max_length=200, description="part of a name")] = "",
    action: Annotated[str, Query(max_length=48, description="a kind of deed, or a group of them")] = "",
    station: str | None = None,
    object: Annotated[str, Query(max_length=200, description="part of it")] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Deeds, the newest first; of one who is granted stations only theirs."""
    call.must(Action.SEE_AUDIT)
    if action and action not in GROUPS and action not in set(Did):
        raise HTTPException(400, f"action: one of {', '.join(GROUPS)}, or a kind of deed")
    if station is not None and not call.scope.sees(station):
        raise HTTPException(404, f"no station {station}")
    first, last = window(start, end, (0, 2**62))
    stations = call.scope.stations if station is None else frozenset({station})
    wanted = reading.Wanted(stations, first, last, who, action, object)
    place = place_of(cursor, int)
    asked = f"from={first} to={last}" + "".join(
        f" {name}={value}" for name, value in (("who", who), ("action", action), ("object", object)) if value
    )
    deed = call.did(Did.SAW_AUDIT, station=station or "", detail=asked)
    with call.parts.db.read() as conn:
        known = reading.asked_of_late(conn, deed, deed.at - _SAME_MS)
    if not known:
        with call.parts.db.write() as tx:
            audit.record(tx, deed)
    with call.parts.db.read() as conn:
        found = reading.page(conn, wanted, limit + 1, None if place is None else int(place[0]))
    rows = found[:limit]
    more = cursor_of([rows[-1].seq]) if len(found) > limit else None
    return {"audit": [_item(call, row) for row in rows], "next": more}
