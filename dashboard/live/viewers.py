"""One viewer's queue of frames: bounded, and never silently short. Used in the server's loop only."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from models.access.scope import Scope
from models.picture import Key
from models.records.base import Millis

#: A binary frame, or a word of text (an answer to a ping).
Message = bytes | str

#: Frames a viewer may be behind: five seconds of a busy feed.
QUEUE = 32


#: A frame not taken by the network within this long ends the connection; the page comes back by itself, in ms.
SEND_MS = 5_000


class Viewer:
    """Frames on their way to one screen. A full queue is thrown away and a fresh snapshot takes its place."""

    def __init__(self, scope: Scope, limit: int = QUEUE) -> None:
        self.scope = scope
        self.behind = True  # a new viewer starts with a snapshot
        self.closed = False
        self.resyncs = 0
        self.sending_since: Millis | None = None
        self._limit = limit
        self._frames: deque[Message] = deque()
        self._ready = asyncio.Event()
        self._ready.set()
        self._stalled = asyncio.Event()
        self._owed: dict[Key, int] = {}
        self._put = self._taken = 0

    def put(self, frame: Message) -> None:
        """Queue a frame; with no room left, mark the viewer for a snapshot instead."""
        if self.behind or self.closed:
            return
        if len(self._frames) >= self._limit:
            self._frames.clear()
            self.behind = True
            self.resyncs += 1
        else:
            self._frames.append(frame)
            self._put += 1
        self._ready.set()

    def look(self, steady: Millis) -> None:
        """Give the viewer up if the network has not taken its frame for too long. One look at all of them each tick
        costs less than a timer for each frame."""
        if self.sending_since is not None and steady - self.sending_since > SEND_MS:
            self._stalled.set()

    async def stalled(self) -> None:
        """Until the viewer is given up."""
        await self._stalled.wait()

    def close(self) -> None:
        """Wake the sender for the last time."""
        self.closed = True
        self._ready.set()

    async def wait(self) -> None:
        """Until there is a frame, a snapshot is due, or the viewer is closed."""
        await self._ready.wait()

    def take(self) -> Message | None:
        """The next queued frame, None when there is none (or a snapshot is due)."""
        frame = self._frames.popleft() if self._frames and not self.behind else None
        if frame is not None:
            self._taken += 1
        if not self._frames and not self.behind and not self.closed:
            self._ready.clear()
        return frame

    def caught_up(self) -> None:
        """The snapshot was taken: deltas from here on."""
        self.behind = False
        self._taken = self._put
        if not self.closed:
            self._ready.clear()

    def owe(self, alarms: Iterable[Key]) -> None:
        """The frames queued so far tell of these alarms."""
        self._owed.update(dict.fromkeys(alarms, self._put))

    def paid(self) -> set[Key]:
        """Alarms all of whose frames have been taken since this was last asked."""
        found = {key for key, frame in self._owed.items() if frame <= self._taken and not self.behind}
        for key in found:
            del self._owed[key]
        return found
