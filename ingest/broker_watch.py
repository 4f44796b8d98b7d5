"""Puts what our own broker refused into the counts and the quarantine: the feeds' health screen tells of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ingest.pipeline import Sorted
from ingest.sources.mosquitto_log import Refusal
from ingest.storing import Storing
from models.records.base import Millis, Rejected
from models.texts import clean
from store.errors import StorageError

log = logging.getLogger("ingest.broker")

#: How often the broker's log is looked at, in s.
LOOK_S = 1.0

#: Most refusals that wait for the store; beyond it the oldest are let go, which is said in the log.
MOST_WAITING = 10_000

#: Most refusals of one transaction.
_BATCH = 500

#: Source of a refusal, and its words.
SOURCE, DETAIL = "broker", "cut off by the broker"


class BrokerWatch:
    """A thread that asks for refusals and stores them. Their bytes are gone: only who and why is known."""

    def __init__(self, refused: Callable[[], list[Refusal]], storing: Storing, clock: Callable[[], Millis]) -> None:
        """`refused` gives what was refused since it was last asked."""
        self._refused = refused
        self._storing = storing
        self._clock = clock
        self._waiting: list[Refusal] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def look(self) -> None:
        """Look once. What the store does not take now waits for the next time."""
        self._waiting += self._refused()
        excess = len(self._waiting) - MOST_WAITING
        if excess > 0:
            log.warning("%d refusals of the broker are not counted: the storage does not take them", excess)
            del self._waiting[:excess]
        while self._waiting:
            rejected = [_rejected(item) for item in self._waiting[:_BATCH]]
            try:
                self._storing.write(Sorted(rejected=rejected, newest=self._clock()))
            except StorageError:
                return  # the lanes have said so
            del self._waiting[:_BATCH]

    def _run(self) -> None:
        said = ""
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
                said = ""
            except OSError as error:
                if str(error) != said:  # once, not each second
                    log.warning("the broker's log cannot be read: %s", error)
                said = str(error)


def _rejected(item: Refusal) -> Rejected:
    return Rejected(item.reason, "", b"", DETAIL, source=SOURCE, foreign_id=clean(item.client, 160))
