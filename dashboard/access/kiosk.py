"""The way in of a screen nobody sits at: the kiosk link, exchanged for a cookie that renews itself.

The link's secret stands behind the `#`, so no server, proxy or log is ever sent it. The page takes it out of the
address bar, sends it in a POST, and tries again while the server is away: nobody is there to press a button.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Send

from dashboard.access.beginning import LinkProblem
from dashboard.access.csrf import from_own_page
from dashboard.access.page import kiosk_page
from dashboard.access.policy import KIOSK, KIOSK_SCRIPT
from dashboard.access.sessions import COOKIE, Keeper
from dashboard.access.throttle import Throttle
from dashboard.basemap.palette import Theme
from dashboard.bodies import body_of
from models.records.base import Millis
from store.errors import StorageError

#: Attempts to exchange a link, from one address, per minute: a room of walls behind one proxy may start at once.
ATTEMPTS_A_MINUTE = 30

#: Longest life of a cookie in a browser, s: 400 days, RFC 6265bis section 5.5.
LONGEST_S = 400 * 86_400

_MOST_BODY = 1024
_NO_STORE = {"cache-control": "no-store"}

SCRIPT = """const AGAIN_MS = 5000
const say = (why) => {
  for (const line of document.querySelectorAll("[data-why]")) line.hidden = line.dataset.why !== why
}
async function open() {
  const secret = decodeURIComponent(location.hash.slice(1))
  const theme = new URLSearchParams(location.search).get("theme")
  const wall = theme === "day" || theme === "night" ? `/?theme=${theme}` : "/"
  history.replaceState(null, "", location.pathname)
  for (;;) {
    // Without a secret the screen may still have its cookie.
    if (!secret) return location.replace(wall)
    const answer = await fetch(location.pathname, {
      method: "POST", body: new URLSearchParams({ kiosk: secret }), credentials: "same-origin",
    }).catch(() => null)
    if (answer?.ok) return location.replace(wall)
    if (answer?.status === 403) return say((await answer.json()).why)
    say("again")
    await new Promise((done) => setTimeout(done, AGAIN_MS))
  }
}
addEventListener("hashchange", () => { if (location.hash.length > 1) location.reload() })
open()
"""


def kiosk_link(secret: str, theme: Theme | None = None) -> str:
    """Path, query and fragment of the address that opens the wall on a screen, in the colours of day or night."""
    return f"{KIOSK}?theme={theme}#{secret}" if theme else f"{KIOSK}#{secret}"


def cookie_header(value: str, left_ms: Millis, secure: bool) -> str:
    """The `Set-Cookie` line of a kiosk's session that has so long to go: it outlives the browser's own restarts."""
    answer = Response()
    age = max(0, min(LONGEST_S, left_ms // 1000))
    answer.set_cookie(COOKIE, value, max_age=age, path="/", httponly=True, samesite="lax", secure=secure)
    return answer.headers["set-cookie"]


def renewed(send: Send, cookie: str, left_ms: Millis, secure: bool) -> Send:
    """A `send` that begins the cookie's time anew, so that a wall that is open never has to be signed in."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            MutableHeaders(scope=message).append("set-cookie", cookie_header(cookie, left_ms, secure))
        await send(message)

    return send_with_cookie


class KioskDoor:
    """The page a kiosk link leads to, and its exchange."""

    def __init__(self, keeper: Callable[[], Keeper], clock: Callable[[], Millis]) -> None:
        self._keeper = keeper
        self._clock = clock
        self._throttle = Throttle(clock, ATTEMPTS_A_MINUTE, 60_000)

    def routes(self) -> list[Route]:
        """The routes, for the app's list; their paths are the ones the policy opens."""
        return [
            Route(KIOSK, _page, methods=["GET"]),
            Route(KIOSK, self._exchange, methods=["POST"]),
            Route(KIOSK_SCRIPT, _script, methods=["GET"]),
        ]

    async def _exchange(self, request: Request) -> Response:
        headers, secure = request.headers, request.url.scheme == "https"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if not from_own_page("POST", origin, site, headers.get("host", ""), secure):
            return _refused("wrong")
        address = request.client.host if request.client else ""
        if not self._throttle.allow(address):
            await to_thread.run_sync(self._keeper().refusing.refused, address, "kiosk", "busy")
            return JSONResponse({"why": "busy"}, 429, {"retry-after": "60", **_NO_STORE})
        secret = await _secret(request)
        old = request.cookies.get(COOKIE, "")
        try:
            result = await to_thread.run_sync(self._keeper().open_kiosk, secret, old)
        except StorageError:
            return JSONResponse({"why": "storage"}, 503, {"retry-after": "5", **_NO_STORE})
        if isinstance(result, LinkProblem):
            await to_thread.run_sync(self._keeper().refusing.refused, address, "kiosk", result.value)
            return _refused(result.value)
        answer = JSONResponse({}, headers=_NO_STORE)
        left = result.who.until - self._clock()
        answer.headers["set-cookie"] = cookie_header(result.cookie, left, secure)
        return answer


async def _page(_request: Request) -> Response:
    return HTMLResponse(kiosk_page(), headers=_NO_STORE)


async def _script(_request: Request) -> Response:
    return Response(SCRIPT, media_type="text/javascript", headers={"cache-control": "no-cache"})


async def _secret(request: Request) -> str:
    """The link's secret in a form's body; empty when there is none or the body is too large."""
    body = await body_of(request, _MOST_BODY)
    if len(body) > _MOST_BODY:
        return ""
    return parse_qs(body.decode("utf-8", "replace")).get("kiosk", [""])[0]


def _refused(why: str) -> Response:
    return JSONResponse({"why": why}, 403, _NO_STORE)
