"""The live picture of this process: restored from the store, then following the change log.

Woken by an in-process commit, by PostgreSQL's NOTIFY, or by looking every `POLL_S`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from models.fold import apply_all, forget_closed
from models.happenings import Happening, from_json
from models.picture import Picture
from models.records.base import Millis
from store import changes
from store.database import CHANNEL, Database
from store.errors import StorageError
from store.restore_picture import restore

_LOG = logging.getLogger(__name__)

#: Longest time a commit of another process stays unseen (SQLite; PostgreSQL when a NOTIFY is lost), in seconds.
POLL_S = 0.1

#: Most change-log rows read at once.
CHUNK = 500

#: How long a closed alarm stays in the picture, so that an old word about it cannot reopen it, in ms.
_CLOSED_MS = 24 * 3_600_000

Listener = Callable[[Picture, int, Sequence[Happening]], None]


class Follower:
    """Holds the picture: one immutable value behind one lock. Readers take `picture`, they never copy it."""

    def __init__(self, db: Database, clock: Callable[[], Millis]) -> None:
        self._db = db
        self._clock = clock
        self._lock = threading.RLock()
        self._listeners: tuple[Listener, ...] = ()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._threads: list[threading.Thread] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self._down = False
        self.picture = Picture()

    def start(self) -> None:
        """Restore the picture and follow.

        Raises:
            StorageError: the picture could not be restored.
        """
        with self._db.read() as conn:
            self.picture = restore(conn, self._clock())
        self._unsubscribe = self._db.on_commit(self._committed)
        self._threads = [threading.Thread(target=self._follow, name="follower", daemon=True)]
        if self._db.dialect == "postgresql":
            self._threads.append(threading.Thread(target=self._listen, name="follower-listen", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop following; the picture stays as it is."""
        self._unsubscribe()
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have a listener told (picture, change number, happenings) after each fold; returns how to stop it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(known for known in self._listeners if known is not listener)

        return unsubscribe

    def catch_up(self, conn: Connection) -> None:
        """Fold what others have committed. Inside a writing transaction this makes the picture exact."""
        while True:
            with self._lock:
                rows = changes.since(conn, self.picture.seq, CHUNK)
                for seq, body in rows:
                    self._fold(seq, from_json(body))
            if len(rows) < CHUNK:
                return

    def _committed(self, seq: int, happenings: Sequence[Happening]) -> None:
        with self._lock:
            if seq == self.picture.seq + 1:
                self._fold(seq, happenings)
            else:
                self._wake.set()  # another process wrote in between: read the log

    def _fold(self, seq: int, happenings: Sequence[Happening]) -> None:
        if seq <= self.picture.seq:
            return
        self.picture = apply_all(self.picture, happenings, seq)
        for listener in self._listeners:
            listener(self.picture, seq, happenings)

    def _follow(self) -> None:
        tidy_at = self._clock()
        while not self._stop.is_set():
            self._wake.wait(POLL_S)
            self._wake.clear()
            try:
                with self._db.read() as conn:
                    self.catch_up(conn)
                if self._down:
                    _LOG.warning("change log is back")
                self._down = False
            except StorageError as error:
                if not self._down:
                    _LOG.warning("change log cannot be read: %s", error)
                self._down = True
            now = self._clock()
            if now - tidy_at > _CLOSED_MS // 24:
                tidy_at = now
                with self._lock:
                    self.picture = forget_closed(self.picture, now - _CLOSED_MS)

    def _listen(self) -> None:
        import psycopg  # here: a start on SQLite need not wait for it

        url = make_url(self._db.url).set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._stop.is_set():
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=3) as conn:
                    conn.execute(f"LISTEN {CHANNEL}")
                    while not self._stop.is_set():
                        for _notice in conn.notifies(timeout=1, stop_after=1):
                            self._wake.set()
            except psycopg.Error:
                self._stop.wait(1)  # polling goes on meanwhile
