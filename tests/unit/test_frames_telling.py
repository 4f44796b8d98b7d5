"""Telling viewers: one encoding per scope, a bounded queue, and a snapshot in place of what did not fit."""

from __future__ import annotations

from typing import Any

import orjson

from dashboard.live.frames import Header
from dashboard.live.telling import IDLE_MS, Teller
from dashboard.live.viewers import Viewer
from dashboard.live.views import Scope, Shown
from models.picture import Picture, apply
from models.records.position import Fix

NOW = 1_800_000_000_000
EVERY = Scope(None)
MINE = Scope(frozenset({"hat_yai"}))


def header(feed: str = "ok", seq: int = 1) -> Header:
    return Header("boot", seq, NOW, {"broker": feed}, "g")


def moved(shown: Shown, seconds: int) -> Shown:
    return Shown(apply(shown.picture, Fix("lumphini", "c1", NOW + seconds * 1000, 13.7 + seconds / 10_000, 100.5)))


def joined(teller: Teller, scope: Scope = EVERY, limit: int = 32) -> Viewer:
    viewer = Viewer(scope, limit)
    teller.viewers.add(viewer)
    snapshot(teller, viewer)
    return viewer


def snapshot(teller: Teller, viewer: Viewer) -> dict[str, Any]:
    result: dict[str, Any] = orjson.loads(teller.snapshot(viewer, NOW))
    return result


def taken(viewer: Viewer) -> list[dict[str, Any]]:
    frames = []
    while (frame := viewer.take()) is not None:
        frames.append(orjson.loads(frame))
    return frames


def test_viewers_of_one_scope_share_one_frame() -> None:
    teller = Teller()
    one, two, other = joined(teller), joined(teller), joined(teller, MINE)
    teller.tell(moved(Shown(), 1), header(), steady=0)
    first, second = one.take(), two.take()
    assert first is not None
    assert first is second
    assert taken(other)[0]["units"] == []


def test_nothing_new_is_not_sent_until_a_second_is_nearly_over() -> None:
    teller = Teller()
    viewer = joined(teller)
    shown = moved(Shown(), 1)
    teller.tell(shown, header(), steady=1_000)
    teller.tell(shown, header(), steady=1_250)
    assert len(taken(viewer)) == 1
    teller.tell(shown, header(), steady=1_000 + IDLE_MS)
    (idle,) = taken(viewer)
    assert (idle["units"], idle["gone"]) == ([], [])


def test_news_of_the_feed_is_sent_at_once() -> None:
    teller = Teller()
    viewer = joined(teller)
    shown = moved(Shown(), 1)
    teller.tell(shown, header("ok"), steady=1_000)
    teller.tell(shown, header("down"), steady=1_001)
    assert [frame["feed"]["broker"] for frame in taken(viewer)] == ["ok", "down"]


def test_an_overflow_is_followed_by_a_snapshot_and_then_deltas() -> None:
    teller = Teller()
    slow, quick = joined(teller, limit=3), joined(teller)
    shown = Shown()
    for second in range(1, 8):
        shown = moved(shown, second)
        teller.tell(shown, header(seq=second), steady=second * 1000)
    assert slow.behind
    assert slow.resyncs == 1
    assert slow.take() is None
    fresh = snapshot(teller, slow)
    assert (fresh["t"], fresh["seq"], fresh["units"][0]["at"]) == ("snapshot", 7, NOW + 7000)
    assert not slow.behind
    teller.tell(moved(shown, 8), header(seq=8), steady=8000)
    assert [frame["units"][0]["at"] for frame in taken(slow)] == [NOW + 8000]
    assert len(taken(quick)) == 8


def test_a_viewer_that_joins_late_continues_where_the_snapshot_ended() -> None:
    teller = Teller()
    shown = moved(Shown(Picture()), 1)
    teller.tell(shown, header(), steady=0)
    viewer = Viewer(EVERY)
    teller.viewers.add(viewer)
    teller.tell(moved(shown, 2), header(), steady=1)
    assert viewer.take() is None, "nothing is queued before the snapshot"
    assert snapshot(teller, viewer)["units"][0]["at"] == NOW + 2000
    teller.tell(moved(shown, 3), header(), steady=2)
    assert [frame["units"][0]["at"] for frame in taken(viewer)] == [NOW + 3000]


def test_a_closed_viewer_takes_no_more() -> None:
    viewer = Viewer(EVERY)
    viewer.caught_up()
    viewer.close()
    viewer.put("x")
    assert viewer.take() is None
