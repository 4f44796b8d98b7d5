"""Many screens on the live feed, in a process of their own (`python -m benchmarks.watchers`).

Says `watching` on standard error once all have their snapshot; from then until its standard input is closed it notes
when each screen got each frame, and prints per tick (told by the frame's own time) how many got it and how late.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections import defaultdict

import orjson
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.watching import watching
from dashboard.access.sessions import COOKIE
from tests.live_reader import QUERY

#: The time of a frame, near the start of its head.
_NOW = re.compile(rb'"now":(\d+)')
_HEAD = 120


class Watch:
    """What came: for each tick (its time in ms), how late it came to each screen, in ms."""

    def __init__(self) -> None:
        self.on = False
        self.ticks: dict[int, list[float]] = defaultdict(list)
        self.bytes = 0
        self.frames = 0

    async def screen(self, address: str, headers: dict[str, str], ready: asyncio.Event) -> None:
        """One screen, until it is cancelled."""
        async with connect(address, additional_headers=headers, compression=None, proxy=None) as socket:
            await socket.recv()
            ready.set()
            await self._hear(socket)

    async def _hear(self, socket: ClientConnection) -> None:
        async for frame in socket:
            if not self.on or isinstance(frame, str):
                continue
            found = _NOW.search(frame, 0, _HEAD)
            assert found
            tick = int(found.group(1))
            self.ticks[tick].append(time.time() * 1000 - tick)
            self.frames += 1
            self.bytes += len(frame)


async def watch(port: int, cookie: str, number: int) -> Watch:
    """All screens, until standard input ends."""
    seen = Watch()
    address = f"ws://localhost:{port}/live?{QUERY}"
    headers = {"Cookie": f"{COOKIE}={cookie}", "Origin": f"http://localhost:{port}"}
    await watching(seen, lambda ready: seen.screen(address, headers, ready), number)
    return seen


def main() -> int:
    """Watch; prints what was seen as JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.watchers")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cookie", required=True)
    parser.add_argument("--number", type=int, required=True)
    given = parser.parse_args()
    seen = asyncio.run(watch(given.port, given.cookie, given.number))
    ticks = {str(tick): [round(late, 1) for late in came] for tick, came in sorted(seen.ticks.items())}
    sys.stdout.buffer.write(orjson.dumps({"ticks": ticks, "frames": seen.frames, "bytes": seen.bytes}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
