"""The door of the desk to the units nearest to an alarm: `GET /live/desk/{alarm}/units`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.asking import RefusedError, asking
from dashboard.live.views import Names
from models.access.policy import Action
from models.picture import Picture
from models.records.base import Millis
from store import registers
from store.database import Database
from store.errors import StorageError

if TYPE_CHECKING:
    from dashboard.live.near import Limits, Nets, Rosters

    #: What is kept between two answers.
    Kept = tuple[Nets, Rosters, Limits]


#: Longest part of a name that is looked for, in letters.
_MOST_NAME = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """What the door works with. `near` gives what is kept, made when first asked: no start loads SciPy."""

    clock: Callable[[], Millis]
    picture: Callable[[], Picture]
    names: Callable[[], Names]
    near: Callable[[], Kept]


def keeping(db: Database, fresh_s: int, lost_s: int, kmh: float) -> Callable[[], Kept]:
    """Nets over a store, made when first asked for and kept."""
    kept: list[Kept] = []

    def streets(station: str) -> list[tuple[str, str]]:
        with db.read() as conn:
            return [(street.kind, street.line) for street in registers.streets(conn, frozenset({station}))]

    def near() -> Kept:
        if not kept:
            from dashboard.live.near import Limits, Nets, Rosters

            kept.append((Nets(streets), Rosters(), Limits(fresh_s, lost_s, kmh)))
        return kept[0]

    return near


def near_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The route for `st.App(routes=...)`. The parts are asked for at each request."""

    async def units(request: Request) -> Response:
        answer = await run_in_threadpool(_units, parts(), request)
        answer.headers["cache-control"] = "no-store"  # where officers are does not stay in a browser's files
        return answer

    return [Route("/live/desk/{alarm}/units", units, methods=["GET"])]


def _units(parts: Parts, request: Request) -> Response:
    try:
        scope = asking(request.scope, Action.STEP_ALARM).scope()
    except RefusedError as error:
        return PlainTextResponse(str(error), error.status)
    picture, name = parts.picture(), request.path_params["alarm"]
    alarm = next(
        (one for (station, id), one in picture.alarms.items() if id == name and scope.sees_alarm(station)), None
    )
    if alarm is None:
        return PlainTextResponse(f"no alarm {name}", 404)
    from dashboard.live.near import near_units  # SciPy comes with it, and no start needs that

    nets, rosters, limits = parts.near()
    part = request.query_params.get("name", "").strip()[:_MOST_NAME]
    try:
        rows = near_units(picture, parts.names(), alarm, scope.stations, nets, rosters, parts.clock(), limits, part)
    except StorageError:
        return PlainTextResponse("the streets cannot be read now; try again", 503, {"retry-after": "5"})
    return Response(orjson.dumps(rows), media_type="application/json")
