"""What other threads say to the feed, handed into the server's loop: presses, heartbeats, the state of broker, store
and disk, and of the follower's news only what cannot wait for the next tick."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from dashboard.live.arrivals import Arrivals
from dashboard.live.status import Broker, FeedStatus, Storage
from models.disk import Disk
from models.happenings import Happening, RegisterChanged, SignalStored
from models.picture import Picture
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.sos import Signal


class Intake:
    """The `on_...` methods and `happened` may be called from any thread and never wait; everything else runs in the
    loop. Until `open` and after `close` what is said is dropped."""

    def __init__(
        self,
        status: FeedStatus,
        steady: Callable[[], Millis],
        *,
        urgent: Callable[[], None],
        renamed: Callable[[], None],
        stirred: Callable[[], None],
        stored: Iterable[str] = (),
    ) -> None:
        """`urgent` is called in the loop when something must not wait for the tick, `renamed` when the register of
        units changed, `stirred` when anything did. `stored` names presses that were safe before this process."""
        self._status = status
        self._steady = steady
        self._urgent = urgent
        self._renamed = renamed
        self._stirred = stirred
        self._arrivals = Arrivals()
        for key in stored:
            self._arrivals.stored(key)
        self._changed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Take what is said from now on, in the running loop."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Take nothing any more."""
        self._loop = None

    def on_arrival(self, signal: Signal) -> None:
        """A press has arrived, mapped to its station, and is about to be stored."""
        self._soon(self._arrived, signal)

    def on_beat(self, worker: str, at: Millis) -> None:
        """A worker's heartbeat was seen on the broker."""
        self._soon(lambda: self._status.beat_seen(worker, at, self._steady()))

    def on_broker(self, state: Broker) -> None:
        """The broker's connection went or came: `ok`, `down` or `demo`."""
        self._soon(self._status.set_broker, state)

    def on_storage(self, state: Storage) -> None:
        """What writers meet: `ok`, `slow`, `full` or `readonly`."""
        self._soon(self._status.set_storage, state)

    def on_disk(self, state: Disk) -> None:
        """The space left for the data: `ok`, `low` or `full`."""
        self._soon(self._status.set_disk, state)

    def happened(self, picture: Picture, seq: int, happenings: Sequence[Happening]) -> None:
        """The follower's listener."""
        words = [
            item for item in happenings if isinstance(item, AlarmNow | SignalStored | Heartbeat | RegisterChanged)
        ]
        self._soon(self._heard, words)

    def waiting_changed(self) -> bool:
        """Whether other presses wait for their commit than when this was last asked."""
        changed, self._changed = self._changed, False
        return changed

    def waiting(self, picture: Picture) -> list[AlarmNow]:
        """Alarms of presses that wait for their commit too long to be kept back."""
        return self._arrivals.due(self._steady(), picture)

    @property
    def oldest(self) -> Millis | None:
        """Since when, in steady ms, the oldest press waits."""
        return self._arrivals.oldest

    def _soon(self, function: Callable[..., None], *arguments: object) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            self._loop = None  # closed between the look and the call: the server is stopping

    def _arrived(self, signal: Signal) -> None:
        if self._arrivals.arrived(signal, self._steady()) and self._loop is not None:
            self._loop.call_later((self._arrivals.grace_ms + 1) / 1000, self._due)

    def _due(self) -> None:
        self._changed = True
        self._urgent()

    def _heard(self, words: Sequence[Happening]) -> None:
        self._stirred()
        for word in words:
            if isinstance(word, SignalStored):
                self._changed |= self._arrivals.stored(word.key)
            elif isinstance(word, Heartbeat):
                self._status.beat_stored(word.worker, word.at, self._steady())
            elif isinstance(word, RegisterChanged) and word.register == "units":
                self._renamed()
        if any(isinstance(word, AlarmNow | SignalStored) for word in words):
            self._urgent()
