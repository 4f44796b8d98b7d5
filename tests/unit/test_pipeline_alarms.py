"""The alarm lane's door: what it tells at once, what it keeps, what it lets go; and what becomes of a refused SOS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import MappingProxyType

from ingest.alarm_lane import AlarmDoor, AlarmStoring
from ingest.crowd import Crowd
from ingest.lanes import Lane
from ingest.pipeline import Sorted
from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from ingest.storing import Stored, Storing
from models.records.sos import EventKind, Mark, Signal
from store.registry import Registry, Target

NOW = 1_790_000_000_000
POSITION = "ssz/v1/lumphini/unit/u1/position"
EVENT = "ssz/v1/lumphini/sos/b1/event"
REGISTRY = Registry(
    stations=MappingProxyType({"lumphini": "metro"}),
    natives=frozenset({Target("lumphini", "unit", "u1"), Target("lumphini", "box", "b1")}),
)


class Link:
    """Remembers what is acknowledged."""

    def __init__(self) -> None:
        self.acked: list[int] = []

    def ack(self, mids: Sequence[int], generation: int) -> bool:
        self.acked += mids
        return True


class Writing(Storing):
    """Remembers what it would write."""

    def __init__(self) -> None:
        self.written: list[Sorted] = []
        self.registry = lambda: REGISTRY

    def write(self, batch: Sorted, credential: str = "", patience_s: float = 0) -> Stored:
        self.written.append(batch)
        return Stored(0, 0)


def message(mid: int, topic: str, retained: bool = False, **fields: object) -> Message:
    """One message of QoS 1."""
    return topic, json.dumps({"at": NOW, **fields}).encode(), mid, retained


def position(mid: int, retained: bool = False, **more: object) -> Message:
    """A position of the unit."""
    return message(mid, POSITION, retained, lat=13.73, lon=100.54, **more)


def arrivals(*messages: Message) -> Arrivals:
    """Messages of one read."""
    return Arrivals(list(messages), NOW, 3)


def door(told: list[Signal]) -> tuple[AlarmDoor, Lane, Link]:
    """A door before a lane that is not running."""
    lane = Lane("alarm", AlarmStoring(Writing()), 10, 0.0)
    return AlarmDoor(lane, lambda: REGISTRY, Crowd(), told.append), lane, Link()


def test_positions_are_skimmed_and_let_go_at_once() -> None:
    told: list[Signal] = []
    entrance, lane, link = door(told)
    entrance.skim(link, arrivals(position(1), position(2), ("t", b"{}", 0, False)))
    assert (link.acked, lane.waiting, told) == ([1, 2], 0, [])


def test_a_panic_in_a_position_is_told_and_kept_for_the_store() -> None:
    told: list[Signal] = []
    entrance, lane, link = door(told)
    entrance.skim(link, arrivals(position(1), position(2, alarm="sos"), position(3), position(4, alarm="lowBattery")))
    assert [(signal.origin, signal.kind) for signal in told] == [("u1", EventKind.PANIC)]
    assert link.acked == [1, 3]
    assert lane.waiting == 2


def test_a_retained_panic_is_old() -> None:
    told: list[Signal] = []
    entrance, lane, link = door(told)
    entrance.skim(link, arrivals(position(1, True, alarm="sos")))
    entrance.events(link, arrivals(message(2, EVENT, True, id="1", kind="press")))
    assert (told, link.acked, lane.waiting) == ([], [1], 1)


def test_only_what_raises_an_alarm_is_told() -> None:
    told: list[Signal] = []
    entrance, lane, link = door(told)
    entrance.events(link, arrivals(*(message(n, EVENT, id=str(n), kind=kind) for n, kind in enumerate(
        ("press", "test", "heartbeat", "tamper", "nonsense"), 1))))  # fmt: skip
    assert [signal.kind for signal in told] == [EventKind.PRESS, EventKind.UNREADABLE]
    assert (lane.waiting, link.acked) == (5, [])


def test_a_fault_while_telling_does_not_keep_the_press_from_the_store() -> None:
    def fail(signal: Signal) -> None:
        raise RuntimeError("a fault of the wall")

    lane, link = Lane("alarm", AlarmStoring(Writing()), 10, 0.0), Link()
    AlarmDoor(lane, lambda: REGISTRY, Crowd(), fail).events(link, arrivals(message(1, EVENT, id="1", kind="press")))
    assert lane.waiting == 1


def test_of_a_position_the_alarm_lane_stores_the_panic_alone() -> None:
    writing = Writing()
    AlarmStoring(writing).store([arrivals(position(1, alarm="sos"), (POSITION, b'{"alarm"', 2, False))])
    (batch,) = writing.written
    assert [signal.kind for signal in batch.signals] == [EventKind.PANIC]
    assert (batch.fixes, batch.lives, batch.rejected, batch.raw) == ([], [], [], [])


def test_a_press_the_database_refuses_becomes_an_unreadable_alarm() -> None:
    writing = Writing()
    refused = message(1, EVENT, id="1", kind="press", note="what no database takes")
    AlarmStoring(writing).set_aside(refused, NOW, ValueError("no"))
    ((signal,),) = (batch.signals for batch in writing.written)
    assert signal.kind is EventKind.UNREADABLE
    assert signal.marks == {Mark.UNVERIFIED, Mark.UNREADABLE}
    assert (signal.origin, signal.note, signal.raw) == ("b1", "", refused[1])


def test_while_the_database_is_broken_presses_go_beside_it_or_stay() -> None:
    kept: list[Signal] = []
    batch = [arrivals(message(1, EVENT, id="1", kind="press"))]
    assert not AlarmStoring(Writing()).broken(batch)
    assert not AlarmStoring(Writing(), lambda signals: False).broken(batch)

    def keep(signals: Sequence[Signal]) -> bool:
        kept.extend(signals)
        return True

    assert AlarmStoring(Writing(), keep).broken(batch)
    assert [signal.id for signal in kept] == ["1"]
