"""The live feed alone, its clock run fast (`python -m benchmarks.feed_server`): the product's hub, routes and page
parts, and 500 units of which a hundred move each tick. Serves until its standard input is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.fleet import UNITS, name
from benchmarks.load import LAT, LON
from dashboard.access.identity import Who, place
from dashboard.live.assets_route import routes
from dashboard.live.ground import Ground
from dashboard.live.hub import Hub
from dashboard.live.routes import live_routes
from dashboard.live.status import FeedStatus, Limits
from dashboard.live.views import NO_NAMES
from models.fold import apply_all
from models.happenings import Happening
from models.picture import Picture
from models.records.position import Fix
from store.follower import Follower
from tests.e2e.fixture_server import page_html
from tests.fault.product import now_ms

STATION = "bench"
_EMPTY = {"type": "FeatureCollection", "features": []}
_GROUND = {
    "version": "g", "stations": [], "zones": _EMPTY, "ring": _EMPTY, "streets": _EMPTY, "cameras": _EMPTY,
    "checkpoints": _EMPTY,
}  # fmt: skip


class Mover:
    """Stands in for the follower: a picture that is another each time it is asked to move."""

    def __init__(self) -> None:
        self.picture = Picture()
        self._step = 0
        self._listener: Callable[..., None] = lambda *_: None

    def subscribe(self, listener: Callable[..., None]) -> Callable[[], None]:
        """Have the hub told of what moves."""
        self._listener = listener
        return lambda: None

    def move(self) -> None:
        """Every fifth unit drives on."""
        self._step += 1
        at = now_ms()
        fixes: list[Happening] = []
        for number in range(self._step % 5, UNITS, 5):
            angle = self._step * 0.02 + number
            lat = LAT + number % 22 * 0.001 + 0.0045 * math.sin(angle)
            lon = LON + number // 22 * 0.001 + 0.0045 * math.cos(angle)
            heading = math.degrees(angle) % 360
            fixes.append(Fix(STATION, name(number), at, lat, lon, 36.0, heading, 5.0, received_at=at))
        self.picture = apply_all(self.picture, fixes, self._step)
        self._listener(self.picture, self._step, fixes)


class Everybody:
    """Lets everybody in: the door is measured elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if scope["type"] != "lifespan":
            place(scope, Who("bench", "viewer", None, "session", "digest", "csrf"))
        await self._app(scope, receive, send)


def application(tick_s: float) -> ASGIApp:
    """The app: `/` is the page."""
    mover = Mover()
    status = FeedStatus(Limits(), "ok")
    hub = Hub(
        cast("Follower", mover), status, lambda: NO_NAMES, boot="b", clock=now_ms, tick_s=tick_s
    )  # fmt: skip

    async def drive() -> None:
        while True:
            mover.move()
            hub.intake.on_beat("bench", now_ms())
            await asyncio.sleep(tick_s)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        driving = asyncio.create_task(drive())
        yield
        driving.cancel()
        await hub.stop()

    async def page(_request: Request) -> Response:
        return HTMLResponse(page_html("wall", {}))

    async def ground(_request: Request) -> Response:
        return JSONResponse(_GROUND)

    ours: list[Any] = [
        Route("/", page), Route("/live/ground", ground),
        *live_routes(lambda: hub, lambda: cast("Ground", None)), *routes(),
    ]  # fmt: skip
    return Everybody(Starlette(routes=ours, lifespan=lifespan))


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="benchmarks.feed_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tick-s", type=float, required=True)
    given = parser.parse_args()

    async def serve() -> None:
        config = uvicorn.Config(
            application(given.tick_s), host="127.0.0.1", port=given.port, log_level="error", ws="websockets-sansio",
            ws_per_message_deflate=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving

    asyncio.run(serve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
