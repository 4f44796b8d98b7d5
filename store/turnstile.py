"""One writer at a time in this process, and an SOS goes first."""

from __future__ import annotations

import threading
import time
from enum import IntEnum


class Lane(IntEnum):
    """Who wants to write; the greater goes first."""

    NORMAL = 0
    ALARM = 1


class Turnstile:
    """A lock that lets a waiting alarm pass before any other waiter."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._held = False
        self._alarms_waiting = 0

    def enter(self, lane: Lane, timeout_s: float) -> bool:
        """Wait for the lock; False when it was not had in time."""
        deadline = time.monotonic() + timeout_s
        with self._condition:
            if lane is Lane.ALARM:
                self._alarms_waiting += 1
            try:
                while self._held or (lane is not Lane.ALARM and self._alarms_waiting):
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return False
                    self._condition.wait(left)
                self._held = True
                return True
            finally:
                if lane is Lane.ALARM:
                    self._alarms_waiting -= 1
                    # Those who stood back for this alarm look again, whether it got the lock or gave up.
                    self._condition.notify_all()

    def leave(self) -> None:
        """Give the lock back."""
        with self._condition:
            self._held = False
            self._condition.notify_all()
