"""`GET /live/desk/{alarm}/sheet.pdf?reason=…`: the after-action sheet of an alarm, for those who answer alarms.
Without a reason: the page that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.asking import RefusedError, asking
from dashboard.access.deeds import deed_of
from dashboard.access.identity import Who
from dashboard.language import COOKIE
from dashboard.live.purposes import Purposes
from dashboard.sheet.asking import asking_page, purpose_text
from dashboard.words import as_language
from models.access.policy import Action
from models.audit.deeds import Did
from models.records.base import Millis
from models.records.sheet_print import SheetPrint
from store import alarms, audit, sheet
from store.alarms import UnknownAlarmError
from store.database import Database
from store.errors import StorageError
from store.scopes import alarm_stations


@dataclass(frozen=True, slots=True)
class Parts:
    """What the door works with. `language` is that of a browser which has chosen none."""

    db: Database
    clock: Callable[[], Millis]
    zone: ZoneInfo
    language: str
    purposes: Purposes


def sheet_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The route for `st.App(routes=...)`. The parts are asked for at each request."""

    async def endpoint(request: Request) -> Response:
        response = await run_in_threadpool(_answered, parts(), request)
        response.headers["cache-control"] = "no-store"  # names of officers do not stay in a browser's files
        return response

    return [Route("/live/desk/{alarm}/sheet.pdf", endpoint, methods=["GET"])]


def _answered(parts: Parts, request: Request) -> Response:
    try:
        return _made(parts, request, asking(request.scope, Action.STEP_ALARM))
    except RefusedError as error:
        return PlainTextResponse(str(error), error.status)
    except UnknownAlarmError as error:
        return PlainTextResponse(str(error), 404)
    except StorageError:
        return PlainTextResponse("the storage cannot do it now; try again", 503, {"retry-after": "5"})


def _made(parts: Parts, request: Request, who: Who) -> Response:
    # Loaded when a sheet is asked for: a server that starts needs neither fonts nor geometry.
    from dashboard.sheet.content import sheet_of
    from dashboard.sheet.facts import facts_of
    from dashboard.sheet.paper import pdf_of
    from dashboard.sheet.sketch import sketch

    now = parts.clock()
    language = as_language(request.cookies.get(COOKIE), as_language(parts.language))
    reason = request.query_params.get("reason", "")
    with parts.db.read() as conn:
        alarm = alarms.find(conn, request.path_params["alarm"], alarm_stations(conn, who.scope()))
        if not reason:
            return HTMLResponse(asking_page(language))
        facts = facts_of(conn, alarm)
    # What cannot be written down is not handed out: the paper has people's names on it.
    address = request.client.host if request.client else ""
    purpose = parts.purposes.again(who, reason, purpose_text(alarm.id), address)
    made = SheetPrint(station=alarm.station, alarm=alarm.id, at=now, who=who.name, role=who.role, address=address)
    with parts.db.write() as tx:
        sheet.note_print(tx, made)
        done = deed_of(
            who, now, Did.EXPORTED_SHEET, address, station=alarm.station, object=f"alarm:{alarm.id}", detail="pdf",
            purpose=purpose,
        )  # fmt: skip
        audit.record(tx, done)
    drawn = None
    if alarm.lat is not None and alarm.lon is not None:
        drawn = sketch(facts.streets, alarm.lat, alarm.lon, 72.0, 62.0)
    body = pdf_of(sheet_of(facts, who.name, now, parts.zone, language), drawn)
    name = f'inline; filename="alarm-{alarm.id}.pdf"'
    return Response(body, media_type="application/pdf", headers={"content-disposition": name})
