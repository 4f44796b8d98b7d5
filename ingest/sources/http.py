"""`/in/osmand`, `/in/traccar`, `/in/report`: messages that come by HTTP with a device or channel key.

Answers (contract, section 4): 202 with `{status, reason}` once the message is durable, a rejected one too, because
a 4xx would make a tracker resend one bad fix for ever; 401 key, 413 size, 429 rate, 503 storage. The key is taken
out of what is stored, and nothing here logs a query string (uvicorn's access log is off under Streamlit's server).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote_plus

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ingest.decode import carries_alarm
from ingest.sources.http_rate import Buckets
from models.records.base import Millis
from store.errors import StorageError
from store.registry import Speaker

#: Largest body, in bytes (contract, section 4).
MAX_BODY = 256 * 1024

#: Requests that may wait for the store before the next is sent away with 503.
_MOST_WAITING = 500

#: A client must have sent its body within this, in s.
_BODY_S = 15.0


class Outcome(Protocol):
    """What the pipeline did with a message: `stored`, `duplicate` or `quarantined`, and why."""

    @property
    def status(self) -> str:
        """One of the three words."""

    @property
    def reason(self) -> str:
        """Why it was quarantined; else empty."""


#: `take(format or topic, payload, received_at, key's owner)`: durable when it returns; raises StorageError.
Take = Callable[[str, bytes, Millis, Speaker], Outcome]


class HttpIn:
    """What the routes need. Alarms have their own worker threads and their own rate: positions never delay them."""

    def __init__(
        self,
        take: Take,
        speaker: Callable[[str], Speaker | None],
        clock: Callable[[], Millis],
        steady: Callable[[], Millis],
        rate_per_s: float = 200.0,
        burst: int = 1000,
    ) -> None:
        """`speaker` names the owner of a key; `rate_per_s` and `burst` hold for one key."""
        self.take = take
        self.speaker = speaker
        self.clock = clock
        self.limiters = {False: CapacityLimiter(4), True: CapacityLimiter(4)}
        self.buckets = {False: Buckets(steady, rate_per_s, burst), True: Buckets(steady, rate_per_s, burst)}


@dataclass(frozen=True, slots=True)
class _Said:
    """A request, read: the query and body without the key, and the key."""

    query: str
    body: bytes
    key: str
    json: bool


def in_routes(door: Callable[[], HttpIn]) -> list[BaseRoute]:
    """The routes. The door is asked for at each request: it is made when the server starts."""

    async def osmand(request: Request) -> Response:
        return await _answer(request, door(), _osmand)

    async def traccar(request: Request) -> Response:
        return await _answer(request, door(), lambda said, speaker: ("traccar", said.body))

    async def report(request: Request) -> Response:
        return await _answer(request, door(), _report)

    return [
        Route("/in/osmand", osmand, methods=["GET", "POST"]),
        Route("/in/traccar", traccar, methods=["POST"]),
        Route("/in/report", report, methods=["POST"]),
    ]


def _osmand(said: _Said, speaker: Speaker) -> tuple[str, bytes]:
    """Traccar Client 9+ posts JSON; everybody else a query, a form, or a form beside a query."""
    if said.json:
        return "traccar_client", said.body
    parts = [said.query.encode(), said.body]
    return "osmand", b"&".join(part for part in parts if part)


def _report(said: _Said, speaker: Speaker) -> tuple[str, bytes] | None:
    if not speaker.channel:
        return None
    return f"ssz/v1/{speaker.station}/report/{speaker.channel}", said.body


def _no(status: int, reason: str, **headers: str) -> Response:
    headers = {"cache-control": "no-store"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse({"status": "refused", "reason": reason}, status, headers)


async def _answer(
    request: Request, door: HttpIn, choose: Callable[[_Said, Speaker], tuple[str, bytes] | None]
) -> Response:
    """One request, from its bytes to a durable message."""
    received_at = door.clock()
    try:
        said = await _read(request)
    except ClientDisconnect:
        return _no(400, "gone")  # nobody is there to read it
    except TimeoutError:
        return _no(408, "timeout")
    if said is None:
        return _no(413, "too_large", connection="close")
    speaker = door.speaker(said.key) if said.key else None
    chosen = choose(said, speaker) if speaker is not None else None
    if speaker is None or chosen is None:
        return _no(401, "key", www_authenticate="Bearer")
    form, payload = chosen
    alarm = carries_alarm(payload)
    if not door.buckets[alarm].allow(speaker.id):
        return _no(429, "rate", retry_after="1")
    limiter = door.limiters[alarm]
    if limiter.statistics().tasks_waiting >= _MOST_WAITING:
        return _no(503, "storage", retry_after="5")
    try:
        outcome = await to_thread.run_sync(door.take, form, payload, received_at, speaker, limiter=limiter)
    except StorageError:
        return _no(503, "storage", retry_after="5")
    return JSONResponse(
        {"status": outcome.status, "reason": outcome.reason}, 202, headers={"cache-control": "no-store"}
    )


async def _read(request: Request) -> _Said | None:
    """The request without its key; None when the body is too large.

    Raises:
        TimeoutError: the body did not come in time.
        ClientDisconnect: the client went away.
    """
    query, key = _without_key(request.scope.get("query_string", b"").decode("latin-1"))
    body = bytearray()
    with anyio.fail_after(_BODY_S):
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or body.lstrip()[:1] == b"{"
    payload = bytes(body)
    if not is_json and payload:
        form, form_key = _without_key(payload.decode("latin-1"))
        payload, key = form.encode("latin-1"), key or form_key
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        key = bearer.strip()
    return _Said(query, payload, key, is_json)


def _without_key(text: str) -> tuple[str, str]:
    """A query or form without its `key=`, and the key; everything else stays byte for byte."""
    kept: list[str] = []
    key = ""
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name == "key":
            key = key or unquote_plus(value)
        else:
            kept.append(part)
    return "&".join(kept), key
