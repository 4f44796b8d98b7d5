"""Routes of sign-in and sign-out: name and password, or a link. A link is only used up by POST, so that no preview of
a chat program does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access import answers
from dashboard.access.beginning import LinkProblem
from dashboard.access.choosing import AskedFor
from dashboard.access.forms import sign_in_page
from dashboard.access.identity import who_of
from dashboard.access.page import STYLE, link_page, sign_out_page
from dashboard.access.policy import SIGN_IN, SIGN_OUT
from dashboard.access.sessions import COOKIE
from dashboard.access.steps import Asked, Problem, Refused
from dashboard.access.throttle import Throttle
from models.records.base import Millis
from store.errors import StorageError

#: Attempts from one address per minute that did not end in a session.
ATTEMPTS_A_MINUTE = 10

#: Hashes made at once, each of 64 MiB and four threads, and how many may wait for their turn.
AT_ONCE, WAITING = 2, 20


def link_path(link: str) -> str:
    """Path and query of the page that exchanges a one-time link's secret value."""
    return f"{SIGN_IN}?link={link}"


class Hashing:
    """Where passwords are hashed: a few at once, so that guesses take neither the memory nor the cores of the alarms.

    Shared by everything that hashes one.
    """

    def __init__(self) -> None:
        self.limiter = CapacityLimiter(AT_ONCE)

    @property
    def full(self) -> bool:
        """Whether so many wait that another one is better told to come back."""
        return self.limiter.statistics().tasks_waiting >= WAITING


class SignIn:
    """The sign-in page and what its buttons do. `provider`: how the identity provider is called; empty: none."""

    def __init__(
        self, choosing: AskedFor, clock: Callable[[], Millis], hashing: Hashing,
        fonts: dict[str, Path] | None = None, provider: str = "",
    ) -> None:  # fmt: skip
        self._choosing = choosing
        self._throttle = Throttle(clock, ATTEMPTS_A_MINUTE, 60_000)
        self._hashing = hashing
        self._fonts = fonts or {}
        self._provider = provider

    def routes(self) -> list[Route]:
        """The routes, for the app's list; their paths are the ones the policy opens."""
        return [
            Route(SIGN_IN, self._page, methods=["GET"]),
            Route(SIGN_IN, self._exchange, methods=["POST"]),
            Route(f"{SIGN_IN}/style.css", _style, methods=["GET"]),
            *(Route(f"{SIGN_IN}/{name}", _file(path), methods=["GET"]) for name, path in self._fonts.items()),
            Route(SIGN_OUT, self._ask, methods=["GET"]),
            Route(SIGN_OUT, answers.stored(self._leave), methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        query = request.query_params
        if link := query.get("link", "")[:200]:
            return answers.html(link_page(link, query.get("why", "")))
        return self._form(request, query.get("why", ""))

    def _form(self, request: Request, why: str, status: int = 200, wait: int = 0, name: str = "") -> Response:
        cookie = answers.form_cookie(request)
        token = self._choosing().entrance.seal.form(cookie)
        page = sign_in_page(token, why, wait, name[:64], self._provider)
        headers = {"retry-after": str(wait or 60)} if status in (429, 503) else None
        return answers.form_page(request, answers.html(page, status, headers), cookie)

    async def _exchange(self, request: Request) -> Response:
        fields = await answers.fields_of(request)
        if fields is None:
            return self._form(request, "wrong", 413)
        if not answers.own(request):
            return self._form(request, "wrong", 403)
        if "name" not in fields:
            return await self._by_link(request, fields.get("link", ""))
        return await self._by_password(request, fields)

    async def _by_link(self, request: Request, link: str) -> Response:
        origin = answers.origin_of(request)
        if not self._throttle.allow(origin.address):
            await answers.note_refused(self._choosing().entrance.keeper, origin, "link", "busy")
            return answers.html(link_page(link, "busy"), 429, {"retry-after": "60"})
        old = request.cookies.get(COOKIE, "")
        try:
            result = await to_thread.run_sync(self._choosing().entrance.by_link, link, origin, old)
        except StorageError:
            return answers.html(link_page(link, "storage"), 503, {"retry-after": "5"})
        if isinstance(result, LinkProblem):
            await answers.note_refused(self._choosing().entrance.keeper, origin, "link", result.value)
            return self._form(request, result.value, 403)
        self._throttle.forgive(origin.address)
        return answers.asked(result, request) if isinstance(result, Asked) else answers.signed_in(result, request)

    async def _by_password(self, request: Request, fields: dict[str, str]) -> Response:
        entrance, origin, name = self._choosing().entrance, answers.origin_of(request), fields["name"]
        if not answers.form_right(entrance.seal, request.cookies.get(answers.FORM_COOKIE, ""), fields):
            return self._form(request, "over", 403, name=name)
        if not self._throttle.allow(origin.address):
            await answers.note_refused(entrance.keeper, origin, "password", "busy")
            return self._form(request, Problem.WAIT.value, 429, 60, name)
        if self._hashing.full:
            await answers.note_refused(entrance.keeper, origin, "password", "full")
            return self._form(request, Problem.WAIT.value, 503, 5, name)
        old = request.cookies.get(COOKIE, "")
        try:
            result = await to_thread.run_sync(
                entrance.by_password, name, fields.get("password", ""), origin, old, limiter=self._hashing.limiter
            )
        except StorageError:
            return self._form(request, "unread", 503, 5, name)
        if isinstance(result, Refused):
            return self._form(request, result.why.value, 429 if result.wait_s else 403, result.wait_s, name)
        self._throttle.forgive(origin.address)
        return answers.asked(result, request) if isinstance(result, Asked) else answers.signed_in(result, request)

    async def _ask(self, request: Request) -> Response:
        who = who_of(request.scope)
        return answers.html(sign_out_page(who.name if who else ""))

    async def _leave(self, request: Request) -> Response:
        who = who_of(request.scope)
        if who is not None:
            await to_thread.run_sync(
                self._choosing().entrance.keeper.sign_out, who, answers.origin_of(request).address
            )
        answer = RedirectResponse(f"{SIGN_IN}?why=out", 303, {"cache-control": "no-store"})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=answers.secure(request))
        answer.headers["clear-site-data"] = '"cache"'
        return answer


async def _style(request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})


def _file(path: Path) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return FileResponse(path, media_type="font/woff2", headers={"cache-control": "max-age=86400"})

    return answer
