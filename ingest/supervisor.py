"""Who writes: a lease in the database decides which of two workers of one name connects; the other waits its turn.

Also told here: which connections stand, and, as a happening, when they went and came back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ingest.holder import holder_name, is_gone
from ingest.sources.mqtt import Link
from ingest.status import IngestStatus
from models.happenings import SourceState
from models.records.base import Millis
from store import leases
from store.database import Database, Lane, Tx
from store.errors import StorageBrokenError, StorageError

log = logging.getLogger("ingest.supervisor")

#: A lease lasts this long without renewal, in ms; with `TICK_S` a take-over takes at most 8 s, and on one machine,
#: where a dead holder is seen to be dead, at most `TICK_S`.
LEASE_MS = 6_000

#: Time between two renewals, in s.
TICK_S = 2.0

#: Lease of the outbox: one process of all publishes.
OUTBOX = "outbox"


class Supervisor:
    """Holds the leases, starts and stops the connections accordingly, and keeps the status.

    `make_links(alarms_only)` makes fresh connections; they are started here.
    """

    def __init__(
        self,
        db: Database,
        clock: Callable[[], Millis],
        status: IngestStatus,
        make_links: Callable[[bool], dict[str, Link]],
        on_status: Callable[[IngestStatus], None] | None = None,
    ) -> None:
        """A supervisor that does nothing yet."""
        self._db = db
        self._clock = clock
        self._make_links = make_links
        self._on_status = on_status
        self._status = status
        self._source = f"mqtt:{status.worker}"
        self._holder = holder_name()
        self._links: dict[str, Link] = {}
        self._broken = False
        self._led: bool | None = None
        self._untold: SourceState | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    @property
    def status(self) -> IngestStatus:
        """How the worker is now."""
        return self._status

    def publishes(self) -> bool:
        """Whether this process holds the lease of the outbox."""
        return self._status.publishes

    def start(self) -> None:
        """Compete for the lease and connect when it is had."""
        self._thread.start()

    def stop(self) -> None:
        """Disconnect and give the leases back."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(15)
        self._disconnect()
        try:
            with self._db.write(Lane.ALARM, 1.0) as tx:
                leases.release(tx, self._lane_lease, self._holder)
                leases.release(tx, OUTBOX, self._holder)
        except StorageError as error:
            log.info("leases run out by themselves: %s", error)

    @property
    def _lane_lease(self) -> str:
        return f"lane:{self._status.worker}"

    def link_state(self, name: str, connected: bool, detail: str) -> None:
        """A connection went or came; called by the connections on their own threads."""
        with self._lock:
            links = MappingProxyType({**self._status.links, name: connected})
            self._change(links=links)
            down = sorted(name for name, up in links.items() if not up)
            words = f"{', '.join(down)}: {detail}" if down else str(self._status.kind)
            self._untold = SourceState(self._source, self._clock(), not down, words)
        self._wake.set()

    def storage_state(self, lane: str, word: str) -> None:
        """A lane's storage changed; called by the lanes on their own threads."""
        with self._lock:
            self._change(storage=MappingProxyType({**self._status.storage, lane: word}))

    def _change(
        self,
        leads: bool | None = None,
        publishes: bool | None = None,
        links: Mapping[str, bool] | None = None,
        storage: Mapping[str, str] | None = None,
    ) -> None:
        now = self._status
        after = replace(
            now,
            leads=now.leads if leads is None else leads,
            publishes=now.publishes if publishes is None else publishes,
            links=now.links if links is None else links,
            storage=now.storage if storage is None else storage,
        )
        if after != now:
            self._status = after
            if self._on_status:
                self._on_status(after)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._tick()
            self._wake.wait(TICK_S)
            self._wake.clear()

    def _tick(self) -> None:
        with self._lock:
            untold = self._untold
        try:
            # First in the queue, like an SOS: without the lease no SOS is taken, and it writes one row.
            with self._db.write(Lane.ALARM, TICK_S) as tx:
                leads = self._take(tx, self._lane_lease)
                publishes = leads and self._take(tx, OUTBOX)
                if untold and leads:
                    tx.tell(untold)
        except StorageBrokenError as error:
            self._connect_for_alarms(error)
            return
        except StorageError:
            return  # nobody can take the lease from us meanwhile: that, too, needs the database
        with self._lock:
            if self._untold is untold:
                self._untold = None
            self._change(publishes=publishes)
        self._follow_lease(leads)

    def _take(self, tx: Tx, lease: str) -> bool:
        now = self._clock()
        if leases.take(tx, lease, self._holder, now, LEASE_MS):
            return True
        other = leases.holder(tx.conn, lease, now)
        if other is None or not is_gone(other):
            return False
        leases.release(tx, lease, other)
        return leases.take(tx, lease, self._holder, now, LEASE_MS)

    def _follow_lease(self, leads: bool) -> None:
        if leads == self._led and not self._broken:
            return
        if self._broken:
            self._broken = False
            self.storage_state("supervisor", "ok")
        self._led = leads
        if leads:
            log.info("worker %s writes", self._status.worker)
            self._connect(alarms_only=False)
        else:
            log.warning("worker %s is idle: another process of this name writes", self._status.worker)
            self._disconnect()
        with self._lock:
            self._change(leads=leads)

    def _connect_for_alarms(self, error: StorageError) -> None:
        if self._broken:
            return
        self._broken = True
        log.error("the database is broken, only alarms are taken: %s", error)
        self._connect(alarms_only=True)
        self.storage_state("supervisor", "broken")

    def _connect(self, alarms_only: bool) -> None:
        self._disconnect()
        self._links = self._make_links(alarms_only)
        with self._lock:
            self._change(links=MappingProxyType(dict.fromkeys(self._links, False)))
        for link in self._links.values():
            link.start()

    def _disconnect(self) -> None:
        for link in self._links.values():
            link.stop()
        self._links = {}
        with self._lock:
            self._change(links=MappingProxyType({}))
