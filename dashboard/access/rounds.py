"""Many ask the same question at once: one look at the store answers them all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

#: How long a round waits for others to join it, in s.
GATHER_S = 0.02


class Rounds:
    """Asks about names in rounds. Used in one event loop."""

    def __init__(self, ask: Callable[[Collection[str]], Awaitable[Collection[str]]]) -> None:
        """`ask` answers with those of the names for which it is so."""
        self._ask = ask
        self._names: set[str] = set()
        self._round: asyncio.Future[Collection[str]] | None = None

    async def holds(self, name: str) -> bool:
        """Whether it is so for a name; raises what `ask` raises."""
        self._names.add(name)
        if self._round is None:
            self._round = asyncio.ensure_future(self._run())
        # Shielded: one who no longer wants to know must not leave the others without an answer.
        return name in await asyncio.shield(self._round)

    async def _run(self) -> Collection[str]:
        await asyncio.sleep(GATHER_S)
        names, self._names, self._round = self._names, set(), None
        return await self._ask(names)
