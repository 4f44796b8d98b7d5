"""Sessions and tokens: found by the hash of what the caller shows, remembered for moments, ended by the store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import TypeVar

from anyio import to_thread

from dashboard.access.beginning import (
    NOWHERE,
    Beginning,
    Exchange,
    LinkProblem,
    Origin,
    by_kiosk,
    by_link,
    digest_of,
)
from dashboard.access.deeds import began, gave_way
from dashboard.access.identity import MONITOR, Who, who_of_session, who_of_token
from dashboard.access.known import Known, Memory, alive
from dashboard.access.refusing import Refusing
from dashboard.access.rounds import Rounds
from models.access.grants import Stations
from models.audit.deeds import Deed, Did, by_system, session_of
from models.records.access import ALL_STATIONS, WebSession
from models.records.base import Millis
from store import access
from store.audit import record
from store.database import Database
from store.errors import StorageError
from store.scopes import granted

P = TypeVar("P")

#: Name of the session's cookie.
COOKIE = "ssz_session"

#: A session's last use is written down at most this often, in ms.
TOUCH_MS = 60_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the cookie's value, shown to the browser once, and whose it is."""

    cookie: str
    who: Who


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives, in ms: since it began, and since it was last used."""

    life_ms: Millis
    idle_ms: Millis


class Keeper:
    """Knows who shows which cookie or token. Its plain methods block on the store; any thread may call them."""

    def __init__(
        self, db: Database, clock: Callable[[], Millis], limits: Limits, metrics_token: str | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._limits = limits
        self._metrics_token = metrics_token
        self.memory = Memory()
        self.refusing = Refusing(db, clock)
        self._rounds = Rounds(lambda digests: to_thread.run_sync(self._still, digests))
        self._later = ThreadPoolExecutor(max_workers=1, thread_name_prefix="session-use")

    @property
    def idle_ms(self) -> Millis:
        """How long a session lives unused."""
        return self._limits.idle_ms

    def now(self) -> Millis:
        """The clock sessions end by."""
        return self._clock()

    async def session(self, cookie: str) -> Who | None:
        """Whose session a cookie's value opens; None: nobody's, ended or revoked.

        Raises:
            StorageError: the store cannot be read and nothing is remembered.
        """
        return await to_thread.run_sync(self.find, cookie)

    async def token(self, bearer: str, metrics: bool = False) -> Who | None:
        """Whose token it is; with `metrics` the token of the settings counts too."""
        own = self._metrics_token
        if metrics and own is not None and compare_digest(bearer.encode(), own.encode()):
            return MONITOR
        return await to_thread.run_sync(self._find_token, bearer)

    async def still(self, who: Who, used: bool = False) -> bool:
        """Whether an open WebSocket's session lives, and is what it was when the WebSocket was opened: one whose role
        or stations have changed ends, and the browser opens it anew with what it may see now. `used`: that it is open
        is a use of the session.

        While the store cannot be read, what was known holds.
        """
        if not await self._rounds.holds(who.digest):
            return False
        known = self.memory.get(who.digest)
        if used and known is not None:
            self._used(known, self._clock())
        return known is None or (known.row.role, known.stations) == (who.role, who.stations)

    def find(self, cookie: str, used: bool = True) -> Who | None:
        """`session`, blocking; for scripts. `used`: somebody did something, it was no timer of a page."""
        known = self._live(digest_of(cookie), used)
        return None if known is None else who_of_session(known.row, known.stations)

    def sign_in(self, link: str, old_cookie: str = "") -> SignedIn | LinkProblem:
        """Exchange a one-time link for a new session; the browser's former session ends.

        Raises:
            StorageError: the store cannot be written; the link is still good.
        """
        return self.begin(lambda tx, new: by_link(tx, digest_of(link), new), old_cookie)

    def open_kiosk(self, link: str, old_cookie: str = "") -> SignedIn | LinkProblem:
        """Begin a screen's session by a kiosk link, which stays good for the next screen; the browser's former
        session ends.

        Raises:
            StorageError: the store cannot be written.
        """
        return self.begin(lambda tx, new: by_kiosk(tx, digest_of(link), new), old_cookie)

    def begin(self, exchange: Exchange[P], old_cookie: str, origin: Origin = NOWHERE) -> SignedIn | P:
        """A session of its own for the browser, if the exchange gives one; what it had before ends in the same
        breath. What else the exchange gives is handed on, and what it wrote is kept.

        Raises:
            StorageError: the store cannot be written; nothing was exchanged.
        """
        now, cookie = self._clock(), secrets.token_urlsafe(32)
        with self._db.write() as tx:
            row = exchange(tx, Beginning(digest_of(cookie), now, self._limits.life_ms, origin))
            if not isinstance(row, WebSession):
                return row
            if old_cookie and (former := access.revoke_session(tx, digest_of(old_cookie), now)) is not None:
                record(tx, gave_way(former, origin, now))
            access.add_session(tx, row)
            record(tx, began(row, now))
            who = who_of_session(row, granted(tx.conn, [row.stations])[0])
        if old_cookie:
            self.memory.forget(digest_of(old_cookie))
        return SignedIn(cookie, who)

    def sign_out(self, who: Who, address: str = "") -> None:
        """End a session at once."""
        with self._db.write() as tx:
            access.revoke_session(tx, who.digest, self._clock())
            session = session_of(who.digest)
            record(tx, Deed(self._clock(), who.name, who.role, session, address, Did.SESSION_LEFT))
        self.memory.forget(who.digest)

    def new_link(self, name: str, role: str, life_ms: Millis, stations: str = ALL_STATIONS) -> str:
        """A one-time sign-in link's secret value."""
        value = secrets.token_urlsafe(32)
        with self._db.write() as tx:
            access.add_link(tx, digest_of(value), name, role, stations, self._clock() + life_ms)
            record(tx, by_system(self._clock(), Did.LINK_MADE, object=f"link:{name}", detail=role))
        return value

    def close(self) -> None:
        """Wait for what is still to be written down."""
        self._later.shutdown(wait=True)
        self.refusing.close()

    def _find_token(self, bearer: str) -> Who | None:
        with self._db.read() as conn:
            row = access.token(conn, digest_of(bearer))
            if row is None or row.revoked_at is not None:
                return None
            return who_of_token(row, granted(conn, [row.stations])[0])

    def _still(self, digests: Collection[str]) -> set[str]:
        """Those of the sessions that live, by one look at the store."""
        now, reading = self._clock(), self.memory.round
        try:
            with self._db.read() as conn:
                rows = access.sessions(conn, digests)
                meant = granted(conn, [row.stations for row in rows])
        except StorageError:
            # Only the store can revoke: what is not remembered holds, what is remembered may have run out.
            known = {digest: self.memory.get(digest) for digest in digests}
            return {digest for digest, one in known.items() if one is None or self._alive(one, now)}
        found = {row.hash: (row, stations) for row, stations in zip(rows, meant, strict=True)}
        return {digest for digest in digests if self._take(digest, found.get(digest), now, reading)}

    def _take(self, digest: str, found: tuple[WebSession, Stations] | None, now: Millis, reading: int) -> bool:
        """Remember a session as it was read, and say whether it lives."""
        before = self.memory.get(digest)
        known = Known(*found, now, before.touched_at if before else 0, reading) if found else None
        if known is None or not self._alive(known, now):
            self.memory.forget(digest)
            return False
        self.memory.keep(known)
        return True

    def _alive(self, known: Known, now: Millis) -> bool:
        return alive(known.row, now, self._limits.idle_ms, known.touched_at)

    def _used(self, known: Known, now: Millis) -> None:
        """Have a session's use written down if that was not done of late."""
        if now - max(known.row.used_at, known.touched_at) >= TOUCH_MS:
            self.memory.keep(replace(known, touched_at=now))
            self._later.submit(self._touch, known.row.hash, now)

    def _live(self, digest: str, used: bool) -> Known | None:
        now = self._clock()
        known = self.memory.get(digest)
        if known is None or not self.memory.fresh(known, now):
            try:
                known = self._read(digest, now, known)
            except StorageError:
                # A wall must go on showing alarms while the store is away, and nobody can revoke meanwhile.
                if known is None:
                    raise
        if known is None or not self._alive(known, now):
            return None
        if used:
            self._used(known, now)
        return known

    def _read(self, digest: str, now: Millis, before: Known | None) -> Known | None:
        reading = self.memory.round
        with self._db.read() as conn:
            row = access.session(conn, digest)
            stations = granted(conn, [row.stations])[0] if row else None
        touched_at = before.touched_at if before else 0
        if row is None or not alive(row, now, self._limits.idle_ms, touched_at):
            self.memory.forget(digest)
            return None
        known = Known(row, stations, now, touched_at, reading)
        self.memory.keep(known)
        return known

    def _touch(self, digest: str, now: Millis) -> None:
        try:
            with self._db.write(patience_s=1.0) as tx:
                access.touch_session(tx, digest, now)
        except StorageError:
            return  # the next use, a minute on, writes it down
