"""When an alarm was first sent to a screen: the moment its frame was taken, once, and only to those who can help."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from dashboard.live.shown import FirstShown
from dashboard.live.viewers import QUEUE, Viewer
from models.access.scope import Scope
from models.picture import Key
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store.errors import StorageBusyError

ALL = Scope(None)
PRESS = AlarmNow(
    station="lumphini", id="a1", origin_kind="box", origin="b1", kind="sos", state="raised", version=1, raised_at=1,
    pressed_at=1, last_at=1, presses=1, marks="", place="", lat=None, lon=None, level=0, by="", assigned="",
    outcome="", changed_at=1,
)  # fmt: skip
KEY = ("lumphini", "a1")


@dataclass
class World:
    """A recorder with a clock of its own and a store that may be busy."""

    known: set[Key] = field(default_factory=set)
    now: Millis = 1_000
    busy: bool = False
    written: list[dict[Key, Millis]] = field(default_factory=list)
    viewers: list[Viewer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first = FirstShown(self._write, self.known, lambda: self.now)

    def _write(self, moments: dict[Key, Millis]) -> None:
        if self.busy:
            raise StorageBusyError("busy")
        self.written.append(dict(moments))

    def viewer(self, scope: Scope = ALL) -> Viewer:
        """A new viewer that has taken its snapshot."""
        viewer = Viewer(scope)
        self.viewers.append(viewer)
        self.first.attached(viewer)
        viewer.caught_up()
        self.first.sent(viewer)
        return viewer

    def tell(self, *alarms: AlarmNow) -> None:
        """A tick: a frame to everybody, as the hub does it."""
        for viewer in self.viewers:
            viewer.put(b"frame")
        self.first.told({(one.station, one.id): one for one in alarms}, self.viewers)

    def take(self, viewer: Viewer, at: Millis) -> None:
        """The network takes one frame."""
        assert viewer.take() is not None
        self.now = at
        self.first.sent(viewer)

    def flush(self) -> list[dict[Key, Millis]]:
        """Write down what can be; returns all that was written so far."""
        asyncio.run(self.first.flush())
        return self.written


def test_the_moment_is_when_the_frame_with_the_alarm_was_taken() -> None:
    world = World()
    viewer = world.viewer()
    world.tell()
    world.tell(PRESS)
    world.take(viewer, 2_000)  # the frame before
    assert world.flush() == []
    world.take(viewer, 2_300)
    other = world.viewer()
    world.tell(replace(PRESS, version=2))
    world.take(other, 9_000)
    assert world.flush() == [{KEY: 2_300}]
    assert world.flush() == [{KEY: 2_300}]  # once


def test_a_screen_opened_later_is_the_first_one() -> None:
    world = World()
    world.tell(PRESS)
    world.now = 60_000
    world.viewer()
    assert world.flush() == [{KEY: 60_000}]


def test_a_screen_that_fell_behind_shows_it_with_its_snapshot() -> None:
    world = World()
    viewer = world.viewer()
    for _ in range(QUEUE):
        world.tell()
    world.tell(PRESS)
    assert viewer.behind
    world.first.sent(viewer)
    assert world.flush() == []
    viewer.caught_up()
    world.now = 7_000
    world.first.sent(viewer)
    assert world.flush() == [{KEY: 7_000}]


def test_strangers_and_other_stations_do_not_count() -> None:
    world = World()
    for scope in (Scope(None, visitor=True), Scope(frozenset({"hat_yai"}))):
        viewer = world.viewer(scope)
    world.tell(PRESS)
    for viewer in world.viewers:
        world.take(viewer, 2_000)
    assert world.flush() == []
    world.viewer(Scope(frozenset({"lumphini"})))
    assert world.flush() == [{KEY: 2_000}]


def test_what_is_known_already_is_not_noted_again() -> None:
    world = World(known={KEY})
    viewer = world.viewer()
    world.tell(PRESS)
    world.take(viewer, 2_000)
    assert world.flush() == []


def test_a_busy_store_is_asked_again_with_the_same_moment() -> None:
    world = World()
    viewer = world.viewer()
    world.tell(PRESS)
    world.take(viewer, 2_000)
    world.busy = True
    assert world.flush() == []
    world.tell()  # closed meanwhile
    world.busy = False
    assert world.flush() == [{KEY: 2_000}]


def test_a_press_not_stored_yet_waits_and_one_that_joined_another_alarm_never_was() -> None:
    world = World()
    viewer = world.viewer()
    world.tell(replace(PRESS, stored=False), replace(PRESS, id="a2", stored=False))
    world.take(viewer, 2_000)
    assert world.flush() == []
    world.tell(PRESS)  # the other one joined it
    assert world.flush() == [{KEY: 2_000}]
    world.tell(PRESS, replace(PRESS, id="a2"))
    world.take(viewer, 3_000)
    world.take(viewer, 4_000)
    assert world.flush()[1:] == [{("lumphini", "a2"): 4_000}]
