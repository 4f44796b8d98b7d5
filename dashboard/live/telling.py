"""What viewers have been told, and telling them the rest: one encoding per scope, whatever the number of viewers.

No I/O and no clock: used by the hub in the server's loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from dashboard.live.encoding import Frames, Header
from dashboard.live.frames import Changes, changes, closed_by, everything
from dashboard.live.roster import Roster
from dashboard.live.versions import SheetVersions
from dashboard.live.viewers import Viewer
from dashboard.live.views import Shown
from models.access.scope import Scope
from models.picture import Key
from models.records.base import Millis

#: A scope not told anything for this long gets an empty frame at the next tick, so that the page can tell a quiet
#: town from a cut line. Longer than a second: units that report once a second make a frame a second, not two.
IDLE_MS = 1_200

_NO_SHEETS = SheetVersions("", "")


class Teller:
    """The viewers and what they know."""

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self._roster = Roster()
        self._told = Shown()
        self._header = Header("", 0, 0, {})
        self._sheets: Callable[[Scope], SheetVersions] = lambda scope: _NO_SHEETS
        self._sheets_told: dict[Scope, SheetVersions] = {}
        self._all: Frames | None = None
        self._snapshots: dict[Scope, bytes] = {}
        self._leaving: list[Key] = []
        self._sent_at: dict[Scope, Millis] = {}

    @property
    def told(self) -> Shown:
        """What every viewer that is not behind knows."""
        return self._told

    def tell(
        self, new: Shown, header: Header, steady: Millis, sheets: Callable[[Scope], SheetVersions] | None = None
    ) -> bool:
        """Queue what changed for every viewer, each scope's frame encoded once; whether the picture has changed.

        `sheets` says which versions of what does not move a scope is to be told.
        """
        old, leaving = self._told, self._leaving
        moved = new is not old
        news = header.feed != self._header.feed
        self._told, self._header = new, header
        self._sheets = sheets or self._sheets
        self._leaving = closed_by(old, new) if moved else []
        self._snapshots.clear()
        if moved:
            self._all = None
        if not self.viewers:
            return moved
        found = changes(old, new, leaving) if moved or leaving else Changes()
        frames = Frames(found, self._roster, header.now)
        for scope, viewers in self._by_scope().items():
            part = frames.part(scope)
            head = self._headed(scope)
            changed = self._sheets_changed(scope, head)
            if news or changed or part or steady - self._sent_at.get(scope, 0) >= IDLE_MS:
                self._sent_at[scope] = steady
                frame = frames.frame("delta", head, part)
                for viewer in viewers:
                    viewer.put(frame)
        return moved

    def snapshot(self, viewer: Viewer) -> bytes:
        """Everything the viewer may see, as of the last tick; the deltas that follow continue it."""
        viewer.caught_up()
        known = self._snapshots.get(viewer.scope)
        if known is None:
            if self._all is None:
                self._all = Frames(everything(self._told), self._roster, self._header.now)
            head = self._headed(viewer.scope)
            self._sheets_told.setdefault(viewer.scope, SheetVersions(head.ground, head.hotspots))
            known = self._all.frame("snapshot", head, self._all.part(viewer.scope))
            self._snapshots[viewer.scope] = known
        return known

    def _headed(self, scope: Scope) -> Header:
        mine = self._sheets(scope)
        return replace(self._header, ground=mine.ground, hotspots=mine.hotspots)

    def _sheets_changed(self, scope: Scope, head: Header) -> bool:
        mine = SheetVersions(head.ground, head.hotspots)
        changed = self._sheets_told.get(scope, mine) != mine
        self._sheets_told[scope] = mine
        return changed

    def _by_scope(self) -> dict[Scope, list[Viewer]]:
        groups: dict[Scope, list[Viewer]] = defaultdict(list)
        for viewer in self.viewers:
            groups[viewer.scope].append(viewer)
        for scope in self._sent_at.keys() - groups.keys():
            del self._sent_at[scope]
        for scope in self._sheets_told.keys() - groups.keys():
            del self._sheets_told[scope]
        return groups
