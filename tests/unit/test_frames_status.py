"""The feed object: the words for the broker and the store, by a steady clock."""

from __future__ import annotations

from dashboard.live.status import FeedStatus, Limits
from models.picture import Picture, apply
from models.records.change import Heartbeat


def status() -> FeedStatus:
    return FeedStatus(Limits(15, 30, 300), "ok")


def test_feed_carries_the_newest_beat_and_the_limits() -> None:
    picture = apply(Picture(), Heartbeat("main", 5_000, 5_040))
    assert status().feed(picture, 0, replay=True) == {
        "beat": 5_040, "stale_s": 15, "live_s": 30, "lost_s": 300, "broker": "ok", "storage": "ok", "demo": False,
        "replay": True,
    }  # fmt: skip
    assert FeedStatus(Limits(demo=True)).feed(Picture(), 0, replay=False)["beat"] == 0


def test_a_beat_not_stored_within_two_seconds_makes_the_store_slow() -> None:
    feed = status()
    feed.beat_seen("main", 5_000, now=100)
    feed.beat_seen("main", 10_000, now=5_100)
    assert feed.storage(2_100) == "ok"
    assert feed.storage(2_101) == "slow"
    feed.beat_stored("main", 10_000)
    assert feed.storage(9_999) == "ok"


def test_a_stored_beat_clears_only_what_was_seen_before_it() -> None:
    feed = status()
    feed.beat_seen("main", 5_000, now=100)
    feed.beat_seen("main", 10_000, now=5_100)
    feed.beat_stored("main", 5_000)
    feed.beat_stored("other", 10_000)
    assert feed.storage(7_100) == "ok"
    assert feed.storage(7_101) == "slow"


def test_a_waiting_write_makes_the_store_slow() -> None:
    feed = status()
    feed.write_waiting(1_000)
    assert feed.storage(3_000) == "ok"
    assert feed.storage(3_001) == "slow"
    feed.write_waiting(None)
    assert feed.storage(9_000) == "ok"


def test_what_a_writer_met_is_graver_than_slow() -> None:
    feed = status()
    feed.write_waiting(0)
    for word in ("full", "readonly", "slow"):
        feed.set_storage(word)
        assert feed.storage(60_000) == word
    feed.set_storage("ok")
    assert feed.storage(60_000) == "slow"


def test_broker_word_is_passed_on() -> None:
    feed = status()
    feed.set_broker("down")
    assert feed.feed(Picture(), 0, replay=False)["broker"] == "down"
