"""Routes of sign-in and sign-out. A link is only used up by POST, so that no link preview does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access.beginning import LinkProblem
from dashboard.access.csrf import from_own_page
from dashboard.access.identity import who_of
from dashboard.access.page import STYLE, sign_in_page, sign_out_page
from dashboard.access.policy import SIGN_IN, SIGN_OUT
from dashboard.access.sessions import COOKIE, Keeper, SignedIn
from dashboard.access.throttle import Throttle
from dashboard.bodies import body_of
from models.records.base import Millis
from store.errors import StorageError

#: Attempts to exchange a link, from one address, per minute.
ATTEMPTS_A_MINUTE = 10

_MOST_BODY = 4096
_NO_STORE = {"cache-control": "no-store"}


def link_path(link: str) -> str:
    """Path and query of the page that exchanges a one-time link's secret value."""
    return f"{SIGN_IN}?link={link}"


class SignIn:
    """The sign-in page and what its buttons do."""

    def __init__(
        self, keeper: Callable[[], Keeper], clock: Callable[[], Millis], fonts: dict[str, Path] | None = None
    ) -> None:
        self._keeper = keeper
        self._throttle = Throttle(clock, ATTEMPTS_A_MINUTE, 60_000)
        self._fonts = fonts or {}

    def routes(self) -> list[Route]:
        """The routes, for the app's list; their paths are the ones the policy opens."""
        return [
            Route(SIGN_IN, self._page, methods=["GET"]),
            Route(SIGN_IN, self._exchange, methods=["POST"]),
            Route(f"{SIGN_IN}/style.css", _style, methods=["GET"]),
            *(Route(f"{SIGN_IN}/{name}", _file(path), methods=["GET"]) for name, path in self._fonts.items()),
            Route(SIGN_OUT, self._ask, methods=["GET"]),
            Route(SIGN_OUT, self._leave, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        query = request.query_params
        return _html(sign_in_page(query.get("link", "")[:200], query.get("why", "")))

    async def _exchange(self, request: Request) -> Response:
        headers, secure = request.headers, request.url.scheme == "https"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if not from_own_page("POST", origin, site, headers.get("host", ""), secure):
            return _html(sign_in_page(why="wrong"), 403)
        link = await _link(request)
        if link is None:
            return _html(sign_in_page(why="wrong"), 413)
        if not self._throttle.allow(request.client.host if request.client else ""):
            return _html(sign_in_page(link, "busy"), 429, {"retry-after": "60"})
        keeper, old = self._keeper(), request.cookies.get(COOKIE, "")
        try:
            result = await to_thread.run_sync(keeper.sign_in, link, old)
        except StorageError:
            return _html(sign_in_page(link, "storage"), 503, {"retry-after": "5"})
        if isinstance(result, LinkProblem):
            return _html(sign_in_page(why=result.value), 403)
        return _signed_in(result, secure)

    async def _ask(self, request: Request) -> Response:
        who = who_of(request.scope)
        return _html(sign_out_page(who.name if who else ""))

    async def _leave(self, request: Request) -> Response:
        who = who_of(request.scope)
        if who is not None:
            await to_thread.run_sync(self._keeper().sign_out, who.digest)
        answer = RedirectResponse(f"{SIGN_IN}?why=out", 303, dict(_NO_STORE))
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")
        answer.headers["clear-site-data"] = '"cache"'
        return answer


def _signed_in(result: SignedIn, secure: bool) -> Response:
    answer = RedirectResponse("/", 303, dict(_NO_STORE))
    answer.set_cookie(COOKIE, result.cookie, path="/", httponly=True, samesite="lax", secure=secure)
    return answer


async def _link(request: Request) -> str | None:
    """The link in a form's body; None when the body is too large, empty when it holds no link."""
    body = await body_of(request, _MOST_BODY)
    if len(body) > _MOST_BODY:
        return None
    values = parse_qs(body.decode("utf-8", "replace")).get("link", [])
    return values[0] if values else ""


def _html(page: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(page, status, {**_NO_STORE, **(headers or {})})


async def _style(request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})


def _file(path: Path) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return FileResponse(path, media_type="font/woff2", headers={"cache-control": "max-age=86400"})

    return answer
