"""Keeps the device registry of this process fresh: one frozen value, loaded again when a register changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from ingest.sources.http_rate import Buckets
from models.happenings import Happening, RegisterChanged
from models.picture import Picture
from models.records.base import UNKNOWN_STATION, Millis
from store.database import Database
from store.errors import StorageError
from store.follower import Follower
from store.registry import Registry, load

log = logging.getLogger("ingest.registry")

#: Loaded again after this even when nobody told of a change, in s.
RELOAD_S = 10.0

#: So often a second a stranger has the change log read before it is called one; after a pause so many at once.
#: Beyond that the registry is what was read last, 0.1 s ago at most: made-up names must not cost a read each.
LOOKS_PER_S, LOOKS_AT_ONCE = 20, 20

#: Registers the value is made of; who may speak (a camera point, a red box too) is told as `devices`.
_REGISTERS = frozenset({"devices", "stations", "zones", "boxes", "units"})


def steady_ms() -> Millis:
    """A clock in ms that never jumps; its zero means nothing."""
    return time.monotonic_ns() // 1_000_000


class RegistryKeeper:
    """`registry` is what is known of devices and stations now; empty until the store could be read."""

    def __init__(self, db: Database, follower: Follower, steady: Callable[[], Millis] = steady_ms) -> None:
        """A keeper that has loaded nothing yet. `steady` is a clock in ms that never jumps."""
        self.registry = Registry()
        self._db = db
        self._follower = follower
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="registry", daemon=True)
        self._loading = threading.Lock()
        self._looks = Buckets(steady, LOOKS_PER_S, LOOKS_AT_ONCE)
        self._outdated = False
        self._down = False

    def __call__(self) -> Registry:
        """The registry now."""
        return self.registry

    def start(self) -> None:
        """Follow, and load again by itself from now on."""
        self.follow()
        self._thread.start()

    def follow(self) -> None:
        """Hear of changes, and load: in this order none falls between."""
        self._unsubscribe = self._follower.subscribe(self._happened)
        self.reload()

    def stop(self) -> None:
        """Stop following."""
        self._unsubscribe()
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def reload(self) -> None:
        """Load now; when the store cannot be read the value stays as it was, said once in the log."""
        try:
            with self._loading:
                self._load()
            self._down = False
        except StorageError as error:
            if not self._down:
                log.warning("device registry cannot be read: %s", error)
            self._down = True

    def renewed(self) -> Registry:
        """The registry with every change that is committed by now: asked before a sender is called unknown.

        A look at the change log; it is loaded only when a station's register changed since. A stranger cannot make
        it load: that one waits for approval is no such change.

        Raises:
            StorageError: the store cannot be read; whether the sender is known is not known.
        """
        with self._loading:
            look = self._looks.allow("")
        if look:
            with self._db.read() as conn:
                self._follower.catch_up(conn)
        with self._loading:
            if self._outdated:
                self._load()
        return self.registry

    def _load(self) -> None:
        """Load, the lock held. What changes meanwhile is told after this began, and makes it outdated again."""
        self._outdated = False
        try:
            with self._db.read() as conn:
                self.registry = load(conn)
        except StorageError:
            self._outdated = True
            raise

    def _happened(self, picture: Picture, seq: int, happenings: Sequence[Happening]) -> None:
        changed = [item for item in happenings if isinstance(item, RegisterChanged) and item.register in _REGISTERS]
        if any(item.station != UNKNOWN_STATION for item in changed):
            self._outdated = True
        if changed:
            self._wake.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(RELOAD_S)
            self._wake.clear()
            if not self._stop.is_set():
                self.reload()
