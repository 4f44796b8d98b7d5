"""The doors to what was: `POST /live/purpose`, `GET /live/past`, `GET /live/alarms`, `GET /live/tracks`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access import csrf
from dashboard.access.asking import RefusedError, asking
from dashboard.access.identity import Who
from dashboard.bodies import body_of
from dashboard.live import past
from dashboard.live.names import load_names
from dashboard.live.past_objects import Past, around_object, past_object
from dashboard.live.purposes import Purposes
from dashboard.packed import packed
from models.access.policy import Action
from models.picture import Key
from models.records.base import Millis
from store import past as stored
from store.database import Database
from store.errors import StorageError
from store.scopes import alarm_stations
from store.tracks import tracks as read_tracks

#: Header with the id of a stated purpose. Never in an address: these are kept by proxies and browsers.
HEADER = "x-purpose"

#: Largest body of a stated purpose, in bytes.
_MOST_BODY = 8192

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with; fixes are kept for `keep_days`."""

    db: Database
    clock: Callable[[], Millis]
    purposes: Purposes
    keep_days: int


#: What a door answers to one who may look back.
Answer = Callable[[Parts, Who, Request], Response]


def past_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The routes for `st.App(routes=...)`. The parts are asked for at each request."""

    def door(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(_answered, parts(), request, answer)

        return endpoint

    async def purpose(request: Request) -> Response:
        body = await body_of(request, _MOST_BODY)
        return await run_in_threadpool(
            _answered, parts(), request, lambda parts, who, request: _purpose(parts, who, request, body)
        )

    return [
        Route("/live/purpose", purpose, methods=["POST"]),
        Route("/live/past", door(_past), methods=["GET"]),
        Route("/live/alarms", door(_alarms), methods=["GET"]),
        Route("/live/tracks", door(_tracks), methods=["GET"]),
    ]


def _answered(parts: Parts, request: Request, answer: Answer) -> Response:
    try:
        response = answer(parts, asking(request.scope, Action.REPLAY), request)
    except RefusedError as error:
        response = PlainTextResponse(str(error), error.status)
    except StorageError:
        response = PlainTextResponse("the storage cannot do it now; try again", 503, {"retry-after": "5"})
    response.headers["cache-control"] = "no-store"  # where officers were does not stay in a browser's files
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _purpose(parts: Parts, who: Who, request: Request, body: bytes) -> Response:
    if not csrf.token_returned(who, request.headers.get(csrf.HEADER)):
        raise RefusedError(403, "the X-CSRF header is missing or wrong")
    if len(body) > _MOST_BODY:
        raise RefusedError(413, f"a purpose has at most {_MOST_BODY} bytes")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RefusedError(400, "a purpose is a JSON object") from None
    reason, text = (said.get("reason"), said.get("text")) if isinstance(said, dict) else (None, None)
    if not isinstance(reason, str) or not isinstance(text, str):
        raise RefusedError(400, "a purpose has a `reason` and a `text`")
    purpose = parts.purposes.state(who, reason, text, _address(request))
    return Response(orjson.dumps({"id": purpose.id, "until": purpose.expires_at}), 201, media_type="application/json")


def _read(parts: Parts, who: Who, request: Request, one: Key | None, start: Millis, end: Millis) -> None:
    """Write the reading down under the stated purpose.

    Raises:
        RefusedError: there is none.
    """
    parts.purposes.reading(who, request.headers.get(HEADER, ""), one, start, end, _address(request))


def _tracks(parts: Parts, who: Who, request: Request) -> Response:
    now = parts.clock()
    start, end = past.window(request.query_params, now)
    one = past.one_unit(request.query_params)
    if past.needs_purpose(start, one, now):
        _read(parts, who, request, one, start, end)
    with parts.db.read() as conn:
        found = read_tracks(conn, who.stations, start, end, most=past.MOST_FIXES, one=one)
    # NumPy comes with it, and no start needs that.
    from dashboard.live import tracks

    return packed(request, tracks.encode(found), tracks.MEDIA_TYPE)


def _past(parts: Parts, who: Who, request: Request) -> Response:
    now = parts.clock()
    at, until = past.chunk(request.query_params, now)
    _read(parts, who, request, None, at, until)
    scope = who.scope()
    names = load_names(parts.db)
    with parts.db.read() as conn:
        mine = alarm_stations(conn, scope)
        found = Past(
            names=names,
            at=at,
            until=until,
            kept=now - parts.keep_days * _DAY_MS,
            first=stored.first_kept(conn, who.stations),
            picture=stored.restore_at(conn, scope, at),
            alarms=stored.alarm_changes(conn, mine, at + 1, until),
            boxes=stored.box_changes(conn, who.stations, at + 1, until),
            statuses=stored.status_changes(conn, who.stations, at + 1, until),
        )
    return packed(request, orjson.dumps(past_object(found)), "application/json")


def _alarms(parts: Parts, who: Who, request: Request) -> Response:
    """The alarms raised just before and after a moment: where the time machine steps to."""
    at = past.moment(request.query_params, "at")
    _read(parts, who, request, None, at, at + 1)
    with parts.db.read() as conn:
        mine = alarm_stations(conn, who.scope())
        before, after = stored.alarm_before(conn, mine, at), stored.alarm_after(conn, mine, at)
    return Response(orjson.dumps(around_object(before, after)), media_type="application/json")
