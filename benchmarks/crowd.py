"""A crowd of units on the real `/live` of a process of its own: `python -m benchmarks.crowd COUNT {drives,stands}`.

Hub, encoding, socket, page, bundle are the product's; only the picture is made here, each second, instead of being
folded from a store, so that what is measured is the way from the picture to the screen. Prints its port.
"""

from __future__ import annotations

import asyncio
import math
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import cast

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access.identity import Who, place
from dashboard.live.assets_route import module_name, routes
from dashboard.live.ground import Ground
from dashboard.live.hub import Hub
from dashboard.live.routes import live_routes
from dashboard.live.status import FeedStatus, Limits
from dashboard.live.told import PREFIXES
from dashboard.live.views import Names, UnitInfo
from dashboard.words import words_with
from models.picture import Picture, UnitNow
from models.records.base import Millis
from models.records.position import Fix
from store.follower import Follower, Listener
from tests.servers import free_port

STATION, LAT, LON = "demo", 16.546, 104.727
ZOOM = 16.6

#: Half the ground they stand on, degrees; radius of the circle each drives round, degrees; its angle a second.
#: About 15 m/s: at this zoom some twenty pixels a second, so that a smooth mark wants every frame there is.
HALF_LAT, HALF_LON, RADIUS, TURN = 0.0022, 0.0045, 0.0009, 0.15

_PAGE = """<!doctype html><html lang="th"><head><meta charset="utf-8"><title>crowd</title></head>
<body><div id="place"></div>
<script type="module">
import show from "/assets/{module}"
show({{ data: {data}, parentElement: document.getElementById("place") }})
</script></body></html>"""


def now_ms() -> Millis:
    """Epoch milliseconds."""
    return int(time.time() * 1000)


def where(number: int, step: int, count: int) -> tuple[float, float]:
    """Degrees of a unit: on a circle of its own, its middle on a grid over the ground."""
    columns = math.ceil(math.sqrt(count * 2))
    rows = math.ceil(count / columns)
    lat = LAT + HALF_LAT * (2 * (number // columns + 0.5) / rows - 1)
    lon = LON + HALF_LON * (2 * (number % columns + 0.5) / columns - 1)
    angle = step * TURN + number
    return lat + RADIUS * math.sin(angle), lon + RADIUS * math.cos(angle)


class Crowd:
    """Stands where the hub expects the follower of the store: a picture, made anew each second, and who is told."""

    def __init__(self, count: int, drives: bool) -> None:
        self.picture = Picture()
        self._count, self._drives = count, drives
        self._listeners: list[Listener] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)
        self._step()

    def subscribe(self, listener: Listener) -> object:
        """As `Follower.subscribe`."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def start(self) -> None:
        """Begin to drive."""
        if self._drives:
            self._thread.start()

    def stop(self) -> None:
        """Stop driving."""
        self._stop.set()

    def names(self) -> Names:
        """The register of the crowd."""
        units = (f"u{number:05d}" for number in range(self._count))
        return MappingProxyType({(STATION, unit): UnitInfo("car", unit) for unit in units})

    def _step(self) -> None:
        seq, now = self.picture.seq + 1, now_ms()
        units = {}
        for number in range(self._count):
            lat, lon = where(number, seq, self._count)
            unit = f"u{number:05d}"
            fix = Fix(STATION, unit, now, lat, lon, 54.0, math.degrees(-seq * TURN - number) % 360, received_at=now)
            units[STATION, unit] = UnitNow(STATION, unit, (fix,), now, "available", now)
        self.picture = Picture(seq=seq, units=MappingProxyType(units))
        for listener in self._listeners:
            listener(self.picture, seq, ())

    def _run(self) -> None:
        next_s = time.monotonic() + 1
        while not self._stop.wait(max(0.0, next_s - time.monotonic())):
            next_s += 1
            self._step()


class Everybody:
    """Lets everybody in as an administrator."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if scope["type"] != "lifespan":
            place(scope, Who("bench", "administrator", None, "session", "digest", "csrf"))
        await self._app(scope, receive, send)


async def _page(_request: Request) -> Response:
    data = {
        "mode": "live", "base": "/", "words": words_with(PREFIXES, "th"), "language": "th",
        "timezone": "Asia/Bangkok",
        "csrf": "", "mayAcknowledge": False, "links": [], "testing": True,
    }  # fmt: skip
    return HTMLResponse(_PAGE.format(module=module_name(), data=orjson.dumps(data).decode()))


async def _ground(_request: Request) -> Response:
    """One station with a net of streets, as the demo's."""
    rows = [[[LON - 0.01, LAT + i * 0.0009], [LON + 0.01, LAT + i * 0.0009]] for i in range(-6, 7)]
    rows += [[[LON + i * 0.0012, LAT - 0.006], [LON + i * 0.0012, LAT + 0.006]] for i in range(-8, 9)]
    streets = [
        {
            "type": "Feature",
            "properties": {"id": i, "kind": "tertiary", "th": f"ถนนที่ {i}"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for i, line in enumerate(rows)
    ]
    empty = {"type": "FeatureCollection", "features": []}
    station = {"code": STATION, "th": "สถานีวัดผล", "en": "Bench", "lat": LAT, "lon": LON}
    sheet = {"version": "b", "stations": [station], "streets": empty | {"features": streets}}
    return JSONResponse(sheet | dict.fromkeys(("zones", "ring", "cameras", "checkpoints"), empty))


def main() -> None:
    """Serve until killed."""
    crowd = Crowd(int(sys.argv[1]), sys.argv[2] == "drives")
    status = FeedStatus(Limits(), "ok")
    hub = Hub(cast(Follower, crowd), status, crowd.names, boot="bench", clock=now_ms)

    async def beat() -> None:
        while True:
            status.beat_stored("bench", now_ms(), time.monotonic_ns() // 1_000_000)
            await asyncio.sleep(1)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        crowd.start()
        await hub.start()
        beating = asyncio.create_task(beat())
        yield
        beating.cancel()
        await hub.stop()
        crowd.stop()

    own = [Route("/", _page), Route("/live/ground", _ground), *routes()]
    app = Starlette(routes=[*own, *live_routes(lambda: hub, lambda: cast(Ground, None))], lifespan=lifespan)
    port = free_port()
    print(port, flush=True)
    uvicorn.run(Everybody(app), host="127.0.0.1", port=port, log_level="error", ws="websockets-sansio")


if __name__ == "__main__":
    main()
