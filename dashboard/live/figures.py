"""`GET /live/figures`: what the wall counts from the store. Read twice a minute for all viewers, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.asking import RefusedError, asking
from models.access.policy import Action
from models.access.scope import Scope
from models.records.base import Millis
from store import tally
from store.database import Database
from store.errors import StorageError
from store.tally import Tally

#: How long counts are told without reading the store again, in ms.
KEEP_MS = 30_000


def day_began(now: Millis, zone: ZoneInfo) -> Millis:
    """Midnight before a moment, where the stations are."""
    here = datetime.fromtimestamp(now / 1000, zone)
    return round(here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def summed(counts: Mapping[str, Tally], scope: Scope) -> dict[str, Any]:
    """The counts of a scope's stations together, as the fields of the answer."""
    mine = [one for station, one in counts.items() if scope.sees_alarm(station)]
    newest = [one.newest for one in mine if one.newest is not None]
    return {
        "raised": sum(one.raised for one in mine),
        "answered": sum(one.answered for one in mine),
        "incidents": sum(one.incidents for one in mine) if newest else None,
        "newest": max(newest, default=None),
    }


@dataclass(frozen=True, slots=True)
class _Read:
    at: Millis
    counts: Mapping[str, Tally] = field(default_factory=dict)


class Figures:
    """The counts, kept for a while. May be called from any thread; of those who ask at once one reads."""

    def __init__(self, db: Database, clock: Callable[[], Millis], zone: ZoneInfo, within_s: int) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone
        self._within_s = within_s
        self._known: _Read | None = None
        self._tried_at: Millis = 0
        self._lock = threading.Lock()
        self.reads = 0

    def sheet(self, scope: Scope) -> dict[str, Any]:
        """`at` when the store was read, `within_s`, and the scope's counts.

        Raises:
            StorageError: the store cannot be read and never could.
        """
        with self._lock:
            known, now = self._known, self._clock()
            if known is None or not 0 <= now - self._tried_at < KEEP_MS:
                self._tried_at = now
                known = self._known = self._read(now, known)
        return {"at": known.at, "within_s": self._within_s, **summed(known.counts, scope)}

    def _read(self, now: Millis, before: _Read | None) -> _Read:
        self.reads += 1
        try:
            with self._db.read() as conn:
                return _Read(now, tally.tallies(conn, day_began(now, self._zone), now, self._within_s * 1000))
        except StorageError:
            if before is None:
                raise
            return before  # told with its age: the page shows it as old


def figures_route(figures: Callable[[], Figures]) -> Route:
    """The route. What counts is asked for at each request: it is made when the server starts."""

    async def answer(request: Request) -> Response:
        try:
            scope = asking(request.scope, Action.SEE_MAP).scope()
        except RefusedError as refused:
            return PlainTextResponse(str(refused), refused.status)
        try:
            body = await run_in_threadpool(figures().sheet, scope)
        except StorageError:
            return PlainTextResponse("the storage cannot be read now; try again", 503, {"retry-after": "5"})
        return JSONResponse(body, headers={"cache-control": "no-store"})

    return Route("/live/figures", answer, methods=["GET"])
