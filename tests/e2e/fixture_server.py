"""A server around the live map alone: its real bundle and route, a plain page that mounts it, and a feed the test
scripts frame by frame. What the whole product does is tested elsewhere; here the component meets what is rare."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.basemap.routes import basemap_routes
from dashboard.basemap.shown import Basemap
from dashboard.live.assets_route import module_name, routes
from dashboard.live.socket import OTHER_VERSION
from dashboard.live.told import PREFIXES
from dashboard.words import words_with
from tests.live_reader import write
from tests.servers import served_to_the_end

_PAGE = """<!doctype html><html lang="th"><head><meta charset="utf-8"><title>live map</title></head><body>
<div id="place"></div>
<script type="module">
import show, {{ unmount }} from "/assets/{module}";
const parentElement = document.getElementById("place");
window.rerun = (more = {{}}) => show({{ data: {{ ...{data}, ...more }}, parentElement }});
window.leave = () => unmount(parentElement);
window.rerun();
</script></body></html>"""

ZONE = [[104.7235, 16.5440], [104.7300, 16.5436], [104.7306, 16.5486], [104.7240, 16.5492], [104.7235, 16.5440]]


def now_ms() -> int:
    """Epoch milliseconds."""
    return int(time.time() * 1000)


def unit(name: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    """`U` of the feed, live and available unless told otherwise."""
    base = {"s": "demo", "id": name, "kind": "car", "call": f"สายตรวจ {name}", "lat": lat, "lon": lon, "at": now_ms()}
    return base | {"spd": 24.0, "hdg": 90.0, "acc": 5.0, "st": "available", "heard": now_ms()} | more


def box(name: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    """`B` of the feed, healthy unless told otherwise."""
    base = {
        "s": "demo",
        "id": name,
        "lat": lat,
        "lon": lon,
        "th": f"ตู้ SOS {name} ตลาดอินโดจีน",
        "en": f"SOS box {name}",
    }
    return base | {"online": True, "heard": now_ms(), "bat": 90, "mains": True, "fault": ""} | more


def alarm(name: str, **more: Any) -> dict[str, Any]:
    """`A` of the feed: a new verified press."""
    at = now_ms()
    base = {"s": "demo", "id": name, "ok": "box", "origin": "SOS-03", "kind": "sos", "state": "raised", "v": 1}
    base |= {"prio": 1, "detail": "", "shelved": None, "shelver": ""}
    base |= {"raised": at, "pressed": at, "last": at, "presses": 1, "marks": [], "place": "หน้าตลาดอินโดจีน"}
    base |= {"lat": 16.5465, "lon": 104.7270, "level": 0, "by": "", "unit": "", "outcome": "", "stored": True}
    return base | more


def page_html(mode: str, more: dict[str, Any]) -> str:
    """A plain page that mounts the bundle as the product's own page does, `more` told besides."""
    data: dict[str, Any] = {
        "mode": mode,
        "base": "/",
        "words": words_with(PREFIXES, "th"),
        "language": "th",
        "timezone": "Asia/Bangkok",
    }
    data |= {"csrf": "token-1", "mayAcknowledge": True, "links": [{"href": "/x", "title": "เหตุและคดี"}]}
    data |= {"kiosk": False, "visitor": False, "rotateS": 0}
    data |= {"testing": True, "module": module_name(), **more}
    return _PAGE.format(module=module_name(), data=orjson.dumps(data).decode())


