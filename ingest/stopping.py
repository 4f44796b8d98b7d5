"""Waiting for the word to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable
from queue import SimpleQueue


def stop_signal() -> Callable[[], None]:
    """Take SIGTERM and Ctrl-C as the word to stop; returns what waits for it. For the main thread.

    A handler runs between two steps of the main thread, so it must not take a lock that thread may hold: setting a
    `threading.Event` that it has just begun to wait for never returns. `SimpleQueue.put` is made for handlers.
    """
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: told.put(number))

    def wait() -> None:
        told.get()

    return wait
