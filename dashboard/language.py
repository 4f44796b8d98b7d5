"""The language switch: a cookie, set by following a link, so that it is remembered without a script."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.access.policy import same_origin
from dashboard.words import LANGUAGES

#: Name of the cookie that holds `th` or `en`.
COOKIE = "ssz_language"

_YEAR_S = 365 * 24 * 3600


def switch_path(language: str) -> str:
    """Where a link to switch to a language points."""
    return f"/language/{language}"


async def _switch(request: Request) -> Response:
    chosen = request.path_params["language"]
    if chosen not in LANGUAGES:
        return Response(status_code=404)
    secure = request.url.scheme == "https"
    answer = RedirectResponse(_back(request, secure), 303, {"cache-control": "no-store"})
    answer.set_cookie(COOKIE, chosen, max_age=_YEAR_S, path="/", httponly=True, samesite="lax", secure=secure)
    return answer


def _back(request: Request, secure: bool) -> str:
    """The page of ours the visitor came from, else the first one; never another site."""
    parts = urlsplit(request.headers.get("referer", ""))
    if not same_origin(f"{parts.scheme}://{parts.netloc}", request.headers.get("host", ""), secure):
        return "/"
    path = parts.path if parts.path.startswith("/") and not parts.path.startswith("//") else "/"
    return f"{path}?{parts.query}" if parts.query else path


def language_routes() -> list[Route]:
    """The route of the switch."""
    return [Route("/language/{language}", _switch, methods=["GET"])]