def _ground() -> dict[str, Any]:
    def street(i: int, name: str, line: list[list[float]], kind: str) -> dict[str, Any]:
        geometry = {"type": "LineString", "coordinates": line}
        return {"type": "Feature", "properties": {"id": i, "kind": kind, "th": name}, "geometry": geometry}

    rows = [(f"ซอย {i + 1}", 16.5440 + i * 0.00085) for i in range(6)]
    streets = [
        street(i, name, [[104.7215, lat], [104.7325, lat]], "residential") for i, (name, lat) in enumerate(rows)
    ]
    for i in range(7):
        lon = 104.7230 + i * 0.0012
        streets.append(street(10 + i, "ถนนสำราญชายโขงใต้", [[lon, 16.5425], [lon, 16.5500]], "tertiary"))
    zone = {"type": "Polygon", "coordinates": [ZONE]}
    points = [(104.7250, 16.5450), (104.7285, 16.5475)]
    spots = [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": p}} for p in points]
    return {
        "version": "g1",
        "stations": [
            {"code": "demo", "th": "สภ.เมืองมุกดาหาร", "en": "Mueang Mukdahan", "lat": 16.546, "lon": 104.727}
        ],
        "zones": _collection([{"type": "Feature", "properties": {"station": "demo"}, "geometry": zone}]),
        "streets": _collection(streets),
        "cameras": _collection(spots[:1]),
        "checkpoints": _collection(spots[1:]),
    }


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


class FixtureServer:
    """Serves in a thread; every method may be called from the test's thread."""

    def __init__(self) -> None:
        self.units: list[dict[str, Any]] = []
        self.boxes: list[dict[str, Any]] = []
        self.alarms: list[dict[str, Any]] = []
        # A unit stays of now however long a busy machine takes to open the page, unless a test makes it old.
        self.feed: dict[str, Any] = {"stale_s": 15, "live_s": 300, "lost_s": 3_600, "broker": "ok", "storage": "ok"}
        self.feed |= {"demo": False, "replay": False, "beat": now_ms()}
        #: What `/live/figures` tells, read this moment.
        self.counted: dict[str, Any] = {"within_s": 15, "raised": 4, "answered": 3, "incidents": 2}
        self.counted["newest"] = now_ms()
        #: What the page is told beside the usual.
        self.more: dict[str, Any] = {}
        self.ahead_ms = 0  # of the time its frames tell
        self.acknowledged: list[tuple[str, str | None]] = []
        self.answer = 200
        self.beating = True
        self.mode = "wall"
        self.ground: dict[str, Any] = _ground()
        self.hotspots: dict[str, Any] = {"type": "FeatureCollection", "features": []}
        #: Bytes of `/live/tracks`; None: refused.
        self.tracks: bytes | None = None
        self.silent = False
        self.refusing = False
        self.connects = 0
        self.basemap = Basemap(None, "")
        self.pages = 0
        self.other_version = ""
        self._sockets: set[WebSocket] = set()
        self._loop = asyncio.new_event_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        app = Starlette(
            routes=[
                Route("/", self._page),
                WebSocketRoute("/live", self._live),
                Route("/live/ground", self._serve_ground),
                Route("/live/hotspots", self._serve_hotspots),
                Route("/live/tracks", self._serve_tracks),
                Route("/live/figures", self._serve_figures),
                Route("/api/v1/alarms/{id}/acknowledge", self._acknowledge, methods=["POST"]),
                *routes(),
                *basemap_routes(lambda: self.basemap),
            ]
        )
        config = uvicorn.Config(app, log_level="error", lifespan="off", ws="websockets-sansio")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}/"

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(served_to_the_end(self._server, [listener]))
        self._loop.close()

    def stop(self) -> None:
        """End the server and its thread."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(60)

    def send(self, kind: str = "delta", **fields: Any) -> None:
        """Send one frame to every page, as the feed would."""
        self._call(lambda: self._send_all(self.frame(kind, **fields)))

    def send_raw(self, data: bytes | str) -> None:
        """Send a message that may be anything."""
        self._call(lambda: self._send_all(data))

    def drop(self) -> None:
        """Close every socket, as a restart of the server does."""

        async def close() -> None:
            for one in list(self._sockets):
                await one.close(1012)

        self._call(close)

    def frame(self, kind: str, **fields: Any) -> bytes:
        """One frame of the protocol."""
        if self.beating:
            self.feed["beat"] = now_ms()
        empty: dict[str, Any] = {"units": [], "boxes": [], "alarms": [], "gone": []}
        head = {
            "t": kind,
            "boot": "b1",
            "seq": 1,
            "now": now_ms() + self.ahead_ms,
            "feed": self.feed,
            "ground": "g1",
            "hotspots": "h1",
        }
        return write(empty | head | fields)

    def _call(self, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await work()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(60)

    async def _send_all(self, data: bytes | str) -> None:
        for one in list(self._sockets):
            await (one.send_bytes(data) if isinstance(data, bytes) else one.send_text(data))

    async def _page(self, _request: Request) -> Response:
        self.pages += 1
        return HTMLResponse(page_html(self.mode, self.more))

    async def _serve_ground(self, _request: Request) -> Response:
        return JSONResponse(self.ground)

    async def _serve_hotspots(self, _request: Request) -> Response:
        return JSONResponse({"version": "h1", "hotspots": self.hotspots})

    async def _serve_tracks(self, _request: Request) -> Response:
        return Response("no", 403) if self.tracks is None else Response(self.tracks)

    async def _serve_figures(self, _request: Request) -> Response:
        return JSONResponse(self.counted | {"at": now_ms()})

    async def _acknowledge(self, request: Request) -> Response:
        self.acknowledged.append((request.path_params["id"], request.headers.get("x-csrf")))
        return JSONResponse({}, status_code=self.answer)

    async def _live(self, ws: WebSocket) -> None:
        if self.refusing:
            await ws.close(1013)
            return
        await ws.accept()
        self.connects += 1
        if self.other_version:
            await ws.close(OTHER_VERSION, self.other_version)
            return
        await ws.send_bytes(self.frame("snapshot", units=self.units, boxes=self.boxes, alarms=self.alarms))
        self._sockets.add(ws)
        beat = asyncio.create_task(self._beat(ws))
        try:
            while True:
                await ws.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            beat.cancel()
            self._sockets.discard(ws)

    async def _beat(self, ws: WebSocket) -> None:
        while True:
            await asyncio.sleep(0.5)
            if not self.silent:
                await ws.send_bytes(self.frame("delta"))
