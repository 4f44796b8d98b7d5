"""The doors to what was: `GET /live/tracks`."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.identity import Who, who_of
from dashboard.live import past
from dashboard.live.past import RefusedError
from models.records.base import Millis
from store.database import Database
from store.errors import StorageError
from store.tracks import tracks as read_tracks

#: Smaller answers are not worth packing.
_PACK_FROM = 4096


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    db: Database
    clock: Callable[[], Millis]


def past_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The routes for `st.App(routes=...)`. The parts are asked for at each request."""

    def door(answer: Callable[[Parts, Who, Request], Response]) -> Callable[[Request], Response]:
        return lambda request: _answered(parts(), request, answer)

    async def tracks_(request: Request) -> Response:
        return await run_in_threadpool(door(_tracks), request)

    return [Route("/live/tracks", tracks_, methods=["GET"])]


def _answered(parts: Parts, request: Request, answer: Callable[[Parts, Who, Request], Response]) -> Response:
    who = who_of(request.scope)
    if who is None:
        return PlainTextResponse("sign in first", 401)
    try:
        past.must_look_back(who)
        response = answer(parts, who, request)
    except RefusedError as error:
        response = PlainTextResponse(str(error), error.status)
    except StorageError:
        response = PlainTextResponse("the storage cannot be read now; try again", 503, {"retry-after": "5"})
    response.headers["cache-control"] = "no-store"  # where officers were does not stay in a browser's files
    return response


def _packed(request: Request, body: bytes, media_type: str) -> Response:
    headers = {"vary": "accept-encoding"}
    if len(body) >= _PACK_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=media_type, headers=headers)


def _tracks(parts: Parts, who: Who, request: Request) -> Response:
    now = parts.clock()
    start, end = past.window(request.query_params, now)
    one = past.one_unit(request.query_params)
    if past.needs_purpose(start, one, now):
        raise RefusedError(403, "state a purpose first")
    with parts.db.read() as conn:
        found = read_tracks(conn, who.stations, start, end, most=past.MOST_FIXES, one=one)
    # NumPy comes with it, and no start needs that.
    from dashboard.live import tracks

    return _packed(request, tracks.encode(found), tracks.MEDIA_TYPE)
