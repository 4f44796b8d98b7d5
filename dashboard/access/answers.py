"""What the sign-in pages have in common: whose request it is, the form's own value, and the cookies of an answer."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.access.beginning import Origin
from dashboard.access.csrf import from_own_page
from dashboard.access.forms import FORM_FIELD, over_page
from dashboard.access.policy import SIGN_IN
from dashboard.access.seal import Seal
from dashboard.access.sessions import COOKIE, Keeper, SignedIn
from dashboard.access.steps import PAGES, STEP_COOKIE, STEP_MS, Asked
from dashboard.bodies import body_of
from store.errors import StorageError

#: Cookie that the value in a form belongs to, before there is a session.
FORM_COOKIE = "ssz_form"

_MOST_BODY = 4096
_NO_STORE = {"cache-control": "no-store"}


def html(page: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page that no cache keeps."""
    return HTMLResponse(page, status, {**_NO_STORE, **(headers or {})})


def secure(request: Request) -> bool:
    """Whether the request came over TLS."""
    return request.url.scheme == "https"


def own(request: Request) -> bool:
    """Whether an unsafe request may have come from our own page."""
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    return from_own_page("POST", origin, site, headers.get("host", ""), secure(request))


def origin_of(request: Request) -> Origin:
    """Where the browser is: its address (of IPv6 the network of a household, RFC 6177), and what it calls itself."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return Origin(host[:64], _agent(request))
    if address.version == 6 and not address.is_loopback:
        host = str(ip_network((address, 64), strict=False))
    return Origin(host, _agent(request))


def _agent(request: Request) -> str:
    said = request.headers.get("user-agent", "")
    return "".join(letter for letter in said if letter.isprintable())[:200]


async def note_refused(keeper: Keeper, origin: Origin, what: str, why: str) -> None:
    """Have a refusal counted, and so written down (`refusals`)."""
    await to_thread.run_sync(keeper.refusing.refused, origin.address, what, why)


async def fields_of(request: Request) -> dict[str, str] | None:
    """The fields of a form, the first of each name; None when the body is too large."""
    body = await body_of(request, _MOST_BODY)
    if len(body) > _MOST_BODY:
        return None
    values = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    return {name: found[0] for name, found in values.items()}


def form_cookie(request: Request) -> str:
    """The cookie forms belong to: the browser's, or a new one."""
    given = request.cookies.get(FORM_COOKIE, "")
    return given if 40 <= len(given) <= 64 and given.isascii() else secrets.token_urlsafe(32)


def form_page(request: Request, answer: Response, cookie: str) -> Response:
    """Have the browser keep the cookie its form belongs to."""
    if request.cookies.get(FORM_COOKIE) != cookie:
        answer.set_cookie(FORM_COOKIE, cookie, path=SIGN_IN, httponly=True, samesite="strict", secure=secure(request))
    return answer


def form_right(seal: Seal, cookie: str, fields: dict[str, str]) -> bool:
    """Whether a form is the one we gave this browser."""
    return bool(cookie) and compare_digest(fields.get(FORM_FIELD, "").encode(), seal.form(cookie).encode())


def signed_in(result: SignedIn, request: Request, page: str = "") -> Response:
    """The session's cookie, with the way to the first screen or a page of ours; what was under way is over."""
    answer = html(page) if page else RedirectResponse("/", 303, dict(_NO_STORE))
    answer.set_cookie(COOKIE, result.cookie, path="/", httponly=True, samesite="lax", secure=secure(request))
    if request.cookies.get(STEP_COOKIE):
        answer.delete_cookie(STEP_COOKIE, path=SIGN_IN, httponly=True, samesite="lax", secure=secure(request))
    return answer


def asked(result: Asked, request: Request, to: str = "") -> Response:
    """On to the page that asks for the next thing, or to an address of the provider's."""
    answer = RedirectResponse(to or PAGES[result.kind], 303, dict(_NO_STORE))
    answer.set_cookie(
        STEP_COOKIE, result.cookie, max_age=STEP_MS // 1000, path=SIGN_IN, httponly=True, samesite="lax",
        secure=secure(request),
    )  # fmt: skip
    return answer


def stored(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The same route, that says so when the store is away: nobody is let in, and it is no error of ours."""

    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except StorageError:
            return html(over_page("unread"), 503, {"retry-after": "5"})

    return told


def over(status: int = 403) -> Response:
    """Nothing is under way in this browser, or not any more."""
    return html(over_page(), status)
