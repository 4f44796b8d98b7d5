"""Ingest held back while a queue builds up: somebody else holds the lease of its lane, so the product waits idle.

Nothing of the product is stopped or frozen, the wall stays open; on release it takes over as after any fail-over.
"""

from __future__ import annotations

import threading

from ingest.holder import holder_name
from ingest.supervisor import LEASE_MS
from store import leases
from store.database import open_database
from tests.fault.product import now_ms

LEASE = "lane:main"


class Held:
    """Holds the lease of the product's worker until `release`."""

    def __init__(self, url: str) -> None:
        self._db = open_database(url)
        self._name = holder_name()
        self._done = threading.Event()
        with self._db.write() as tx:
            other = leases.holder(tx.conn, LEASE, now_ms())
            if other is not None:
                leases.release(tx, LEASE, other)
            assert leases.take(tx, LEASE, self._name, now_ms(), LEASE_MS)
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def _renew(self) -> None:
        while not self._done.wait(1.0):
            with self._db.write() as tx:
                leases.renew(tx, LEASE, self._name, now_ms(), LEASE_MS)

    def release(self) -> None:
        """Let the product go on."""
        self._done.set()
        self._thread.join()
        with self._db.write() as tx:
            leases.release(tx, LEASE, self._name)
        self._db.close()
