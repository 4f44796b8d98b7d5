"""The doors of the desk: `GET /live/desk/{alarm}` and its `POST …/tick`. Steps on an alarm are the API's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access import csrf
from dashboard.access.asking import RefusedError, asking
from dashboard.access.deeds import deed_of
from dashboard.access.identity import Who
from dashboard.access.looks import Looks
from dashboard.bodies import body_of
from dashboard.live.desk import Case, case_object
from dashboard.live.procedures import Procedure, Procedures
from models.access.policy import Action
from models.alarms.life import IllegalStepError, Step
from models.audit.deeds import Did
from models.formats.procedure import items_for
from models.records.alarm import AlarmNow
from models.records.base import UNKNOWN_STATION, Millis
from store import alarms, boxes, cameras, desk, notices, procedures
from store.alarms import UnknownAlarmError
from store.database import Database, Lane
from store.errors import StorageError
from store.scopes import alarm_stations

#: How far off a camera may stand to be of use, and how many are told.
CAMERAS_WITHIN_M = 1_000.0
MOST_CAMERAS = 5

#: Most tries to tell people outside the room that are told, the newest.
MOST_NOTICES = 50

#: Largest body of a tick, in bytes.
_MOST_BODY = 1024


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    db: Database
    clock: Callable[[], Millis]
    procedures: Procedures
    looks: Looks


def stations_of(conn: Connection, who: Who) -> frozenset[str]:
    """Stations whose alarms somebody at a desk sees."""
    return alarm_stations(conn, who.scope())


def desk_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The routes for `st.App(routes=...)`. The parts are asked for at each request."""

    async def one(request: Request) -> Response:
        return await run_in_threadpool(_answered, lambda: _one(parts(), request))

    async def tick(request: Request) -> Response:
        body = await body_of(request, _MOST_BODY)
        return await run_in_threadpool(_answered, lambda: _tick(parts(), request, body))

    return [
        Route("/live/desk/{alarm}", one, methods=["GET"]),
        Route("/live/desk/{alarm}/tick", tick, methods=["POST"]),
    ]


def _answered(answer: Callable[[], Response]) -> Response:
    try:
        response = answer()
    except RefusedError as error:
        response = PlainTextResponse(str(error), error.status)
    except UnknownAlarmError as error:
        response = PlainTextResponse(str(error), 404)
    except IllegalStepError as error:
        response = PlainTextResponse(str(error), 409)
    except StorageError:
        response = PlainTextResponse("the storage cannot do it now; try again", 503, {"retry-after": "5"})
    response.headers["cache-control"] = "no-store"
    return response


def _one(parts: Parts, request: Request) -> Response:
    who = asking(request.scope, Action.STEP_ALARM)
    with parts.db.read() as conn:
        stations = stations_of(conn, who)
        alarm = alarms.find(conn, request.path_params["alarm"], stations)
        case = read_case(conn, alarm, stations, parts.procedures.of(alarm.station))
    if any(step.by for step in case.history):
        address = request.client.host if request.client else ""
        seen = f"alarm:{alarm.id}"
        parts.looks.note(
            deed_of(who, parts.clock(), Did.SAW_PERSON, address, station=alarm.station, object=seen, detail="desk")
        )
    return Response(orjson.dumps(case_object(case, parts.clock())), media_type="application/json")


def read_case(conn: Connection, alarm: AlarmNow, stations: frozenset[str], procedure: Procedure) -> Case:
    """An alarm with all that is kept round it."""
    # To an alarm of no station the cameras of every station that is seen may be near.
    around = stations if alarm.station == UNKNOWN_STATION else frozenset({alarm.station})
    placed = alarm.lat is not None and alarm.lon is not None
    history, left_out = desk.told_history(conn, alarm.station, alarm.id)
    return Case(
        alarm=alarm,
        procedure=procedure,
        box=boxes.box(conn, alarm.station, alarm.origin) if alarm.origin_kind == "box" else None,
        earlier=alarms.earlier(conn, alarm),
        cameras=cameras.nearest(conn, around, alarm.lat or 0.0, alarm.lon or 0.0, CAMERAS_WITHIN_M, MOST_CAMERAS)
        if placed
        else (),
        history=history,
        left_out=left_out,
        ticks=procedures.ticks(conn, alarm.station, alarm.id),
        ticked=procedures.lines(conn, alarm.station, alarm.id),
        notices=notices.of_alarm(conn, alarm.station, alarm.id)[-MOST_NOTICES:],
    )


def _said(body: bytes) -> tuple[str, bool]:
    if len(body) > _MOST_BODY:
        raise RefusedError(413, f"a tick has at most {_MOST_BODY} bytes")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RefusedError(400, "a tick is a JSON object") from None
    item, done = (said.get("item"), said.get("done")) if isinstance(said, dict) else (None, None)
    if not isinstance(item, str) or not isinstance(done, bool):
        raise RefusedError(400, "a tick has an `item` and whether it is `done`")
    return item, done


def _tick(parts: Parts, request: Request, body: bytes) -> Response:
    who = asking(request.scope, Action.STEP_ALARM)
    if not csrf.token_returned(who, request.headers.get(csrf.HEADER)):
        raise RefusedError(403, "the X-CSRF header is missing or wrong")
    item, done = _said(body)
    name: str = request.path_params["alarm"]
    address = request.client.host if request.client else ""
    with parts.db.write(Lane.ALARM) as tx:
        stations = stations_of(tx.conn, who)
        alarm = alarms.find(tx.conn, name, stations)
        items = {one.id: one for one in items_for(parts.procedures.of(alarm.station).items, alarm.kind)}
        if item not in items:
            raise RefusedError(404, f"no item {item} in the procedure")

        def write_down(note: str) -> AlarmNow:
            return alarms.step(
                tx, name, Step.NOTE, by=who.name, role=who.role, origin=address, now=parts.clock(), note=note,
                stations=stations,
            )  # fmt: skip

        now = procedures.tick(tx, alarm, item, done, items[item].th, write_down)
    return Response(orjson.dumps({"v": now.version}), media_type="application/json")
