"""The feed object `F`: is the data alive, the broker there, the store taking writes. Pure; time is an argument.

`now` here is a steady clock in ms: a jump of the wall clock must raise no false word. The page ages the beat by the
time the frames tell, so the moment it was heard is told in today's wall clock, not in the one it was stamped by.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from models.disk import Disk
from models.records.base import Millis

Broker = Literal["ok", "down", "demo"]
Storage = Literal["ok", "slow", "low", "full", "readonly"]

#: A write not in the store after this long is called slow, in ms.
SLOW_MS = 2000

#: Heartbeats remembered while none of them comes back from the store: one each 5 s, so over an hour.
_MAX_BEATS = 1024

#: Heartbeats remembered as stored, should the broker's word of one come after the store's.
_MAX_STORED = 16

#: A smaller step of the wall clock against the steady one is not followed, in ms: each would be news to every page.
_STEP_MS = 250


@dataclass(frozen=True, slots=True)
class Limits:
    """Ages, in s, at which a page changes its words, and whether the process runs the demo."""

    stale_s: int = 15
    live_s: int = 30
    lost_s: int = 300
    demo: bool = False


class FeedStatus:
    """Collects what ingest says of itself. Used from one thread (the server's loop)."""

    def __init__(self, limits: Limits, broker: Broker = "down") -> None:
        self.limits = limits
        self._broker: Broker = broker
        self._storage: Storage = "ok"
        self._beats: dict[tuple[str, Millis], Millis] = {}
        self._stored: deque[tuple[str, Millis]] = deque(maxlen=_MAX_STORED)
        self._waiting_since: Millis | None = None
        self._disk: Disk = "ok"
        self._heard: Millis | None = None
        self._offset: Millis | None = None

    def set_broker(self, state: Broker) -> None:
        """The broker's connection, as ingest or the watch sees it: `ok`, `down` or `demo`."""
        self._broker = state

    def set_storage(self, state: Storage) -> None:
        """What a writer met: `full`, `readonly`, `slow`, or `ok` when a write went through again."""
        self._storage = state

    def set_disk(self, state: Disk) -> None:
        """The space left for the data: `full`, `low`, or `ok`."""
        self._disk = state

    def beat_seen(self, worker: str, at: Millis, now: Millis) -> None:
        """A worker's heartbeat with stamp `at` was seen on the broker; it should be in the store soon, or is already.

        The two words come on threads of their own: the store's may be heard first.
        """
        if len(self._beats) < _MAX_BEATS and (worker, at) not in self._stored:
            self._beats.setdefault((worker, at), now)

    def beat_stored(self, worker: str, at: Millis, now: Millis) -> None:
        """That heartbeat came out of the store: the feed lives, and nothing seen before it proves the store slow."""
        self._heard = now
        self._stored.append((worker, at))
        seen = self._beats.get((worker, at))
        if seen is not None:
            self._beats = {beat: when for beat, when in self._beats.items() if when > seen}

    def press_waiting(self, since: Millis | None) -> None:
        """The oldest press that waits for the store since `since` (steady ms); None when none waits."""
        self._waiting_since = since

    def storage(self, now: Millis) -> Storage:
        """The word shown for the store; the gravest counts."""
        if self._storage in ("full", "readonly"):
            return self._storage
        if self._disk == "full":
            return "full"
        if self._storage != "ok":
            return self._storage
        waits = list(self._beats.values())
        if self._waiting_since is not None:
            waits.append(self._waiting_since)
        return "slow" if waits and now - min(waits) > SLOW_MS else self._disk

    def _beat(self, wall: Millis, now: Millis) -> Millis:
        if self._offset is None or abs(wall - now - self._offset) > _STEP_MS:
            self._offset = wall - now
        return 0 if self._heard is None else self._heard + self._offset

    def feed(self, wall: Millis, now: Millis, replay: bool) -> dict[str, Any]:
        """`F` of the feed; `wall` is the wall clock's time of this moment."""
        return {
            "beat": self._beat(wall, now),
            "stale_s": self.limits.stale_s,
            "live_s": self.limits.live_s,
            "lost_s": self.limits.lost_s,
            "broker": self._broker,
            "storage": self.storage(now),
            "demo": self.limits.demo,
            "replay": replay,
        }
