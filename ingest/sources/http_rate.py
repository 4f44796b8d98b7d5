"""A token bucket per key: so many messages a second, and a burst for a tracker that comes back from a dead spot."""

from __future__ import annotations

from collections.abc import Callable

from models.records.base import Millis


class Buckets:
    """Full at first; a key that was away for long has a full one again. Used from one thread (the server's loop)."""

    def __init__(self, steady: Callable[[], Millis], rate_per_s: float, burst: int) -> None:
        """`steady` is a clock in ms that never jumps."""
        self._steady = steady
        self._rate_per_ms = rate_per_s / 1000
        self._burst = float(burst)
        self._left: dict[str, tuple[float, Millis]] = {}

    def allow(self, key: str) -> bool:
        """Whether one more message is within the rate; one over it is not counted."""
        now = self._steady()
        left, at = self._left.get(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate_per_ms)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        return allowed
