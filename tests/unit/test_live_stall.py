"""A screen whose network takes no frame: its connection is ended in time, and nobody else waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from starlette.websockets import WebSocket

from dashboard.access.identity import Who, place
from dashboard.live.hub import Hub
from dashboard.live.socket import live
from dashboard.live.status import FeedStatus, Limits
from dashboard.live.viewers import SEND_MS
from dashboard.live.views import NO_NAMES
from dashboard.live.wire import VERSION
from models.picture import Picture
from store.follower import Follower


class Still:
    """A follower to whom nothing happens."""

    picture = Picture()

    def subscribe(self, _listener: Callable[..., None]) -> Callable[[], None]:
        return lambda: None


class Screen:
    """An ASGI WebSocket whose network may take nothing. `said` is what reached it."""

    def __init__(self, stuck: bool) -> None:
        self.said: list[dict[str, Any]] = []
        self._stuck = stuck
        self._connected = False

    async def receive(self) -> dict[str, Any]:
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Any) -> None:
        if self._stuck and message["type"] == "websocket.send":
            await asyncio.Event().wait()
        self.said.append(message)

    @property
    def kinds(self) -> Sequence[str]:
        return [one["type"].removeprefix("websocket.") for one in self.said]

    async def serve(self, hub: Hub) -> None:
        scope: dict[str, Any] = {"type": "websocket", "query_string": f"v={VERSION}".encode(), "headers": []}
        place(scope, Who("somchai", "viewer", None, "session", "digest"))
        await live(WebSocket(scope, self.receive, self.send), hub)


def test_a_stuck_screen_is_given_up_and_the_others_go_on() -> None:
    now = 1_000

    async def run() -> tuple[Screen, Screen]:
        nonlocal now
        hub = Hub(
            cast("Follower", Still()), FeedStatus(Limits(), "ok"), lambda: NO_NAMES, boot="b",
            clock=lambda: now, steady=lambda: now, tick_s=0.005,
        )  # fmt: skip
        await hub.start()
        stuck, good = Screen(True), Screen(False)
        serving = [asyncio.create_task(one.serve(hub)) for one in (stuck, good)]
        while "send" not in good.kinds:
            await asyncio.sleep(0.005)
        now += SEND_MS
        await asyncio.sleep(0.05)
        assert not serving[0].done(), "not before its time"
        now += 1
        await asyncio.wait_for(serving[0], 60)
        assert not serving[1].done()
        assert hub.viewers == 1
        await hub.stop()
        await asyncio.wait_for(serving[1], 60)
        return stuck, good

    stuck, good = asyncio.run(run())
    assert stuck.kinds == ["accept", "close"]
    assert stuck.said[-1]["code"] == 1013
    assert good.said[-1]["code"] == 1012
