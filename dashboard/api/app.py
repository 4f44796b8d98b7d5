"""The API as one ASGI app; `route` mounts it at `/api/v1` behind the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dashboard.access.asking import RefusedError
from dashboard.api import alarms, audit, hotspots, incidents, sources, units, zones
from dashboard.api.caller import Calling
from dashboard.api.limits import BodyLimit
from dashboard.api.paging import iso
from dashboard.api.parts import PREFIX, Parts
from models.alarms.life import ForbiddenStepError, IllegalStepError
from store.alarms import UnknownAlarmError, UnknownUnitError
from store.errors import StorageError

_NOUNS = (units, alarms, incidents, zones, hotspots, sources, audit)

#: What an error of ours means to a caller.
_STATUS: dict[type[Exception], int] = {UnknownAlarmError: 404, UnknownUnitError: 422}


def _said(status: int, word: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": word}, status, {"cache-control": "no-store"} | (headers or {}))


def _known(request: Request, error: Exception) -> JSONResponse:
    return _said(_STATUS[type(error)], str(error))


def _taken(request: Request, error: Exception) -> JSONResponse:
    """A step that is not permitted, with who brought the alarm into its state, so that a screen can name them."""
    if not isinstance(error, IllegalStepError):
        return _said(409, str(error))
    told: dict[str, Any] = {"error": str(error)}
    if error.at is not None:
        parts: Parts = request.app.state.parts()
        told |= {"by": error.by, "at": iso(error.at, parts.zone), "state": error.state}
    status = 403 if isinstance(error, ForbiddenStepError) else 409
    return JSONResponse(told, status, {"cache-control": "no-store"})


def _refused(request: Request, error: Exception) -> JSONResponse:
    return _said(error.status, str(error)) if isinstance(error, RefusedError) else _said(403, str(error))


def _http(request: Request, error: HTTPException) -> JSONResponse:
    return _said(error.status_code, str(error.detail), dict(error.headers or {}))


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return _said(422, f"{where}: {first['msg']}" if where else str(first["msg"]))


def _storage(request: Request, error: Exception) -> JSONResponse:
    return _said(503, "the storage cannot do it now; try again", {"retry-after": "5"})


def create_api(parts: Callable[[], Parts]) -> FastAPI:
    """The API. `parts` is asked at each call: the store opens when the server starts."""
    api = FastAPI(
        title="Smart Safety Zone 4.0",
        version="1",
        summary="Units, alarms, incidents, zones, hotspots and sources of the stations a caller may see.",
        openapi_url=None,
        docs_url=None,  # the ready-made page loads scripts from another host
        redoc_url=None,
        root_path_in_servers=False,
        servers=[{"url": PREFIX}],
    )
    api.state.parts = parts
    for noun in _NOUNS:
        api.include_router(noun.router)
    for kind in _STATUS:
        api.exception_handler(kind)(_known)
    api.exception_handler(IllegalStepError)(_taken)
    api.exception_handler(RefusedError)(_refused)
    api.exception_handler(StorageError)(_storage)
    api.exception_handler(HTTPException)(_http)
    api.exception_handler(RequestValidationError)(_invalid)
    api.add_middleware(BodyLimit)

    @api.get("/openapi.json", include_in_schema=False)
    def openapi(call: Calling) -> dict[str, Any]:
        return api.openapi()

    return api
