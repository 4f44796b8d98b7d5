"""Rounds: one question for all who ask at once, and an answer for each."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from dashboard.access.rounds import Rounds


class Store:
    """Answers that all names but the ended ones hold, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []
        self.broken = False

    async def ask(self, names: Collection[str]) -> set[str]:
        self.asked.append(set(names))
        if self.broken:
            raise OSError("away")
        return {name for name in names if not name.startswith("ended")}


def test_all_who_ask_at_once_are_answered_by_one_question() -> None:
    store = Store()

    async def run() -> list[bool]:
        rounds = Rounds(store.ask)
        first = await asyncio.gather(*(rounds.holds(name) for name in ("a", "ended-b", "c", "a")))
        return [*first, await rounds.holds("a")]

    assert asyncio.run(run()) == [True, False, True, True, True]
    assert store.asked == [{"a", "ended-b", "c"}, {"a"}]


def test_one_who_leaves_takes_nobodys_answer_away() -> None:
    async def run() -> bool:
        rounds = Rounds(Store().ask)
        leaving = asyncio.ensure_future(rounds.holds("a"))
        staying = asyncio.ensure_future(rounds.holds("b"))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(run())


def test_a_question_that_fails_fails_for_all_and_the_next_is_asked_anew() -> None:
    store = Store()

    async def run() -> bool:
        rounds = Rounds(store.ask)
        store.broken = True
        found = await asyncio.gather(rounds.holds("a"), rounds.holds("b"), return_exceptions=True)
        assert [type(one) for one in found] == [OSError, OSError]
        store.broken = False
        return await rounds.holds("a")

    assert asyncio.run(run())


@pytest.mark.parametrize("names", [("ended-a",), ("a", "ended-a")])
def test_who_is_not_in_the_answer_does_not_hold(names: tuple[str, ...]) -> None:
    async def run() -> list[bool]:
        rounds = Rounds(Store().ask)
        return list(await asyncio.gather(*map(rounds.holds, names)))

    assert asyncio.run(run()) == [not name.startswith("ended") for name in names]
