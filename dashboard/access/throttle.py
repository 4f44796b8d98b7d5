"""A limit on attempts: at most so many from one address in a window, with bounded memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

from models.records.base import Millis


class Throttle:
    """Counts attempts per caller. Used from one event loop only."""

    def __init__(self, clock: Callable[[], Millis], most: int, window_ms: int, callers: int = 10_000) -> None:
        self._clock = clock
        self._most = most
        self._window_ms = window_ms
        self._callers = callers
        self._seen: OrderedDict[str, deque[Millis]] = OrderedDict()

    def allow(self, caller: str) -> bool:
        """Whether one more attempt is within the limit; an attempt over it is not counted."""
        now = self._clock()
        times = self._seen.setdefault(caller, deque())
        self._seen.move_to_end(caller)
        while len(self._seen) > self._callers:
            self._seen.popitem(last=False)
        while times and times[0] <= now - self._window_ms:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True

    def forgive(self, caller: str) -> None:
        """An attempt that turned out right does not count: a station that signs in at the change of shifts comes from
        one address."""
        if times := self._seen.get(caller):
            times.pop()
