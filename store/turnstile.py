"""One writer at a time in this process, and an SOS goes first."""

from __future__ import annotations

import threading
import time
from enum import IntEnum


class Lane(IntEnum):
    """Who wants to write; the greater goes first."""

    NORMAL = 0
    ALARM = 1


#: So many alarms pass a waiter one after the other; then it has its turn. On a slow disk boxes' heartbeats alone
#: would otherwise keep every position from being stored.
AHEAD = 8


class Turnstile:
    """A lock that lets a waiting alarm pass before any other waiter, but not for ever."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._held = False
        self._alarms_waiting = 0
        self._others_waiting = 0
        self._passed = 0  # alarms in a row that went while another waited

    def enter(self, lane: Lane, timeout_s: float) -> bool:
        """Wait for the lock; False when it was not had in time."""
        deadline = time.monotonic() + timeout_s
        alarm = lane is Lane.ALARM
        with self._condition:
            self._wait(alarm, 1)
            try:
                while self._held or not self._first(alarm):
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return False
                    self._condition.wait(left)
                self._held = True
                self._passed = self._passed + 1 if alarm and self._others_waiting else 0
                return True
            finally:
                self._wait(alarm, -1)
                # Those who stood back for this one look again, whether it got the lock or gave up.
                self._condition.notify_all()

    @property
    def alarm_waits(self) -> bool:
        """Whether an alarm waits at this moment."""
        return self._alarms_waiting > 0

    def _wait(self, alarm: bool, more: int) -> None:
        if alarm:
            self._alarms_waiting += more
        else:
            self._others_waiting += more

    def _first(self, alarm: bool) -> bool:
        """Whether it is an alarm's turn, or another's."""
        if alarm:
            return self._passed < AHEAD or not self._others_waiting
        return self._passed >= AHEAD or not self._alarms_waiting

    def leave(self) -> None:
        """Give the lock back."""
        with self._condition:
            self._held = False
            self._condition.notify_all()
