"""`/live`: one screen's connection to the hub. The door in front has checked session, host and origin, and tells
a disconnect when the session ends (`dashboard.access.sockets`)."""

from __future__ import annotations

import asyncio
import contextlib

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.access.asking import RefusedError, asking
from dashboard.live.hub import Hub
from dashboard.live.viewers import Viewer
from dashboard.live.views import asks_visitor
from dashboard.live.wire import VERSION
from models.access.policy import Action

#: Longest message a client may send, in characters: a ping needs 30.
_MAX_MESSAGE = 256

#: Close code for a page that speaks another version than we do; the reason is ours. Of the private range.
OTHER_VERSION = 4010

# Close codes, RFC 6455 section 7.4 and the IANA registry.
_POLICY = 1008
_TOO_BIG = 1009
_RESTART = 1012
_TRY_LATER = 1013


async def live(socket: WebSocket, hub: Hub) -> None:
    """Serve one viewer until it leaves, its session ends, its network stalls or the feed stops."""
    try:
        who = asking(socket.scope, Action.SEE_MAP)
    except RefusedError:
        await socket.close(_POLICY)
        return
    await socket.accept()
    if socket.query_params.get("v") != str(VERSION):
        await socket.close(OTHER_VERSION, str(VERSION))
        return
    viewer = hub.attach(who.scope(asks_visitor(socket.query_params)))
    sending = asyncio.create_task(_send(socket, hub, viewer))
    hearing = asyncio.create_task(_hear(socket, hub, viewer))
    stalling = asyncio.create_task(_stall(viewer))
    tasks = (sending, hearing, stalling)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.detach(viewer)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, int):
            await _close(socket, end)
        elif isinstance(end, Exception):
            raise end


async def _send(socket: WebSocket, hub: Hub, viewer: Viewer) -> int | None:
    """Pass frames on; returns the close code when it is we who end it."""
    try:
        while (frame := await hub.next_frame(viewer)) is not None:
            viewer.sending_since = hub.steady()
            await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_text(frame))
            viewer.sending_since = None
            hub.sent(viewer)
    except WebSocketDisconnect:
        return None
    return _RESTART


async def _stall(viewer: Viewer) -> int:
    """The close code when the network takes no more."""
    await viewer.stalled()
    return _TRY_LATER


async def _hear(socket: WebSocket, hub: Hub, viewer: Viewer) -> int | None:
    """Answer pings; everything else a client says is ignored. Returns the close code when it is we who end it."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text") or ""
        if len(text) > _MAX_MESSAGE or message.get("bytes"):
            return _TOO_BIG
        number = _ping(text)
        if number is not None:
            viewer.put(orjson.dumps({"t": "pong", "n": number, "now": hub.now()}).decode())


def _ping(text: str) -> int | None:
    """The number of a ping; None for anything else."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict) or said.get("t") != "ping":
        return None
    number = said.get("n")
    return number if isinstance(number, int) else None


async def _close(socket: WebSocket, code: int) -> None:
    # A stalled network takes no farewell either; RuntimeError: the other side has closed meanwhile.
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        await asyncio.wait_for(socket.close(code), 1.0)
