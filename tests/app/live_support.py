"""The push feed and the API on a real server, over a real store, with an identity instead of a door (which has
tests of its own)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.sync.client import connect as open_socket
from websockets.sync.connection import Connection

from dashboard.access.identity import Who, place
from dashboard.access.naming import place_names
from dashboard.live.ground import Ground
from dashboard.live.hub import TICK_S, Hub
from dashboard.live.names import load_names
from dashboard.live.routes import live_routes
from dashboard.live.shown import FirstShown, load_shown, writer
from dashboard.live.status import FeedStatus, Limits
from models.records.station import Station
from store import registers
from store.database import Database
from store.follower import Follower
from tests.app.serving import SHORT, clock
from tests.live_reader import QUERY, Reader
from tests.servers import free_port, serve_to_the_end, trust, wait_until

PATIENCE_S = 30.0


def add_stations(db: Database, *codes: str) -> None:
    """Put stations into the register."""
    with db.write() as tx:
        rows = [Station(code=code, name_th=code, name_en=code, kind="test", lat=13.7, lon=100.5) for code in codes]
        registers.put_stations(tx, rows, clock())


class Known:
    """Lets everybody in as the one named by the query: `?role=…&stations=a,b&visitor=1`; nobody without."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        place_names(scope)
        query = dict(part.split("=", 1) for part in scope.get("query_string", b"").decode().split("&") if "=" in part)
        if "role" in query:
            stations = frozenset(query["stations"].split(",")) if "stations" in query else None
            digest = query.get("digest", "digest")
            place(
                scope,
                Who("somchai", query["role"], stations, "session", digest, "csrf", visitor="visitor" in query),
            )
        await self._app(scope, receive, send)


class LiveServer:
    """A server with `/live`; `hub` and `follower` are its own, used by the tests as ingest would."""

    def __init__(
        self,
        db: Database,
        routes: Sequence[BaseRoute] = (),
        door: Callable[[ASGIApp], ASGIApp] = Known,
        tick_s: float = TICK_S,
    ) -> None:
        self.port = free_port()
        self.follower = Follower(db, clock)
        self.hub = Hub(
            self.follower, FeedStatus(Limits(), "ok"), lambda: load_names(db), boot="boot", clock=clock,
            tick_s=tick_s, first_shown=FirstShown(writer(db), load_shown(db), clock),
        )  # fmt: skip
        ground = Ground(db)
        app = Starlette(routes=[*live_routes(lambda: self.hub, lambda: ground), *routes], lifespan=self._lifespan)
        config = uvicorn.Config(
            door(app), host="127.0.0.1", port=self.port, log_level="error", access_log=False, ws="websockets-sansio",
            timeout_graceful_shutdown=30, ws_per_message_deflate=False,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=serve_to_the_end, args=(self._server,), daemon=True)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.follower.start()
        await self.hub.start()
        yield
        await self.hub.stop()
        self.follower.stop()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> LiveServer:
        self._thread.start()
        wait_until(lambda: self._server.started, what="server")
        self.http = httpx.Client(timeout=60, verify=trust(), limits=SHORT)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Ask the server to stop, and wait."""
        self.http.close()
        self._server.should_exit = True
        self._thread.join(60)

    @contextlib.contextmanager
    def viewer(self, query: str = "role=administrator", version: str = QUERY) -> Iterator[Screen]:
        """A connected screen."""
        address = f"ws://127.0.0.1:{self.port}/live?{version}&{query}"
        with open_socket(address, open_timeout=PATIENCE_S, proxy=None) as socket:
            yield Screen(socket)


class Screen:
    """One connection to the feed, and what its frames have said of the units so far."""

    def __init__(self, socket: Connection) -> None:
        self.socket = socket
        self._reader = Reader()

    def send(self, message: str | bytes) -> None:
        """Say something to the server."""
        self.socket.send(message)

    def raw(self) -> bytes | str:
        """The next message as it is."""
        return self.socket.recv(timeout=PATIENCE_S)

    def next(self) -> dict[str, object]:
        """The next message, read."""
        return self._reader.read(self.raw())


def frame(screen: Screen) -> dict[str, object]:
    """The next frame."""
    return screen.next()


def frame_with(socket: Screen, part: str) -> dict[str, object]:
    """The next frame in which a part is not empty.

    Raises:
        TimeoutError: no frame came.
    """
    for _ in range(40):
        found = frame(socket)
        if found.get(part):
            return found
    raise AssertionError(f"no frame with {part}")
