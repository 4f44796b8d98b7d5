"""WebSockets at the door: refused before they open, and ended soon after their session ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: How often an open WebSocket's session is looked at again, in s: it ends that long after being revoked, and
#: what the look itself takes.
RECHECK_S = 4.0

#: Close code "policy violation", RFC 6455 section 7.4.1.
_POLICY = 1008


async def refuse(receive: Receive, send: Send) -> None:
    """Refuse a WebSocket before it is accepted; the server answers 403 (ASGI specification, WebSocket close)."""
    await receive()
    await send({"type": "websocket.close", "code": _POLICY})


async def _next(receive: Receive) -> Message:
    return await receive()


async def _cancel(task: asyncio.Future[Any]) -> None:
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Ended:
    """Puts the end of a session into both directions of a WebSocket."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._over = asyncio.Event()
        self._ending = asyncio.ensure_future(self._over.wait())
        self._open = False

    async def receive(self) -> Message:
        """The client's next message, or its farewell once the session is over."""
        arriving = asyncio.ensure_future(_next(self._receive))
        try:
            await asyncio.wait((self._ending, arriving), return_when=asyncio.FIRST_COMPLETED)
            if arriving.done() and not self._over.is_set():
                return arriving.result()
            return {"type": "websocket.disconnect", "code": _POLICY, "reason": "session ended"}
        finally:
            await _cancel(arriving)

    async def send(self, message: Message) -> None:
        """Pass a message on; nothing more once the session is over."""
        if self._over.is_set():
            return
        if message["type"] == "websocket.accept":
            self._open = True
        elif message["type"] == "websocket.close":
            self._open = False
        await self._send(message)

    async def stop(self) -> None:
        """The WebSocket is done with, whoever ended it."""
        await _cancel(self._ending)

    async def end(self) -> None:
        """Close the WebSocket from our side."""
        if self._over.is_set():
            return
        self._over.set()
        if self._open:
            await self._send({"type": "websocket.close", "code": _POLICY, "reason": "session ended"})


async def guarded(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, still: Callable[[], Awaitable[bool]]
) -> None:
    """Run a WebSocket as long as `still()` says that its session lives."""
    ended = _Ended(receive, send)

    async def watch() -> None:
        # All sockets look at the same moments, so that one question to the store serves them all.
        while await still():
            await asyncio.sleep(RECHECK_S - asyncio.get_running_loop().time() % RECHECK_S)

    async def end_with(watcher: asyncio.Future[None]) -> None:
        # However the watching ends, an error of ours included: a socket nobody watches must not stay open.
        await asyncio.wait((watcher,))
        await ended.end()

    watcher = asyncio.ensure_future(watch())
    ending = asyncio.ensure_future(end_with(watcher))
    try:
        await app(scope, ended.receive, ended.send)
    finally:
        await _cancel(ending)
        await _cancel(watcher)
        await ended.stop()
