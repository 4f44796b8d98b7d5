"""The feed object `F`: is the data alive, the broker there, the store taking writes. Pure; time is an argument.

`now` here is a steady clock in ms (a jump of the wall clock must raise no false word); the beat's own time stays
the wall clock's, because the page ages it by its own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from models.picture import Picture
from models.records.base import Millis

Broker = Literal["ok", "down", "demo"]
Storage = Literal["ok", "slow", "full", "readonly"]

#: A write not in the store after this long is called slow, in ms.
SLOW_MS = 2000

#: Heartbeats remembered while none of them comes back from the store: one each 5 s, so over an hour.
_MAX_BEATS = 1024


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
        self._waiting_since: Millis | None = None

    def set_broker(self, state: Broker) -> None:
        """The broker's connection, as ingest or the watch sees it: `ok`, `down` or `demo`."""
        self._broker = state

    def set_storage(self, state: Storage) -> None:
        """What a writer met: `full`, `readonly`, `slow`, or `ok` when a write went through again."""
        self._storage = state

    def beat_seen(self, worker: str, at: Millis, now: Millis) -> None:
        """A worker's heartbeat with stamp `at` was seen on the broker; it should be in the store soon."""
        if len(self._beats) < _MAX_BEATS:
            self._beats.setdefault((worker, at), now)

    def beat_stored(self, worker: str, at: Millis) -> None:
        """That heartbeat is in the store, so nothing seen before it proves the store slow."""
        seen = self._beats.get((worker, at))
        if seen is not None:
            self._beats = {beat: when for beat, when in self._beats.items() if when > seen}

    def write_waiting(self, since: Millis | None) -> None:
        """The oldest write that waits for the store since `since` (steady ms); None when none waits."""
        self._waiting_since = since

    def storage(self, now: Millis) -> Storage:
        """The word shown for the store; the gravest counts."""
        if self._storage != "ok":
            return self._storage
        waits = list(self._beats.values())
        if self._waiting_since is not None:
            waits.append(self._waiting_since)
        return "slow" if waits and now - min(waits) > SLOW_MS else "ok"

    def feed(self, picture: Picture, now: Millis, replay: bool) -> dict[str, Any]:
        """`F` of the feed."""
        return {
            "beat": picture.newest_beat,
            "stale_s": self.limits.stale_s,
            "live_s": self.limits.live_s,
            "lost_s": self.limits.lost_s,
            "broker": self._broker,
            "storage": self.storage(now),
            "demo": self.limits.demo,
            "replay": replay,
        }
