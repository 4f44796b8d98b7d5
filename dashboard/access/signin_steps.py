"""Routes of the pages after the first one: the code, choosing a password, setting up the second factor."""

from __future__ import annotations

from collections.abc import Callable

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access import answers, forms
from dashboard.access.choosing import AskedFor, Choosing, Enrolled
from dashboard.access.policy import SIGN_IN_CODE, SIGN_IN_PASSWORD, SIGN_IN_SECOND
from dashboard.access.sessions import COOKIE, SignedIn
from dashboard.access.signin import Hashing
from dashboard.access.steps import STEP_COOKIE, Asked, Kind, Problem, Refused
from dashboard.access.throttle import Throttle
from models.accounts.second_factor import address
from models.records.base import Millis
from store.accounts import NameTakenError

#: Attempts at these pages from one address per minute that led nowhere.
ATTEMPTS_A_MINUTE = 20


class StepPages:
    """Each page belongs to the sign-in under way in this browser, and its form to this page."""

    def __init__(self, choosing: AskedFor, clock: Callable[[], Millis], hashing: Hashing) -> None:
        self._choosing = choosing
        self._clock = clock
        self._throttle = Throttle(clock, ATTEMPTS_A_MINUTE, 60_000)
        self._hashing = hashing

    def routes(self) -> list[Route]:
        """The routes, for the app's list; their paths are the ones the policy opens."""
        return [
            Route(SIGN_IN_CODE, answers.stored(self._code_page), methods=["GET"]),
            Route(SIGN_IN_CODE, answers.stored(self._code), methods=["POST"]),
            Route(SIGN_IN_PASSWORD, answers.stored(self._password_page), methods=["GET"]),
            Route(SIGN_IN_PASSWORD, answers.stored(self._password), methods=["POST"]),
            Route(SIGN_IN_SECOND, answers.stored(self._second_page), methods=["GET"]),
            Route(SIGN_IN_SECOND, answers.stored(self._second), methods=["POST"]),
        ]

    async def _code_page(self, request: Request) -> Response:
        choosing, cookie = self._choosing(), request.cookies.get(STEP_COOKIE, "")
        if await to_thread.run_sync(choosing.account_of, cookie, Kind.CODE, self._clock()) is None:
            return answers.over()
        return answers.html(forms.code_page(choosing.entrance.seal.form(cookie)))

    async def _code(self, request: Request) -> Response:
        choosing, cookie = self._choosing(), request.cookies.get(STEP_COOKIE, "")
        fields = await self._fields(request, choosing, cookie)
        if isinstance(fields, Response):
            return fields
        entrance, origin, old = choosing.entrance, answers.origin_of(request), request.cookies.get(COOKIE, "")
        result = await to_thread.run_sync(entrance.by_code, cookie, fields.get("code", ""), origin, old)
        if isinstance(result, SignedIn):
            self._throttle.forgive(origin.address)
            return answers.signed_in(result, request)
        if result.why is Problem.OVER:
            return answers.over()
        page = forms.code_page(entrance.seal.form(cookie), result.why.value, result.wait_s)
        return answers.html(page, 429 if result.wait_s else 403)

    async def _password_page(self, request: Request) -> Response:
        return await to_thread.run_sync(self._choose, request.cookies.get(STEP_COOKIE, ""))

    def _choose(self, cookie: str, why: str = "", name: str = "", shown: str = "") -> Response:
        choosing, now, status = self._choosing(), self._clock(), 403 if why else 200
        token = choosing.entrance.seal.form(cookie)
        account = choosing.account_of(cookie, Kind.PASSWORD, now)
        if account is not None:
            return answers.html(forms.password_page(token, account.display, why), status)
        if not choosing.waits(cookie, Kind.FIRST, now):
            return answers.over()
        return answers.html(forms.password_page(token, "", why, first=True, name=name, shown=shown), status)

    async def _password(self, request: Request) -> Response:
        choosing, cookie = self._choosing(), request.cookies.get(STEP_COOKIE, "")
        fields = await self._fields(request, choosing, cookie)
        if isinstance(fields, Response):
            return fields
        name, shown = fields.get("name", ""), fields.get("display", "")
        try:
            result = await to_thread.run_sync(
                self._chosen, choosing, cookie, fields, request, limiter=self._hashing.limiter
            )
        except NameTakenError:
            result = Refused(Problem.TAKEN)
        if isinstance(result, Refused):
            return await to_thread.run_sync(self._choose, cookie, result.why.value, name[:64], shown[:60])
        return answers.asked(result, request) if isinstance(result, Asked) else answers.signed_in(result, request)

    def _chosen(
        self, choosing: Choosing, cookie: str, fields: dict[str, str], request: Request
    ) -> SignedIn | Asked | Refused:
        password, origin = fields.get("password", ""), answers.origin_of(request)
        if password != fields.get("again", ""):
            return Refused(Problem.TWICE)
        if "name" in fields:
            return choosing.first(cookie, fields["name"], fields.get("display", ""), password, origin)
        return choosing.password(cookie, password, origin, request.cookies.get(COOKIE, ""))

    async def _second_page(self, request: Request) -> Response:
        return await to_thread.run_sync(self._enrol, request.cookies.get(STEP_COOKIE, ""))

    def _enrol(self, cookie: str, why: str = "") -> Response:
        choosing, now = self._choosing(), self._clock()
        secret, account = choosing.secret_of(cookie, now), choosing.account_of(cookie, Kind.ENROL, now)
        if secret is None or account is None:
            return answers.over()
        page = forms.second_page(choosing.entrance.seal.form(cookie), _qr(address(secret, account.name)), secret, why)
        return answers.html(page, 403 if why else 200)

    async def _second(self, request: Request) -> Response:
        choosing, cookie = self._choosing(), request.cookies.get(STEP_COOKIE, "")
        fields = await self._fields(request, choosing, cookie)
        if isinstance(fields, Response):
            return fields
        origin, old = answers.origin_of(request), request.cookies.get(COOKIE, "")
        result = await to_thread.run_sync(choosing.second, cookie, fields.get("code", ""), origin, old)
        if isinstance(result, Enrolled):
            return answers.signed_in(result.signed, request, forms.codes_page(result.codes))
        return await to_thread.run_sync(self._enrol, cookie, result.why.value)

    async def _fields(self, request: Request, choosing: Choosing, cookie: str) -> dict[str, str] | Response:
        """What the form holds; or the answer, when it is not the form of a page we gave this browser."""
        fields = await answers.fields_of(request)
        if fields is None:
            return answers.over(413)
        if not answers.own(request) or not answers.form_right(choosing.entrance.seal, cookie, fields):
            return answers.over()
        origin = answers.origin_of(request)
        if not self._throttle.allow(origin.address) or self._hashing.full:
            await answers.note_refused(choosing.entrance.keeper, origin, "step", "busy")
            return answers.html(forms.over_page("busy"), 429, {"retry-after": "60"})
        return fields


def _qr(text: str) -> str:
    import segno  # loaded by the first who needs it, not by every start

    return segno.make(text, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=True)
