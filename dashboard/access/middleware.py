"""The door: pure ASGI middleware in front of every route and WebSocket, Streamlit's included. Default deny."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import unquote_plus

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access import csrf
from dashboard.access.identity import Who, place
from dashboard.access.kiosk import renewed
from dashboard.access.naming import named, place_names
from dashboard.access.policy import (
    FEED,
    KEY_PATHS,
    KIOSK_RENEWS,
    SAFE_METHODS,
    SIGN_IN,
    Door,
    clean,
    door_of,
    host_allowed,
    is_page,
    kiosk_may,
    needs_import,
    same_origin,
)
from dashboard.access.sessions import COOKIE, Keeper
from dashboard.access.sockets import guarded, refuse
from models.access.policy import Action
from store.errors import StorageError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    word: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the door looks at."""

    path: str
    method: str  # "GET" for a WebSocket
    headers: Headers
    cookie: str
    bearer: str
    secure: bool
    socket: bool
    nul: bool
    address: str

    @property
    def host(self) -> str:
        """The Host header, empty when there is none."""
        return self.headers.get("host", "")


def _looked_at(scope: Scope) -> Request:
    headers = Headers(scope=scope)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return Request(
        path=scope["path"],
        method=scope.get("method", "GET"),
        headers=headers,
        cookie=HTTPConnection(scope).cookies.get(COOKIE, ""),
        bearer=value.strip() if scheme.lower() == "bearer" else "",
        secure=scope.get("scheme") in ("https", "wss"),
        socket=scope["type"] == "websocket",
        # No name of ours holds one, and PostgreSQL takes no text that does.
        nul="\0" in unquote_plus(scope.get("query_string", b"").decode("latin-1")),
        address=client[0] if (client := scope.get("client")) else "",
    )


class Gate:
    """Lets pass what the policy allows and leaves the `Who` on the scope; answers all else itself.

    `keeper` is asked for at each request: the store opens only when the server starts.
    """

    def __init__(self, app: ASGIApp, keeper: Callable[[], Keeper], allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._keeper = keeper
        self._hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = _looked_at(scope)
        try:
            verdict = await self._judge(request)
        except StorageError:
            verdict = Refusal(503, "the storage cannot be read now; try again")
        if isinstance(verdict, Refusal):
            if verdict.status == 403 or (verdict.status == 401 and request.cookie):
                await to_thread.run_sync(self._keeper().refusing.turned_away, request.address, "door", verdict.word)
            await self._answer(request, verdict, scope, receive, send)
            return
        if verdict is not None:
            place(scope, verdict)
            place_names(scope)
        if request.socket and verdict is not None and verdict.via == "session":
            # A screen that shows alarms must not go dark by itself; any other tab is used by what its reader does.
            used = request.path == FEED
            await guarded(self._app, scope, receive, send, still=lambda: self._keeper().still(verdict, used))
            return
        if verdict is not None and verdict.kiosk and request.path in KIOSK_RENEWS:
            send = renewed(send, request.cookie, verdict.until - self._keeper().now(), request.secure)
        await self._app(scope, receive, send if verdict is None else self._watched(send, request, verdict, scope))

    def _watched(self, send: Send, request: Request, who: Who, scope: Scope) -> Send:
        """Takes note of a route that refuses one who is signed in, or says that there is nothing there."""

        refusing = self._keeper().refusing

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                where = "/".join(request.path.split("/")[:4])
                await to_thread.run_sync(refusing.turned_away, request.address, where, "not permitted", who)
            await send(message)
            if message["type"] == "http.response.start" and message["status"] == 404:
                refusing.not_found(request.address, named(scope), who)

        return sent

    async def _judge(self, request: Request) -> Who | Refusal | None:
        """Who may pass; None: anybody; or why not."""
        if not host_allowed(request.host, self._hosts):
            return Refusal(403, "this host name is not ours")
        if not clean(request.path):
            return Refusal(404, "not found")
        door = door_of(request.path)
        if door is Door.CLOSED:
            return Refusal(404, "not found")
        if door is Door.KEY and request.method not in KEY_PATHS[request.path]:
            return Refusal(405, "not with this method")
        if door in (Door.OPEN, Door.KEY):
            return None
        if request.nul:
            return Refusal(400, "a question holds no NUL")
        if door is Door.METRICS:
            return await self._token(request, metrics=True)
        if door is Door.API and request.bearer and not request.socket:
            return await self._token(request)
        return await self._session(request, door)

    async def _token(self, request: Request, metrics: bool = False) -> Who | Refusal:
        who = await self._keeper().token(request.bearer, metrics=metrics) if request.bearer else None
        if who is None and request.bearer:
            await to_thread.run_sync(self._keeper().refusing.refused, request.address, "token", "wrong")
        return who or Refusal(401, "a bearer token is needed")

    async def _session(self, request: Request, door: Door) -> Who | Refusal:
        who = await self._keeper().session(request.cookie) if request.cookie else None
        if who is None:
            return Refusal(401, "sign in first")
        if who.kiosk and not kiosk_may(request.path, request.method):
            return Refusal(403, "this screen may only show the wall")
        if needs_import(request.path) and not who.may(Action.IMPORT_INCIDENTS):
            return Refusal(404, "not found")
        origin = request.headers.get("origin")
        if request.socket:
            # A client without an Origin header is no browser: it carries no cookie it was not given.
            if origin is not None and not same_origin(origin, request.host, request.secure):
                return Refusal(403, "not from our own page")
            return who
        fetch_site = request.headers.get("sec-fetch-site")
        if not csrf.from_own_page(request.method, origin, fetch_site, request.host, request.secure):
            return Refusal(403, "not from our own page")
        needs_token = door is Door.API and request.method not in SAFE_METHODS
        if needs_token and not csrf.token_returned(who, request.headers.get(csrf.HEADER)):
            return Refusal(403, "the X-CSRF header is missing or wrong")
        return who

    async def _answer(self, request: Request, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        if request.socket:
            await refuse(receive, send)
            return
        await _response(request, refusal)(scope, receive, send)


def _response(request: Request, refusal: Refusal) -> Response:
    by_hand = refusal.status == 401 and request.method in ("GET", "HEAD") and is_page(request.path)
    if by_hand and door_of(request.path) is Door.SESSION:
        answer: Response = RedirectResponse(f"{SIGN_IN}?why=ended" if request.cookie else SIGN_IN, 303)
        if request.cookie:
            answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=request.secure)
    elif request.path.startswith("/api/"):
        answer = JSONResponse({"error": refusal.word}, refusal.status)
    else:
        answer = PlainTextResponse(refusal.word, refusal.status)
    if refusal.status == 401 and door_of(request.path) in (Door.API, Door.METRICS):
        answer.headers["www-authenticate"] = "Bearer"
    if refusal.status == 503:
        answer.headers["retry-after"] = "5"
    answer.headers["cache-control"] = "no-store"
    return answer
