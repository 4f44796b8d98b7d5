"""An alarm goes first at the writer's door, and others still have their turn."""

from __future__ import annotations

import threading

from store.turnstile import AHEAD, Lane, Turnstile
from tests.servers import wait_until


def waiting(door: Turnstile) -> int:
    return door._alarms_waiting + door._others_waiting


def queue(door: Turnstile, lanes: list[Lane]) -> list[Lane]:
    """Who goes when all of them wait for a held door."""
    order: list[Lane] = []

    def go(lane: Lane) -> None:
        assert door.enter(lane, 10)
        order.append(lane)
        door.leave()

    assert door.enter(Lane.NORMAL, 1)
    threads = [threading.Thread(target=go, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    wait_until(lambda: waiting(door) == len(lanes), what="all to wait")
    door.leave()
    for thread in threads:
        thread.join(60)
    return order


def test_an_alarm_goes_before_those_who_waited_longer() -> None:
    assert queue(Turnstile(), [Lane.NORMAL, Lane.NORMAL, Lane.ALARM])[0] is Lane.ALARM


def test_alarms_without_end_let_another_pass_now_and_then() -> None:
    order = queue(Turnstile(), [Lane.NORMAL, *[Lane.ALARM] * (2 * AHEAD)])
    assert order.index(Lane.NORMAL) == AHEAD


def test_who_gives_up_keeps_nobody_waiting() -> None:
    door = Turnstile()
    assert door.enter(Lane.NORMAL, 1)
    assert not door.enter(Lane.ALARM, 0.01)
    assert not door.enter(Lane.NORMAL, 0.01)
    door.leave()
    assert waiting(door) == 0
    assert door.enter(Lane.NORMAL, 1)
