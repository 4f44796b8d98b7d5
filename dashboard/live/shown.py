"""Noting when each alarm was first sent to a screen: what "shown" means in the response report.

In the server's loop; the store is written by a thread of its own, at leisure: the moment is kept, and nothing of the
alarm's way to the screens waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

from dashboard.live.viewers import Viewer
from models.picture import Key
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store.database import Database
from store.errors import StorageError
from store.shown import note_shown, shown_of

_LOG = logging.getLogger(__name__)

#: How long moments are gathered before they are written, in s; after a failure they wait so long too.
GATHER_S = 2.0


class FirstShown:
    """Which open alarms wait for a first screen, and what is still to be written down.

    A visitor's screen does not count: whoever looks at it cannot help.
    """

    def __init__(
        self, write: Callable[[dict[Key, Millis]], None], known: Iterable[Key], clock: Callable[[], Millis]
    ) -> None:
        """`known`: open alarms whose moment is in the store already. `write` may block and raise `StorageError`."""
        self._write = write
        self._known = set(known)
        self._clock = clock
        self._waiting: set[Key] = set()
        self._moments: dict[Key, Millis] = {}
        self._stored: set[Key] = set()
        self._alarms: Mapping[Key, AlarmNow] = {}

    def told(self, alarms: Mapping[Key, AlarmNow], viewers: Iterable[Viewer]) -> None:
        """The open alarms every viewer is being told now: its frames are queued."""
        if alarms is self._alarms:
            return
        self._alarms = alarms
        self._known &= alarms.keys()  # a closed one does not come back
        new = alarms.keys() - self._known - self._moments.keys() - self._waiting
        self._waiting = (self._waiting & alarms.keys()) | new
        # One that is not stored yet may still join another alarm: then there never was an alarm of its name.
        self._stored |= {key for key in self._waiting | self._moments.keys() if key in alarms and alarms[key].stored}
        if new:
            for viewer in viewers:
                viewer.owe(new)

    def attached(self, viewer: Viewer) -> None:
        """A new viewer, whose first frame will have everything."""
        viewer.owe(self._waiting)

    def sent(self, viewer: Viewer) -> None:
        """The network has taken a frame of a viewer's."""
        scope = viewer.scope
        for key in viewer.paid() & self._waiting:
            if not scope.visitor and scope.sees_alarm(key[0]):
                self._waiting.discard(key)
                self._moments[key] = self._clock()

    async def run(self) -> None:
        """Write moments down, for ever."""
        while True:
            await asyncio.sleep(GATHER_S)
            await self.flush()

    async def flush(self) -> None:
        """Write down what can be. What could not be written is tried again the next time, with its own moment."""
        ready = {key: at for key, at in self._moments.items() if key in self._stored}
        never = self._moments.keys() - ready.keys() - self._alarms.keys()
        if ready:
            try:
                await asyncio.to_thread(self._write, ready)
            except StorageError as error:
                _LOG.warning("when alarms were shown is not written down yet: %s", error)
                return
        self._known |= ready.keys() & self._alarms.keys()
        for key in never | ready.keys():
            del self._moments[key]
            self._stored.discard(key)


def writer(db: Database) -> Callable[[dict[Key, Millis]], None]:
    """Writes moments into the store, all in one transaction."""

    def write(moments: dict[Key, Millis]) -> None:
        with db.write() as tx:
            for (station, alarm), at in sorted(moments.items()):
                note_shown(tx, station, alarm, at)

    return write


def load_shown(db: Database) -> set[Key]:
    """Open alarms whose moment is known; what cannot be read is noted anew, and the earliest moment stays."""
    try:
        with db.read() as conn:
            return shown_of(conn)
    except StorageError:
        return set()
