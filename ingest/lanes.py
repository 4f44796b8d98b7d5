"""A lane: a bounded wait between the network threads and one worker that stores batches and then acknowledges them.

Nothing is acknowledged before it is stored, nothing waits without a bound, and while the store is busy or full the
batch is kept and tried again; the network threads go on answering pings.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from store.errors import StorageBrokenError, StorageBusyError, StorageError, StorageFullError

log = logging.getLogger("ingest.lane")

#: Most payload bytes that wait in a lane before its connections stop reading.
MOST_BYTES = 16 * 1024 * 1024

#: Waits between two attempts to store, in s: doubled from the first to the second.
_FIRST_S, _LONGEST_S = 0.05, 1.0


class Acknowledger(Protocol):
    """The connection messages came on."""

    def ack(self, mids: Sequence[int], generation: int) -> bool:
        """Acknowledge messages of one connection."""


class Waiting(NamedTuple):
    """Messages of one read, and the connection they came on."""

    link: Acknowledger
    arrivals: Arrivals


class Handler(Protocol):
    """What a lane does with its messages."""

    def store(self, batch: Sequence[Arrivals]) -> None:
        """Store a batch in one transaction.

        Raises:
            StorageError: nothing was written; the same batch is brought again.
        """

    def set_aside(self, message: Message, received_at: int, error: Exception) -> None:
        """Quarantine the one message that cannot be stored, so that its neighbours can."""

    def broken(self, batch: Sequence[Arrivals]) -> bool:
        """The database is broken: True when the batch is safe elsewhere and may be acknowledged."""


class _StopError(Exception):
    """The lane is told to stop while a batch waits for the store."""


def _storage_word(error: StorageError) -> str:
    if isinstance(error, StorageFullError):
        return "full"
    return "slow" if isinstance(error, StorageBusyError) else "broken"


class Lane:
    """One worker thread and its waiting room. `on_storage` is told `ok`, `slow`, `full` or `broken` on a change."""

    def __init__(
        self,
        name: str,
        handler: Handler,
        batch_size: int,
        batch_wait_s: float,
        on_storage: Callable[[str, str], None] = lambda lane, word: None,
        capacity: int | None = None,
    ) -> None:
        """A lane that is not yet running. At most `capacity` messages wait (None: four batches), and `MOST_BYTES`."""
        self.name = name
        self.storage = "ok"
        self._handler = handler
        self._batch_size = batch_size
        self._batch_wait_s = batch_wait_s
        self._capacity = capacity or 4 * batch_size
        self._on_storage = on_storage
        self._waiting: deque[Waiting] = deque()
        self._count = 0
        self._bytes = 0
        self._unsafe: set[int] = set()  # id() of messages of the batch at hand that are stored nowhere
        self._condition = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)

    @property
    def waiting(self) -> int:
        """Messages that wait at this moment."""
        return self._count

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the batch at hand; what waits is not acknowledged and comes again."""
        self._stop.set()
        with self._condition:
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join(15)

    def put(self, link: Acknowledger, arrivals: Arrivals) -> None:
        """Take messages from a network thread. Never waits: `room` is asked before the socket is read."""
        size = sum(len(message[1]) for message in arrivals.messages)
        step = self._batch_size
        parts = [arrivals.messages[at : at + step] for at in range(0, len(arrivals.messages), step)]
        with self._condition:
            self._waiting.extend(Waiting(link, arrivals._replace(messages=part)) for part in parts)
            self._count += len(arrivals.messages)
            self._bytes += size
            self._condition.notify_all()

    def room(self, wait_s: float) -> bool:
        """Whether more may be read, waiting that long for it."""
        if self._has_room():
            return True
        with self._condition:
            return self._condition.wait_for(lambda: self._has_room() or self._stop.is_set(), wait_s)

    def _has_room(self) -> bool:
        return self._count < self._capacity and self._bytes < MOST_BYTES

    def _gather(self) -> list[Waiting]:
        """A batch: what waits, after giving a small one a moment to grow."""
        with self._condition:
            self._condition.wait_for(lambda: self._count or self._stop.is_set())
            if self._count < self._batch_size and self._batch_wait_s:
                self._condition.wait_for(
                    lambda: self._count >= self._batch_size or self._stop.is_set(), self._batch_wait_s
                )
            batch: list[Waiting] = []
            taken = 0
            while self._waiting:
                number = len(self._waiting[0].arrivals.messages)
                if batch and taken + number > self._batch_size:
                    break
                taken += number
                batch.append(self._waiting.popleft())
            self._count -= taken
            self._bytes -= sum(len(message[1]) for item in batch for message in item.arrivals.messages)
            self._condition.notify_all()
            return batch

    def _run(self) -> None:
        while not self._stop.is_set():
            batch = self._gather()
            if not batch or self._stop.is_set():
                continue
            self._unsafe.clear()
            try:
                self._settle([item.arrivals for item in batch])
            except _StopError:
                return
            for link, arrivals in batch:
                safe = [message[2] for message in arrivals.messages if message[2] and id(message) not in self._unsafe]
                link.ack(safe, arrivals.generation)

    def _settle(self, batch: list[Arrivals]) -> None:
        """Store a batch; if it cannot be stored, halve it until the one message at fault stands alone."""
        try:
            self._until_stored(lambda: self._handler.store(batch), batch)
        except _StopError:
            raise
        except Exception as error:  # noqa: BLE001 - ours or a value the database refuses: the neighbours must be stored
            first, second = _halves(batch)
            if second:
                self._settle(first)
                self._settle(second)
            else:
                self._alone(first[0], error)

    def _alone(self, arrivals: Arrivals, error: Exception) -> None:
        message = arrivals.messages[0]
        log.error("%s: a message on %r cannot be stored, set aside", self.name, message[0], exc_info=error)
        try:
            self._until_stored(lambda: self._handler.set_aside(message, arrivals.received_at, error), [arrivals])
        except _StopError:
            raise
        except Exception:
            # A fault of ours twice over. The lane must live; the broker keeps the message and brings it again.
            log.exception("%s: a message on %r cannot even be set aside", self.name, message[0])
            self._unsafe.add(id(message))

    def _until_stored(self, store: Callable[[], None], batch: list[Arrivals]) -> None:
        wait_s = _FIRST_S
        while True:
            try:
                store()
            except StorageBrokenError as error:
                self._tell(error)
                if self._handler.broken(batch):
                    return
            except StorageError as error:
                self._tell(error)
            else:
                self._tell(None)
                return
            if self._stop.wait(wait_s):
                raise _StopError
            wait_s = min(wait_s * 2, _LONGEST_S)

    def _tell(self, error: StorageError | None) -> None:
        word = _storage_word(error) if error else "ok"
        if word == self.storage:
            return
        self.storage = word
        if error:
            log.warning("%s: storage %s, waiting: %s", self.name, word, error)
        else:
            log.warning("%s: storage is back", self.name)
        self._on_storage(self.name, word)


def _halves(batch: list[Arrivals]) -> tuple[list[Arrivals], list[Arrivals]]:
    """The batch in two parts; the second is empty when there is but one message."""
    whole = [arrivals._replace(messages=[message]) for arrivals in batch for message in arrivals.messages]
    middle = (len(whole) + 1) // 2
    return whole[:middle], whole[middle:]
