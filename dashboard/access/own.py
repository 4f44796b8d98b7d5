"""Routes of the page about oneself: everyone sees and ends the own sessions, changes the own password, and sets up
the own second factor. No script has a part in it, so that a password is never in one."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.access import answers, csrf
from dashboard.access.choosing import AskedFor
from dashboard.access.forms import FORM_FIELD
from dashboard.access.identity import Who, who_of
from dashboard.access.own_page import Own, own_page
from dashboard.access.people import People
from dashboard.access.policy import ACCOUNT
from dashboard.access.signin import Hashing
from dashboard.access.steps import Asked, Problem, Refused
from dashboard.language import COOKIE as LANGUAGE_COOKIE
from dashboard.words import as_language
from models.records.account import LOCAL
from store import accounts


class OwnAccount:
    """The page, and what its buttons do; each form returns the session's own value."""

    def __init__(
        self, choosing: AskedFor, people: Callable[[], People], zone: ZoneInfo, language: str, hashing: Hashing
    ) -> None:
        self._choosing = choosing
        self._people = people
        self._zone = zone
        self._language = as_language(language)
        self._hashing = hashing

    def routes(self) -> list[Route]:
        """The routes, for the app's list; the door lets nobody to them without a session."""
        return [
            Route(ACCOUNT, answers.stored(self._page), methods=["GET"]),
            Route(ACCOUNT, answers.stored(self._do), methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        who = who_of(request.scope)
        if who is None:
            return answers.over(401)
        return await to_thread.run_sync(self._told, request, who, request.query_params.get("why", ""))

    def _told(self, request: Request, who: Who, why: str = "", status: int = 200, wait: int = 0) -> Response:
        people = self._people()
        with people.db.read() as conn:
            account = accounts.account(conn, who.account) if who.account else None
            left = accounts.codes_left(conn, account.id) if account and account.totp else None
        kind = "link" if account is None else "local" if account.issuer == LOCAL else "provider"
        language = as_language(request.cookies.get(LANGUAGE_COOKIE), self._language)
        own = Own(who, people.own_sessions(who), kind, left)
        return answers.html(own_page(own, self._zone, language, why, wait), status)

    async def _do(self, request: Request) -> Response:
        who, fields = who_of(request.scope), await answers.fields_of(request)
        if who is None or fields is None or not csrf.token_returned(who, fields.get(FORM_FIELD)):
            return answers.over()
        done = await to_thread.run_sync(self._done, request, who, fields, limiter=self._hashing.limiter)
        if isinstance(done, Asked):
            return answers.asked(done, request)
        if isinstance(done, Refused):
            status = 429 if done.wait_s else 403
            return await to_thread.run_sync(self._told, request, who, done.why.value, status, done.wait_s)
        return RedirectResponse(f"{ACCOUNT}?why={done}" if done else ACCOUNT, 303, {"cache-control": "no-store"})

    def _done(self, request: Request, who: Who, fields: dict[str, str]) -> Asked | Refused | str:
        people, choosing, origin = self._people(), self._choosing(), answers.origin_of(request)
        match fields.get("do"):
            case "end":
                people.end_own(who, fields.get("session", ""))
            case "end_others":
                people.end_others(who)
            case "password" if fields.get("password") != fields.get("again"):
                return Refused(Problem.TWICE)
            case "password":
                now, new = fields.get("now", ""), fields.get("password", "")
                return choosing.other_password(who, now, new, origin) or "changed"
            case "second":
                return choosing.begin_second(who, fields.get("now", ""), origin, fields.get("code", ""))
        return ""
