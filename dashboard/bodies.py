"""Bodies of requests, read no further than they may be long."""

from __future__ import annotations

from starlette.requests import Request


async def body_of(request: Request, most: int) -> bytes:
    """The body; one longer than `most` bytes only so far that this can be seen."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > most:
            break
    return bytes(read)
