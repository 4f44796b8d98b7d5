"""The feed object: the words for the broker and the store, by a steady clock."""

from __future__ import annotations

import pytest

from dashboard.live.status import FeedStatus, Limits

WALL = 1_800_000_000_000


def status() -> FeedStatus:
    return FeedStatus(Limits(15, 30, 300), "ok")


def test_feed_carries_the_newest_beat_and_the_limits() -> None:
    feed = status()
    feed.beat_stored("main", 5_000, now=40)
    assert feed.feed(WALL, 100, replay=True) == {
        "beat": WALL - 60, "stale_s": 15, "live_s": 30, "lost_s": 300, "broker": "ok", "storage": "ok", "demo": False,
        "replay": True,
    }  # fmt: skip
    assert FeedStatus(Limits(demo=True)).feed(WALL, 100, replay=False)["beat"] == 0


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000])
def test_a_jump_of_the_wall_clock_makes_no_beat_older_or_younger(jump: int) -> None:
    feed = status()
    feed.beat_stored("main", WALL, now=1_000)
    assert feed.feed(WALL + 500, 1_500, replay=False)["beat"] == WALL
    assert feed.feed(WALL + 1_000 + jump, 2_000, replay=False)["beat"] == WALL + jump


def test_a_beat_is_told_alike_though_two_clocks_are_never_read_at_once() -> None:
    feed = status()
    feed.beat_stored("main", WALL, now=1_000)
    told = {feed.feed(WALL + at + at % 3, 1_000 + at, replay=False)["beat"] for at in range(0, 5_000, 250)}
    assert len(told) == 1


def test_a_beat_not_stored_within_two_seconds_makes_the_store_slow() -> None:
    feed = status()
    feed.beat_seen("main", 5_000, now=100)
    feed.beat_seen("main", 10_000, now=5_100)
    assert feed.storage(2_100) == "ok"
    assert feed.storage(2_101) == "slow"
    feed.beat_stored("main", 10_000, now=5_200)
    assert feed.storage(9_999) == "ok"


def test_a_beat_heard_of_the_store_before_the_broker_waits_for_nothing() -> None:
    feed = status()
    feed.beat_stored("main", 5_000, now=100)
    feed.beat_seen("main", 5_000, now=101)
    assert feed.storage(4_000) == "ok"


def test_a_stored_beat_clears_only_what_was_seen_before_it() -> None:
    feed = status()
    feed.beat_seen("main", 5_000, now=100)
    feed.beat_seen("main", 10_000, now=5_100)
    feed.beat_stored("main", 5_000, now=5_200)
    feed.beat_stored("other", 10_000, now=5_200)
    assert feed.storage(7_100) == "ok"
    assert feed.storage(7_101) == "slow"


def test_a_waiting_write_makes_the_store_slow() -> None:
    feed = status()
    feed.press_waiting(1_000)
    assert feed.storage(3_000) == "ok"
    assert feed.storage(3_001) == "slow"
    feed.press_waiting(None)
    assert feed.storage(9_000) == "ok"


def test_what_a_writer_met_is_graver_than_slow() -> None:
    feed = status()
    feed.press_waiting(0)
    for word in ("full", "readonly", "slow"):
        feed.set_storage(word)
        assert feed.storage(60_000) == word
    feed.set_storage("ok")
    assert feed.storage(60_000) == "slow"


def test_broker_word_is_passed_on() -> None:
    feed = status()
    feed.set_broker("down")
    assert feed.feed(WALL, 0, replay=False)["broker"] == "down"


def test_little_space_is_said_and_none_is_graver_than_slow() -> None:
    feed = status()
    feed.set_disk("low")
    assert feed.storage(0) == "low"
    feed.set_storage("slow")
    assert feed.storage(0) == "slow"
    feed.set_disk("full")
    assert feed.storage(0) == "full"
    feed.set_storage("readonly")
    assert feed.storage(0) == "readonly"
