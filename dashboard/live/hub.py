"""The pump: four times a second, and at once for an alarm, what changed goes to every viewer.

Everything here runs in the server's loop, except the `on_...` methods and the follower's listener: these are
called by other threads and only hand over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence

from dashboard.live.arrivals import Arrivals
from dashboard.live.frames import Header
from dashboard.live.status import Broker, Disk, FeedStatus, Storage
from dashboard.live.telling import Teller
from dashboard.live.viewers import Viewer
from dashboard.live.views import NO_NAMES, Names, Scope, Shown, ground_version, replay_runs, shown_alarms
from models.happenings import Happening, RegisterChanged, SignalStored
from models.picture import Picture
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.sos import Signal
from store.errors import StorageError
from store.follower import Follower

_LOG = logging.getLogger(__name__)

#: Pause between two ticks, in s.
TICK_S = 0.25

#: How long after a failed read of the register it is tried again, in ms.
_AGAIN_MS = 1000

#: A unit of kind `replay` heard this recently means that a replay runs, in ms.
_REPLAY_MS = 60_000


def steady_ms() -> Millis:
    """A clock in ms that never jumps; its zero means nothing."""
    return time.monotonic_ns() // 1_000_000


class Hub:
    """Feeds every open map of this process. `start` and `stop` belong into the server's lifespan."""

    def __init__(
        self,
        follower: Follower,
        status: FeedStatus,
        load_names: Callable[[], Names],
        *,
        boot: str,
        clock: Callable[[], Millis],
        steady: Callable[[], Millis] = steady_ms,
        tick_s: float = TICK_S,
        stored: Iterable[str] = (),
    ) -> None:
        """`stored` names presses that were safe before this process began: sent again, they are not shown anew."""
        self.boot = boot
        self._follower = follower
        self._status = status
        self._load_names = load_names
        self._clock = clock
        self._steady = steady
        self._tick_s = tick_s
        self._teller = Teller()
        self._arrivals = Arrivals()
        for key in stored:
            self._arrivals.stored(key)
        self._arrivals_changed = False
        self._names: Names = NO_NAMES
        self._names_wanted = True
        self._names_at: Millis = 0
        self._urgent = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to follow and to pump, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._unsubscribe = self._follower.subscribe(self._happened)
        await self._read_names()
        self._flush()
        self._pump = asyncio.create_task(self._run(), name="live-pump")
        self._pump.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Stop, and have every viewer's connection closed."""
        self._unsubscribe()
        self._loop = None
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._close_viewers()

    @property
    def alive(self) -> bool:
        """Whether the pump runs; `/readyz` fails when it does not."""
        return self._pump is not None and not self._pump.done()

    @property
    def viewers(self) -> int:
        """How many screens are connected."""
        return len(self._teller.viewers)

    @property
    def ground(self) -> str:
        """Version of what does not move."""
        return ground_version(self.boot, self._follower.picture)

    def now(self) -> Millis:
        """The wall clock, ms."""
        return self._clock()

    def attach(self, scope: Scope) -> Viewer:
        """A new viewer; its first frame is a snapshot. In the loop."""
        viewer = Viewer(scope)
        self._teller.viewers.add(viewer)
        return viewer

    def detach(self, viewer: Viewer) -> None:
        """Forget a viewer. In the loop."""
        self._teller.viewers.discard(viewer)

    async def next_frame(self, viewer: Viewer) -> str | None:
        """The viewer's next frame (a snapshot when it is new or fell behind); None when the feed is stopping."""
        while not viewer.closed:
            await viewer.wait()
            if viewer.behind and not viewer.closed:
                return self._teller.snapshot(viewer, self._clock())
            frame = viewer.take()
            if frame is not None:
                return frame
        return None

    def on_arrival(self, signal: Signal) -> None:
        """A press has arrived, mapped to its station, and is about to be stored. Any thread."""
        self._soon(self._arrived, signal)

    def on_beat(self, worker: str, at: Millis) -> None:
        """A worker's heartbeat was seen on the broker. Any thread."""
        self._soon(lambda: self._status.beat_seen(worker, at, self._steady()))

    def on_broker(self, state: Broker) -> None:
        """The broker's connection went or came: `ok`, `down` or `demo`. Any thread."""
        self._soon(self._status.set_broker, state)

    def on_storage(self, state: Storage) -> None:
        """What writers meet: `ok`, `slow`, `full` or `readonly`. Any thread."""
        self._soon(self._status.set_storage, state)

    def on_disk(self, state: Disk) -> None:
        """The space left for the data: `ok`, `low` or `full`. Any thread."""
        self._soon(self._status.set_disk, state)

    def _happened(self, picture: Picture, seq: int, happenings: Sequence[Happening]) -> None:
        """The follower's listener: only what cannot wait for the next tick wakes the loop."""
        words = [
            item for item in happenings if isinstance(item, AlarmNow | SignalStored | Heartbeat | RegisterChanged)
        ]
        if words:
            self._soon(self._heard, words)

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
        self._arrivals_changed = True
        self._flush_soon()

    def _heard(self, words: Sequence[Happening]) -> None:
        for word in words:
            if isinstance(word, SignalStored):
                self._arrivals_changed |= self._arrivals.stored(word.key)
            elif isinstance(word, Heartbeat):
                self._status.beat_stored(word.worker, word.at, self._steady())
            elif isinstance(word, RegisterChanged) and word.register == "units":
                self._names_wanted = True
        if any(isinstance(word, AlarmNow | SignalStored) for word in words):
            self._flush_soon()

    def _flush_soon(self) -> None:
        """One flush for all that is urgent in this turn of the loop."""
        if not self._urgent and self._loop is not None:
            self._urgent = True
            self._loop.call_soon(self._flush)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            if self._names_wanted and self._steady() - self._names_at >= _AGAIN_MS:
                await self._read_names()
            self._flush()

    async def _read_names(self) -> None:
        self._names_at = self._steady()
        self._names_wanted = False
        try:
            self._names = await asyncio.to_thread(self._load_names)
        except StorageError as error:
            self._names_wanted = True
            _LOG.warning("register of units cannot be read: %s", error)

    def _flush(self) -> None:
        """Tell every viewer what changed since the last time."""
        self._urgent = False
        shown = self._shown()
        picture = shown.picture
        now, steady = self._clock(), self._steady()
        self._status.press_waiting(self._arrivals.oldest)
        header = Header(
            boot=self.boot,
            seq=picture.seq,
            now=now,
            feed=self._status.feed(now, steady, replay_runs(picture, shown.names, now - _REPLAY_MS)),
            ground=ground_version(self.boot, picture),
        )
        self._teller.tell(shown, header, steady)

    def _shown(self) -> Shown:
        """What is to be shown now; the very object told last when nothing changed."""
        told, picture = self._teller.told, self._follower.picture
        alarms = told.alarms
        if picture.alarms is not told.picture.alarms or self._arrivals_changed:
            self._arrivals_changed = False
            alarms = shown_alarms(picture, self._arrivals.due(self._steady(), picture))
        if picture is told.picture and self._names is told.names and alarms is told.alarms:
            return told
        return Shown(picture, self._names, alarms)

    def _close_viewers(self) -> None:
        for viewer in self._teller.viewers:
            viewer.close()

    def _ended(self, pump: asyncio.Task[None]) -> None:
        if not pump.cancelled() and pump.exception() is not None:
            _LOG.critical("live feed stopped", exc_info=pump.exception())
            self._close_viewers()
