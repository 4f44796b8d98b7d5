"""What viewers have been told, and telling them the rest: one encoding per scope, whatever the number of viewers.

No I/O and no clock: used by the hub in the server's loop.
"""

from __future__ import annotations

from collections import defaultdict

from dashboard.live.frames import Changes, Header, changes, closed_by, encode, everything, visible
from dashboard.live.viewers import Viewer
from dashboard.live.views import Scope, Shown
from models.picture import Key
from models.records.base import Millis

#: A scope not told anything for this long gets an empty frame at the next tick, so that a frame comes each second
#: and the page can tell a quiet town from a cut line.
IDLE_MS = 740


class Teller:
    """The viewers and what they know."""

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self._told = Shown()
        self._header = Header("", 0, 0, {}, "")
        self._all: Changes | None = None
        self._leaving: list[Key] = []
        self._sent_at: dict[Scope, Millis] = {}

    @property
    def told(self) -> Shown:
        """What every viewer that is not behind knows."""
        return self._told

    def tell(self, new: Shown, header: Header, steady: Millis) -> None:
        """Queue what changed for every viewer, each scope's frame encoded once."""
        old, leaving = self._told, self._leaving
        moved = new is not old
        news = header.feed != self._header.feed or header.ground != self._header.ground
        self._told, self._header = new, header
        self._leaving = closed_by(old, new) if moved else []
        if moved:
            self._all = None
        if not self.viewers:
            return
        found = changes(old, new, leaving) if moved or leaving else Changes()
        for scope, viewers in self._by_scope().items():
            fields = visible(found, scope)
            if news or any(fields.values()) or steady - self._sent_at.get(scope, 0) >= IDLE_MS:
                self._sent_at[scope] = steady
                frame = encode("delta", header, fields)
                for viewer in viewers:
                    viewer.put(frame)

    def snapshot(self, viewer: Viewer, now: Millis) -> str:
        """Everything the viewer may see, as of the last tick; the deltas that follow continue it."""
        if self._all is None:
            self._all = everything(self._told)
        viewer.caught_up()
        last = self._header
        header = Header(last.boot, last.seq, now, last.feed, last.ground)
        return encode("snapshot", header, visible(self._all, viewer.scope))

    def _by_scope(self) -> dict[Scope, list[Viewer]]:
        groups: dict[Scope, list[Viewer]] = defaultdict(list)
        for viewer in self.viewers:
            groups[viewer.scope].append(viewer)
        for scope in self._sent_at.keys() - groups.keys():
            del self._sent_at[scope]
        return groups
