"""Telling viewers: one encoding per scope, a bounded queue, and a snapshot in place of what did not fit."""

from __future__ import annotations

from functools import partial
from typing import Any

from dashboard.live.encoding import Header
from dashboard.live.telling import IDLE_MS, Teller
from dashboard.live.versions import Versions
from dashboard.live.viewers import Viewer
from dashboard.live.views import Shown
from models.access.scope import Scope
from models.fold import apply
from models.happenings import RegisterChanged
from models.picture import Picture
from models.records.position import Fix
from tests.live_reader import Reader

NOW = 1_800_000_000_000
EVERY = Scope(None)
MINE = Scope(frozenset({"hat_yai"}))


def header(feed: str = "ok", seq: int = 1) -> Header:
    return Header("boot", seq, NOW, {"broker": feed}, "g")


def moved(shown: Shown, seconds: int) -> Shown:
    return Shown(apply(shown.picture, Fix("lumphini", "c1", NOW + seconds * 1000, 13.7 + seconds / 10_000, 100.5)))


class Screen:
    """A viewer, and what reads its frames."""

    def __init__(self, teller: Teller, scope: Scope = EVERY, limit: int = 32) -> None:
        self.viewer = Viewer(scope, limit)
        self._teller = teller
        self._reader = Reader()
        teller.viewers.add(self.viewer)

    def snapshot(self) -> dict[str, Any]:
        return self._reader.read(self._teller.snapshot(self.viewer))

    def taken(self) -> list[dict[str, Any]]:
        frames = []
        while (frame := self.viewer.take()) is not None:
            frames.append(self._reader.read(frame))
        return frames


def joined(teller: Teller, scope: Scope = EVERY, limit: int = 32) -> Screen:
    screen = Screen(teller, scope, limit)
    screen.snapshot()
    return screen


def test_viewers_of_one_scope_share_one_frame() -> None:
    teller = Teller()
    one, two, other = joined(teller), joined(teller), joined(teller, MINE)
    teller.tell(moved(Shown(), 1), header(), steady=0)
    first, second = one.viewer.take(), two.viewer.take()
    assert first is not None
    assert first is second
    assert other.taken()[0]["units"] == []


def test_nothing_new_is_not_sent_until_a_second_is_nearly_over() -> None:
    teller = Teller()
    viewer = joined(teller)
    shown = moved(Shown(), 1)
    teller.tell(shown, header(), steady=1_000)
    teller.tell(shown, header(), steady=1_250)
    assert len(viewer.taken()) == 1
    teller.tell(shown, header(), steady=1_000 + IDLE_MS)
    (idle,) = viewer.taken()
    assert (idle["units"], idle["gone"]) == ([], [])


def test_news_of_the_feed_is_sent_at_once() -> None:
    teller = Teller()
    viewer = joined(teller)
    shown = moved(Shown(), 1)
    teller.tell(shown, header("ok"), steady=1_000)
    teller.tell(shown, header("down"), steady=1_001)
    assert [frame["feed"]["broker"] for frame in viewer.taken()] == ["ok", "down"]


def test_an_overflow_is_followed_by_a_snapshot_and_then_deltas() -> None:
    teller = Teller()
    slow, quick = joined(teller, limit=3), joined(teller)
    shown = Shown()
    for second in range(1, 8):
        shown = moved(shown, second)
        teller.tell(shown, header(seq=second), steady=second * 1000)
    assert slow.viewer.behind
    assert slow.viewer.resyncs == 1
    assert slow.viewer.take() is None
    fresh = slow.snapshot()
    assert (fresh["t"], fresh["seq"], fresh["units"][0]["at"]) == ("snapshot", 7, NOW + 7000)
    assert not slow.viewer.behind
    teller.tell(moved(shown, 8), header(seq=8), steady=8000)
    assert [frame["units"][0]["at"] for frame in slow.taken()] == [NOW + 8000]
    assert len(quick.taken()) == 8


def test_a_viewer_that_joins_late_continues_where_the_snapshot_ended() -> None:
    teller = Teller()
    shown = moved(Shown(Picture()), 1)
    teller.tell(shown, header(), steady=0)
    viewer = Screen(teller)
    teller.tell(moved(shown, 2), header(), steady=1)
    assert viewer.viewer.take() is None, "nothing is queued before the snapshot"
    assert viewer.snapshot()["units"][0]["at"] == NOW + 2000
    teller.tell(moved(shown, 3), header(), steady=2)
    assert [frame["units"][0]["at"] for frame in viewer.taken()] == [NOW + 3000]


def test_snapshots_of_one_moment_are_one() -> None:
    teller = Teller()
    teller.tell(moved(Shown(), 1), header(), steady=0)
    one, two, other = Viewer(EVERY), Viewer(EVERY), Viewer(MINE)
    assert teller.snapshot(one) is teller.snapshot(two)
    assert teller.snapshot(other) is not teller.snapshot(one)
    former = teller.snapshot(one)
    teller.tell(moved(Shown(), 2), header(), steady=1)
    assert teller.snapshot(one) is not former


def test_a_closed_viewer_takes_no_more() -> None:
    viewer = Viewer(EVERY)
    viewer.caught_up()
    viewer.close()
    viewer.put("x")
    assert viewer.take() is None


def test_a_refit_is_told_to_the_station_whose_maps_are_new_and_to_no_other() -> None:
    codes = [f"s{number}" for number in range(60)]
    versions, picture, teller = Versions("b"), Picture(), Teller()
    teller.tell(Shown(picture), header(), 0, partial(versions.of, picture.registers))
    screens = {code: joined(teller, Scope(frozenset({code}))) for code in codes}
    told: dict[str, list[str]] = {code: [] for code in codes}
    for station in codes:
        picture = apply(picture, RegisterChanged(station, "hotspots", 7))
        teller.tell(Shown(picture), header(), 0, partial(versions.of, picture.registers))
        for code, screen in screens.items():
            told[code] += [frame["hotspots"] for frame in screen.taken()]
    assert told == {code: ["b.7"] for code in codes}
    assert joined(teller, Scope(None)).snapshot()["hotspots"] == f"b.{7 * len(codes)}"
