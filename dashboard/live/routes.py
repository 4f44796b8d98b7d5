"""The doors of the push feed, for `st.App(routes=...)`: the WebSocket `/live`, `GET /live/ground` and
`GET /live/hotspots`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboard.access.asking import RefusedError, asking
from dashboard.live.ground import Ground
from dashboard.live.hub import Hub
from dashboard.live.socket import live
from dashboard.live.views import asks_visitor
from models.access.policy import Action
from models.access.scope import Scope
from store.errors import StorageError


def live_routes(hub: Callable[[], Hub], ground: Callable[[], Ground]) -> list[BaseRoute]:
    """The routes. Hub and ground are asked for at each request: they are made when the server starts."""

    async def socket(websocket: WebSocket) -> None:
        await live(websocket, hub())

    async def still(request: Request) -> Response:
        return await _sheet(request, lambda scope: hub().sheets(scope).ground, ground().sheet)

    async def spots(request: Request) -> Response:
        return await _sheet(request, lambda scope: hub().sheets(scope).hotspots, ground().hotspots)

    return [
        WebSocketRoute("/live", socket),
        Route("/live/ground", still, methods=["GET"]),
        Route("/live/hotspots", spots, methods=["GET"]),
    ]


def _tag(scope: Scope, version: str) -> str:
    """The entity tag of a sheet: of its version, and of whom it is for."""
    mine = "*" if scope.stations is None else ",".join(sorted(scope.stations))
    whose = hashlib.sha256(f"{mine} {scope.visitor}".encode()).hexdigest()[:12]
    return f'"{version}-{whose}"'


async def _sheet(
    request: Request, version_of: Callable[[Scope], str], body_of: Callable[[Scope, str], bytes]
) -> Response:
    try:
        who = asking(request.scope, Action.SEE_MAP)
    except RefusedError as refused:
        return PlainTextResponse(str(refused), refused.status)
    scope = who.scope(asks_visitor(request.query_params))
    version = version_of(scope)
    headers = {"etag": _tag(scope, version), "cache-control": "private, no-cache", "vary": "cookie"}
    if headers["etag"] in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    try:
        body = await run_in_threadpool(body_of, scope, version)
    except StorageError:
        return PlainTextResponse("the storage cannot be read now; try again", 503, {"retry-after": "5"})
    return Response(body, media_type="application/json", headers=headers)
