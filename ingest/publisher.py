"""Drains the outbox: what is to be published goes out at QoS 1 and is marked sent after its acknowledgement."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from ingest.sources.mqtt_publish import Outgoing, Sender
from models.happenings import Happening, SignalStored
from models.picture import Picture
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store import outbox
from store.database import Database, Lane
from store.errors import StorageError
from store.follower import Follower

log = logging.getLogger("ingest.publisher")

#: How often the outbox is looked at when nothing wakes the publisher, in s.
POLL_S = 0.5

#: How long the acknowledgements of a round are waited for, in s.
_ROUND_S = 5.0


class Publisher:
    """One thread; works only while `may_publish()` says that this process holds the lease of the outbox."""

    def __init__(
        self,
        db: Database,
        follower: Follower,
        sender: Sender,
        clock: Callable[[], Millis],
        may_publish: Callable[[], bool],
    ) -> None:
        """A publisher that is not yet running."""
        self._db = db
        self._follower = follower
        self._sender = sender
        self._clock = clock
        self._may_publish = may_publish
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin; commits that can have put something into the outbox wake it at once."""
        self._unsubscribe = self._follower.subscribe(self._happened)
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is not sent stays in the outbox."""
        self._unsubscribe()
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_ROUND_S + 2)

    def _happened(self, picture: Picture, seq: int, happenings: Sequence[Happening]) -> None:
        if any(isinstance(item, AlarmNow | SignalStored) for item in happenings):
            self._wake.set()

    def _run(self) -> None:
        down = False
        while not self._stop.is_set():
            self._wake.wait(POLL_S)
            self._wake.clear()
            if self._stop.is_set() or not self._sender.connected or not self._may_publish():
                continue
            try:
                while self.drain_once() and not self._stop.is_set():
                    pass
                down = False
            except StorageError as error:
                if not down:
                    log.warning("outbox cannot be read: %s", error)
                down = True

    def drain_once(self) -> bool:
        """Publish one round in order; True when all of it went out and there may be more.

        Raises:
            StorageError: the outbox could not be read, or the messages not be marked; they go out again.
        """
        with self._db.read() as conn:
            rows = outbox.pending(conn)
        if not rows:
            return False
        messages = [Outgoing(row.topic, row.payload.encode(), row.retain) for row in rows]
        taken = self._sender.send(messages, _ROUND_S)
        ids = [row.id for row, ok in zip(rows, taken, strict=True) if ok]
        if ids:
            with self._db.write(Lane.ALARM) as tx:
                outbox.sent(tx, ids, self._clock())
        return len(ids) == len(rows)
