"""`GET /live/tracks/file?unit=STATION/ID&from=MS&to=MS&purpose=ID`: one unit's track as GPX.

It is an officer's day: who asks must be let see tracks and take files along, and have said what for. The reading and
the file are written down before the first byte is sent, and the file is sent while it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from dashboard.access.asking import RefusedError, asking, must
from dashboard.access.deeds import deed_of
from dashboard.access.identity import Who
from dashboard.exports.door import door
from dashboard.exports.tracks import PATH, file_name, must_fit, said_of
from dashboard.language import COOKIE
from dashboard.live.past import moment, one_unit
from dashboard.live.purposes import Purposes
from dashboard.words import as_language
from models.access.policy import Action
from models.audit.deeds import Did
from models.formats.gpx import MIME, gpx_file
from models.records.base import Millis
from store import audit, registers
from store.database import Database
from store.one_track import drawn_pieces, held


@dataclass(frozen=True, slots=True)
class Parts:
    """What the door works with. `language` is that of a browser which has chosen none."""

    db: Database
    purposes: Purposes
    clock: Callable[[], Millis]
    zone: ZoneInfo
    language: str


def track_file_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The route for `st.App(routes=...)`. The parts are asked for at each request."""
    return door(
        PATH,
        parts,
        lambda own, request: _file(own, request, must(asking(request.scope, Action.SEE_TRACK), Action.EXPORT)),
    )


def _file(parts: Parts, request: Request, who: Who) -> Response:
    query = request.query_params
    one = one_unit(query)
    if one is None:
        raise RefusedError(400, "`unit` must be STATION/ID")
    now = parts.clock()
    start, end = moment(query, "from"), min(moment(query, "to"), now + 1)
    must_fit(start, end)
    with parts.db.read() as conn:
        unit = next((row for row in registers.units(conn, who.stations) if (row.station, row.unit) == one), None)
    if unit is None:
        raise RefusedError(404, "no such unit")
    purpose = query.get("purpose", "")
    caller = request.client.host if request.client else ""
    parts.purposes.reading(who, purpose, one, start, end, caller)
    with parts.db.read() as conn:
        found = held(conn, one, start, end)
    detail = f"gpx n={found.drawn} from={start} to={end}"
    done = deed_of(
        who, now, Did.EXPORTED_TRACK, caller, station=one[0], object=f"unit:{one[1]}", detail=detail, purpose=purpose
    )
    # What cannot be written down does not leave.
    with parts.db.write() as tx:
        audit.record(tx, done)
    language = as_language(request.cookies.get(COOKIE), as_language(parts.language))
    about = said_of(one, unit.call_sign, (start, end), found, who.name, now, parts.zone, language)
    headers = {"content-disposition": f'attachment; filename="{file_name(one)}"'}
    return StreamingResponse(
        gpx_file(about, drawn_pieces(parts.db, one, start, end)), media_type=MIME, headers=headers
    )
