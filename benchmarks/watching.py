"""Many onlookers in a process of their own, counted from when all are there until standard input ends."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from typing import Protocol


class Counter(Protocol):
    """Notes what comes to its onlookers while it is on."""

    on: bool


async def watching(
    seen: Counter, onlooker: Callable[[asyncio.Event], Coroutine[None, None, None]], number: int
) -> None:
    """Start onlookers one by one, each when the one before it has said that it is ready; say `watching` on standard
    error, and count until standard input is closed.

    Raises:
        Exception: what ended an onlooker before its time.
    """
    tasks: list[asyncio.Task[None]] = []
    for _ in range(number):
        ready = asyncio.Event()
        tasks.append(asyncio.create_task(onlooker(ready)))
        await asyncio.wait_for(ready.wait(), 60)
    gc.collect()
    gc.freeze()
    sys.stderr.write("watching\n")
    sys.stderr.flush()
    seen.on = True
    await asyncio.to_thread(sys.stdin.read)
    seen.on = False
    for task in tasks:
        if task.done():
            task.result()  # an onlooker that was cut off is a failure, and says why
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
