"""The size of what the API takes in."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Largest request body, in bytes.
MAX_BODY = 64 * 1024


class BodyLimit:
    """Answers 413 to a body over `MAX_BODY`, counted while read: a client's word for it is not enough."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY:
                raise HTTPException(413, f"a body has at most {MAX_BODY} bytes")
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
