"""Alive, ready, measured: `/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.access.identity import EVERYTHING, figures_scope, who_of
from dashboard.access.sessions import Keeper
from dashboard.metrics import exposition
from dashboard.watching import seen_by
from models.access.scope import Scope
from models.happenings import Happening
from models.picture import Picture
from models.records.base import Millis
from models.records.change import Heartbeat
from store import sources
from store.database import Database
from store.errors import StorageError
from store.scopes import alarm_stations

#: A probe of the database answers for this long: `/readyz` is open, and must not be a way to load the store.
_PROBE_MS = 1_000

_NO_STORE = {"cache-control": "no-store"}


def steady_ms() -> Millis:
    """Milliseconds that only go forward; no date."""
    return time.monotonic_ns() // 1_000_000


class BeatAge:
    """How long ago the newest heartbeat came through broker and database.

    Counted by a clock that only goes forward, so that a jump of the machine's clock makes no false alarm; only
    what was heard before this process began is dated by the machine's clock.
    """

    def __init__(self, clock: Callable[[], Millis], steady: Callable[[], Millis] = steady_ms) -> None:
        self._clock = clock
        self._steady = steady
        self._heard: Millis | None = None

    def folded(self, picture: Picture, seq: int, happenings: Sequence[Happening]) -> None:
        """A follower's listener: takes note of heartbeats."""
        if any(isinstance(item, Heartbeat) for item in happenings):
            self._heard = self._steady()

    def age_ms(self, picture: Picture) -> Millis | None:
        """Age of the newest heartbeat; None when there never was one."""
        if self._heard is not None:
            return max(0, self._steady() - self._heard)
        return max(0, self._clock() - picture.newest_beat) if picture.newest_beat else None


@dataclass(frozen=True, slots=True)
class Parts:
    """What `/readyz` looks at. Ages in ms; `newest` per source."""

    database: str
    beat_age_ms: Millis | None
    ready: bool
    newest: Mapping[str, Millis]


class Health:
    """The three routes. `alive` says whether the live feed runs, `words` what it says of broker and storage."""

    def __init__(
        self,
        db: Database,
        picture: Callable[[], Picture],
        beat: BeatAge,
        *,
        stale_ms: Millis,
        clock: Callable[[], Millis],
        keeper: Callable[[], Keeper],
        alive: Callable[[], bool] = lambda: True,
        words: Callable[[], Mapping[str, str]] = dict,
        viewers: Callable[[], int] = lambda: 0,
    ) -> None:
        self._db = db
        self._picture = picture
        self._beat = beat
        self._stale_ms = stale_ms
        self._clock = clock
        self._keeper = keeper
        self._alive = alive
        self._words = words
        self._viewers = viewers
        self._probe_lock = threading.Lock()
        self._probed: tuple[Millis, str] = (-_PROBE_MS, "")

    def parts(self, scope: Scope | None = None) -> Parts:
        """Look at everything `/readyz` judges, and at a scope's sources. Blocks on the database."""
        picture, database = self._picture(), self._database()
        age = self._beat.age_ms(picture)
        sources = seen_by(picture, scope).sources if scope else {}
        newest = {name: max(source.newest.values(), default=0) for name, source in sources.items()}
        ready = database == "ok" and self._alive() and age is not None and age <= self._stale_ms
        return Parts(database, age, ready, newest)

    def _database(self) -> str:
        with self._probe_lock:
            at, word = self._probed
            if steady_ms() - at < _PROBE_MS:
                return word
            try:
                with self._db.read() as conn:
                    conn.execute(text("SELECT 1")).one()
                word = "ok"
            except StorageError as error:
                word = f"cannot be read: {error}"
            self._probed = (steady_ms(), word)
            return word

    async def readyz(self, request: Request) -> Response:
        """200 when messages go through broker and database, else 503; by part for a caller with a token."""
        scope = await self._trusted(request)
        parts = await to_thread.run_sync(self.parts, scope)
        body: dict[str, object] = {"status": "ready" if parts.ready else "not ready"}
        if scope is not None:
            body |= {
                "database": parts.database,
                "heartbeat_age_s": None if parts.beat_age_ms is None else round(parts.beat_age_ms / 1000, 1),
                "heartbeat_stale_s": self._stale_ms / 1000,
                "sources": {name: {"newest": at} for name, at in sorted(parts.newest.items())},
                **self._words(),
            }
        return JSONResponse(body, 200 if parts.ready else 503, headers=_NO_STORE)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text of what the token may see; the door asks for one. 503 when the counts cannot be read."""
        who = who_of(request)
        scope = figures_scope(who) if who is not None else None
        if scope is None:
            return Response("not with this role\n", 403, headers=_NO_STORE)

        def page() -> bytes:
            with self._db.read() as conn:
                counted = sources.counts(conn, None if scope == EVERYTHING else alarm_stations(conn, scope))
            picture = seen_by(self._picture(), scope)
            return exposition(picture, counted, self._beat.age_ms(picture), self._clock(), self._viewers())

        try:
            body = await to_thread.run_sync(page)
        except StorageError as error:
            return Response(f"storage: {error}\n", 503, headers=_NO_STORE)
        return Response(body, headers={**_NO_STORE, "content-type": CONTENT_TYPE_LATEST})

    async def _trusted(self, request: Request) -> Scope | None:
        """Of what the caller may read the details; None: of nothing."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not value:
            return None
        try:
            who = await self._keeper().token(value.strip(), metrics=True)
        except StorageError:
            return None
        return None if who is None else figures_scope(who)


async def healthz(request: Request) -> Response:
    """200 as long as the process answers; says nothing of the data's age."""
    return JSONResponse({"status": "alive"}, headers=_NO_STORE)


def health_routes(health: Callable[[], Health]) -> list[Route]:
    """The routes; `health` is asked for at each request, because the store opens only when the server starts."""

    async def readyz(request: Request) -> Response:
        return await health().readyz(request)

    async def metrics(request: Request) -> Response:
        return await health().metrics(request)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]
