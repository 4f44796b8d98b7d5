"""A lane keeps what it cannot store, stores the neighbours of what nobody can, and is never without a bound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from ingest.lanes import Lane
from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from store.errors import StorageBrokenError, StorageBusyError, StorageFullError
from tests.servers import wait_until


class Link:
    """Remembers what is acknowledged."""

    def __init__(self) -> None:
        self.acked: list[int] = []

    def ack(self, mids: Sequence[int], generation: int) -> bool:
        self.acked += mids
        return True


class Store:
    """A handler written by hand: refuses poison, and everything while `error` is set."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.batches: list[list[bytes]] = []
        self.aside: list[bytes] = []
        self.safe_elsewhere = False
        self.gate = threading.Event()
        self.gate.set()

    def store(self, batch: Sequence[Arrivals]) -> None:
        self.gate.wait(60)
        if self.error:
            raise self.error
        payloads = [message[1] for arrivals in batch for message in arrivals.messages]
        if b"poison" in payloads:
            raise ValueError("a value no database takes")
        self.batches.append(payloads)

    def set_aside(self, message: Message, received_at: int, error: Exception) -> None:
        self.aside.append(message[1])

    def broken(self, batch: Sequence[Arrivals]) -> bool:
        return self.safe_elsewhere

    @property
    def stored(self) -> list[bytes]:
        return [payload for batch in self.batches for payload in batch]


def arrivals(payloads: Sequence[bytes], first_mid: int = 1) -> Arrivals:
    """Messages of QoS 1 as one read."""
    return Arrivals([("t", payload, first_mid + i, False) for i, payload in enumerate(payloads)], 1_000, 1)


Make = Callable[..., Lane]


@pytest.fixture
def make() -> Iterator[Make]:
    """Lanes that are stopped when the test ends."""
    lanes: list[Lane] = []

    def start(store: Store, batch_size: int = 10, wait_s: float = 0.0, **more: object) -> Lane:
        lane = Lane("test", store, batch_size, wait_s, **more)  # type: ignore[arg-type]
        lanes.append(lane)
        lane.start()
        return lane

    yield start
    for lane in lanes:
        lane.stop()


def test_acknowledged_after_the_store_has_it(make: Make) -> None:
    store, link = Store(), Link()
    store.gate.clear()
    lane = make(store)
    lane.put(link, arrivals([b"1", b"2", b"3"]))
    wait_until(lambda: lane.waiting == 0, what="the worker to take the batch")
    assert link.acked == []
    store.gate.set()
    wait_until(lambda: link.acked == [1, 2, 3], what="acknowledgements")
    assert store.stored == [b"1", b"2", b"3"]


def test_quality_zero_has_nothing_to_acknowledge(make: Make) -> None:
    store, link = Store(), Link()
    make(store).put(link, Arrivals([("t", b"1", 0, False), ("t", b"2", 4, False)], 1, 1))
    wait_until(lambda: link.acked == [4], what="the acknowledgement")


@pytest.mark.parametrize("error", [StorageBusyError("locked"), StorageFullError("disk"), StorageBrokenError("bad")])
def test_a_batch_is_kept_until_the_store_takes_it(make: Make, error: Exception) -> None:
    store, link, words = Store(), Link(), list[str]()
    store.error = error
    lane = make(store, on_storage=lambda name, word: words.append(word))
    lane.put(link, arrivals([b"1"]))
    wait_until(lambda: bool(words), what="the word that storage is not well")
    assert link.acked == []
    store.error = None
    wait_until(lambda: link.acked == [1], what="the acknowledgement")
    assert words[0] in ("slow", "full", "broken")
    assert words[1:] == ["ok"]


def test_a_broken_store_lets_go_what_is_safe_elsewhere(make: Make) -> None:
    store, link = Store(), Link()
    store.error, store.safe_elsewhere = StorageBrokenError("bad page"), True
    make(store).put(link, arrivals([b"sos"]))
    wait_until(lambda: link.acked == [1], what="the acknowledgement")
    assert store.batches == []


def test_poison_is_set_aside_and_its_neighbours_are_stored(make: Make) -> None:
    store, link = Store(), Link()
    payloads = [b"%d" % n for n in range(40)]
    payloads[7] = payloads[23] = b"poison"
    make(store, batch_size=40).put(link, arrivals(payloads))
    wait_until(lambda: len(link.acked) == 40, what="acknowledgements of all, poison too")
    assert sorted(store.stored) == sorted(payload for payload in payloads if payload != b"poison")
    assert store.aside == [b"poison", b"poison"]


def test_batches_are_bounded(make: Make) -> None:
    store, link = Store(), Link()
    store.gate.clear()
    lane = make(store, batch_size=4)
    lane.put(link, arrivals([b"x"] * 11))
    store.gate.set()
    wait_until(lambda: len(link.acked) == 11, what="acknowledgements")
    assert max(len(batch) for batch in store.batches) <= 4


def test_a_full_lane_says_that_it_has_no_room(make: Make) -> None:
    store, link = Store(), Link()
    store.gate.clear()
    lane = make(store, batch_size=2, capacity=6)
    assert lane.room(0)
    lane.put(link, arrivals([b"x"] * 12))
    wait_until(lambda: lane.waiting == 10, what="the worker to take its first batch")
    assert not lane.room(0)
    store.gate.set()
    assert lane.room(5)


def test_many_bytes_fill_a_lane_too(make: Make) -> None:
    store, link = Store(), Link()
    store.gate.clear()
    lane = make(store, batch_size=1, capacity=10_000)
    for mid in range(1, 300):
        lane.put(link, arrivals([b"x" * 65_536], mid))
    assert not lane.room(0)
    store.gate.set()


def test_stop_does_not_wait_for_a_store_that_is_away(make: Make) -> None:
    store, link = Store(), Link()
    store.error = StorageBusyError("locked")
    lane = make(store)
    lane.put(link, arrivals([b"1"]))
    wait_until(lambda: lane.storage == "slow", what="the first attempt")
    lane.stop()
    assert link.acked == []
    assert not lane._thread.is_alive()


def test_what_cannot_even_be_set_aside_stays_with_the_broker_and_the_lane_lives(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, link = Store(), Link()

    def fail(message: Message, received_at: int, error: Exception) -> None:
        raise NameError("a fault of ours")

    monkeypatch.setattr(store, "set_aside", fail)
    lane = make(store)
    lane.put(link, arrivals([b"1", b"poison", b"3"]))
    wait_until(lambda: len(link.acked) == 2, what="the neighbours")
    lane.put(link, arrivals([b"4"], 4))
    wait_until(lambda: link.acked == [1, 3, 4], what="the next message")
    assert store.stored == [b"1", b"3", b"4"]
