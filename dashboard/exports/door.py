"""The door through which a file leaves: one way to ask, one way to be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.asking import RefusedError
from store.columns import PreparingError
from store.errors import StorageError

Parts = TypeVar("Parts")


def door(path: str, parts: Callable[[], Parts], file: Callable[[Parts, Request], Response]) -> list[BaseRoute]:
    """The route for `st.App(routes=...)`. The parts are asked for at each request, the file in a thread; no browser
    keeps it."""

    def answered(own: Parts, request: Request) -> Response:
        try:
            return file(own, request)
        except RefusedError as error:
            return PlainTextResponse(str(error), error.status)
        except (StorageError, PreparingError):
            return PlainTextResponse("the storage cannot do it now; try again", 503, {"retry-after": "5"})

    async def endpoint(request: Request) -> Response:
        response = await run_in_threadpool(answered, parts(), request)
        response.headers["cache-control"] = "no-store"
        return response

    return [Route(path, endpoint, methods=["GET"])]
