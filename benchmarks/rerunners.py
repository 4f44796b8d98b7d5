"""Browsers of a Streamlit page with a fragment that runs each second, in a process of their own: each says what the
page's own script would say, so the fragment really runs (`python -m benchmarks.rerunners`).

Says `watching` on standard error once each has had its first run; from then until its standard input is closed it
counts the fragment's runs and the bytes that came, and prints them.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import orjson
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.watching import watching

_RAN = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def rerun(fragment: str = "") -> bytes:
    """The message that asks for a run of the page, or of one fragment by its timer."""
    state = ClientState(fragment_id=fragment, is_auto_rerun=bool(fragment))
    return bytes(BackMsg(rerun_script=state).SerializeToString())


class Rerunners:
    """What came while it was counted."""

    def __init__(self) -> None:
        self.on = False
        self.runs = 0
        self.bytes = 0

    async def browser(self, address: str, ready: asyncio.Event) -> None:
        """One browser, until it is cancelled."""
        ours = [Subprotocol("streamlit")]
        async with connect(address, subprotocols=ours, compression=None, max_size=None, proxy=None) as socket:
            await socket.send(rerun())
            timers: list[asyncio.Task[None]] = []
            async for data in socket:
                assert isinstance(data, bytes)
                said = ForwardMsg.FromString(data)
                if said.WhichOneof("type") == "auto_rerun" and not timers:
                    every, fragment = said.auto_rerun.interval, said.auto_rerun.fragment_id
                    timers.append(asyncio.create_task(self._timer(socket, every, fragment)))
                ran = said.WhichOneof("type") == "script_finished" and said.script_finished == _RAN
                if ran:
                    ready.set()
                if self.on:
                    self.bytes += len(data)
                    self.runs += ran

    @staticmethod
    async def _timer(socket: ClientConnection, every: float, fragment: str) -> None:
        while True:
            await asyncio.sleep(every)
            await socket.send(rerun(fragment))


async def watch(port: int, number: int) -> Rerunners:
    """All browsers, until standard input ends."""
    seen = Rerunners()
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    await watching(seen, lambda ready: seen.browser(address, ready), number)
    return seen


def main() -> int:
    """Watch; prints what was seen as JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.rerunners")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--number", type=int, required=True)
    given = parser.parse_args()
    seen = asyncio.run(watch(given.port, given.number))
    sys.stdout.buffer.write(orjson.dumps({"runs": seen.runs, "bytes": seen.bytes}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
