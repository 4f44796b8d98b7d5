"""The pump: some times a second at most, and at once for an alarm, what changed goes to every viewer.

Everything here runs in the server's loop. What other threads say comes in through `Hub.intake`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from dashboard.live.encoding import Header
from dashboard.live.intake import Intake
from dashboard.live.names import NamesReader
from dashboard.live.shown import FirstShown
from dashboard.live.status import FeedStatus
from dashboard.live.telling import Teller
from dashboard.live.versions import SheetVersions, Versions
from dashboard.live.viewers import Message, Viewer
from dashboard.live.views import Names, Shown, replay_runs, shown_alarms
from models.access.scope import Scope
from models.records.base import Millis
from store.follower import Follower

_LOG = logging.getLogger(__name__)

#: Pause between two ticks, in s. Of half a second from the broker to the pixel, drawing needs the greater part.
TICK_S = 0.15

#: What comes after a quiet tick is told once nothing more has come for `LULL_S`, in s, and after `GATHER_S` at the
#: latest: a unit alone does not wait, and units that report together are one frame.
LULL_S, GATHER_S = 0.04, 0.12

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
        first_shown: FirstShown | None = None,
    ) -> None:
        """`stored` names presses that were safe before this process began: sent again, they are not shown anew."""
        self.boot = boot
        self._follower = follower
        self._status = status
        self._clock = clock
        self._steady = steady
        self._tick_s = tick_s
        self._teller = Teller()
        self._versions = Versions(boot)
        self._first_shown = first_shown
        self._noting: asyncio.Task[None] | None = None
        self._names = NamesReader(load_names, steady)
        self.intake = Intake(
            status, steady, urgent=self._flush_soon, renamed=self._names.want, stirred=self._stir, stored=stored
        )
        self._urgent = False
        self._quiet = False
        self._stirred = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to follow and to pump, in the running loop."""
        self.intake.open()
        self._unsubscribe = self._follower.subscribe(self.intake.happened)
        await self._names.refresh()
        self._flush()
        self._quiet = True  # nobody looks on yet
        self._pump = asyncio.create_task(self._run(), name="live-pump")
        self._pump.add_done_callback(self._ended)
        if self._first_shown is not None:
            self._noting = asyncio.create_task(self._first_shown.run(), name="first-shown")

    async def stop(self) -> None:
        """Stop, and have every viewer's connection closed."""
        self._unsubscribe()
        self.intake.close()
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        if self._first_shown is not None and self._noting is not None:
            self._noting.cancel()
            await asyncio.gather(self._noting, return_exceptions=True)
            await self._first_shown.flush()
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
    def names(self) -> Names:
        """The register of units as it was last read."""
        return self._names.names

    def sheets(self, scope: Scope) -> SheetVersions:
        """Versions of what does not move, for a scope. In the server's loop."""
        return self._versions.of(self._follower.picture.registers, scope)

    def now(self) -> Millis:
        """The wall clock, ms."""
        return self._clock()

    def steady(self) -> Millis:
        """The clock that never jumps, ms."""
        return self._steady()

    def attach(self, scope: Scope) -> Viewer:
        """A new viewer; its first frame is a snapshot."""
        viewer = Viewer(scope)
        self._teller.viewers.add(viewer)
        if self._first_shown is not None:
            self._first_shown.attached(viewer)
        return viewer

    def detach(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._teller.viewers.discard(viewer)

    def sent(self, viewer: Viewer) -> None:
        """The network has taken the viewer's last frame."""
        if self._first_shown is not None:
            self._first_shown.sent(viewer)

    async def next_frame(self, viewer: Viewer) -> Message | None:
        """The viewer's next message (a snapshot when it is new or fell behind); None when the feed is stopping."""
        while not viewer.closed:
            await viewer.wait()
            if viewer.behind and not viewer.closed:
                return self._teller.snapshot(viewer)
            frame = viewer.take()
            if frame is not None:
                return frame
        return None

    def _flush_soon(self) -> None:
        """One flush for all that is urgent in this turn of the loop."""
        if not self._urgent:
            self._urgent = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _stir(self) -> None:
        """Something has changed: after a quiet tick the next one comes sooner."""
        if self._quiet:
            self._stirred.set()

    async def _pause(self) -> None:
        """Until the next tick."""
        if not self._quiet:
            await asyncio.sleep(self._tick_s)
        elif await self._stirs(self._tick_s):
            loop = asyncio.get_running_loop()
            until = loop.time() + GATHER_S
            while (left := until - loop.time()) > 0 and await self._stirs(min(LULL_S, left)):
                pass

    async def _stirs(self, within_s: float) -> bool:
        """Whether something changes within a time."""
        self._stirred.clear()
        try:
            async with asyncio.timeout(within_s):
                await self._stirred.wait()
        except TimeoutError:
            return False
        return True

    async def _run(self) -> None:
        while True:
            await self._pause()
            await self._names.refresh()
            self._flush()
            steady = self._steady()
            for viewer in self._teller.viewers:
                viewer.look(steady)

    def _flush(self) -> None:
        """Tell every viewer what changed since the last time."""
        self._urgent = False
        shown = self._shown()
        picture = shown.picture
        now, steady = self._clock(), self._steady()
        self._status.press_waiting(self.intake.oldest)
        header = Header(
            boot=self.boot,
            seq=picture.seq,
            now=now,
            feed=self._status.feed(now, steady, replay_runs(picture, shown.names, now - _REPLAY_MS)),
        )
        self._quiet = not self._teller.tell(shown, header, steady, self.sheets)
        if self._first_shown is not None:
            self._first_shown.told(shown.alarms, self._teller.viewers)

    def _shown(self) -> Shown:
        """What is to be shown now; the very object told last when nothing changed."""
        told, picture, names = self._teller.told, self._follower.picture, self._names.names
        alarms = told.alarms
        if self.intake.waiting_changed() or picture.alarms is not told.picture.alarms:
            alarms = shown_alarms(picture, self.intake.waiting(picture))
        if picture is told.picture and names is told.names and alarms is told.alarms:
            return told
        return Shown(picture, names, alarms)

    def _close_viewers(self) -> None:
        for viewer in self._teller.viewers:
            viewer.close()

    def _ended(self, pump: asyncio.Task[None]) -> None:
        if not pump.cancelled() and pump.exception() is not None:
            _LOG.critical("live feed stopped", exc_info=pump.exception())
            self._close_viewers()
