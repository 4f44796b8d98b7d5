"""The API's place among the routes. The API itself is made at the first call: FastAPI and the shapes of all answers
take half a second to load, and no screen needs them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from anyio import to_thread
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.api.parts import PREFIX, Parts


class Late:
    """An ASGI app that is made, once, when it is first called; calls that come meanwhile wait for it."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: ASGIApp | None = None
        self._lock = threading.Lock()

    def app(self) -> ASGIApp:
        """The app; may be called from any thread."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        # Made in a thread of its own, so that the live feed goes on.
        app = self._made
        if app is None:
            app = await to_thread.run_sync(self.app)
        await app(scope, receive, send)


def api_route(parts: Callable[[], Parts]) -> Mount:
    """The route for `st.App(routes=...)`. `parts` is asked at each call: the store opens when the server starts."""

    def make() -> ASGIApp:
        from dashboard.api.app import create_api

        return create_api(parts)

    return Mount(PREFIX, app=Late(make))
