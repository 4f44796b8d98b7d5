"""The alarm lane: boxes' events and units' panics, apart from the flood, and told before they are stored.

Two connections feed it. One takes the alarm topics alone, so that a press never waits behind positions; the other
skims the positions for a panic, acknowledges all the rest at once, and never holds a message it does not need.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from ingest.crowd import Crowd
from ingest.decode import carries_alarm
from ingest.lanes import Acknowledger, Lane
from ingest.pipeline import Sorted, has_strangers, read_batch, read_message
from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from ingest.storing import SideStore, Storing
from models.records.base import Millis
from models.records.sos import ALARMING, EventKind, Mark, Signal
from store.registry import Registry

log = logging.getLogger("ingest.alarm")

#: Told of every press and panic the moment it is read, before it is stored. Must be short and must not wait.
ArrivalListener = Callable[[Signal], None]


def is_position(topic: str) -> bool:
    """Whether a topic is a position feed, of which this lane takes the panics alone."""
    return topic == "positions" or topic.endswith("/position")


def signals_of(messages: Sequence[Message], received_at: Millis, registry: Registry) -> list[Signal]:
    """The presses and panics among messages."""
    return [
        outcome
        for message in messages
        for outcome in read_message(message, received_at, registry)
        if isinstance(outcome, Signal) and outcome.kind in ALARMING
    ]


class AlarmStoring:
    """The `Handler` of the alarm lane: events are stored whole, of positions the panics alone."""

    def __init__(self, storing: Storing, side_store: SideStore | None = None) -> None:
        """`storing` writes through the alarm lane of the database."""
        self._storing = storing
        self._side_store = side_store

    def _read(self, batch: Sequence[Arrivals], registry: Registry) -> Sorted:
        result = read_batch(batch, registry)
        result.fixes.clear()
        result.lives.clear()
        result.raw.clear()
        result.rejected = [item for item in result.rejected if not is_position(item.topic)]
        return result

    def store(self, batch: Sequence[Arrivals]) -> None:
        """One transaction for the batch; raises StorageError, then nothing was written."""
        result = self._read(batch, self._storing.registry())
        if has_strangers((*result.signals, *result.rejected)):  # they may have been registered a moment ago
            before = result.signals
            result = self._read(batch, self._storing.renew())
            named = {signal.key for signal in result.signals}
            result.renamed = [signal for signal in before if signal.key not in named]
        self._storing.write(result)

    def set_aside(self, message: Message, received_at: Millis, error: Exception) -> None:
        """An SOS the database refuses is an alarm all the same, marked unreadable, without what was refused."""
        found = signals_of([message], received_at, self._storing.registry())
        for signal in found:
            plain = Signal(
                station=signal.station,
                origin_kind=signal.origin_kind,
                origin=signal.origin,
                id=f"unreadable-{received_at}",
                at=received_at,
                kind=EventKind.UNREADABLE,
                received_at=received_at,
                marks=frozenset({Mark.UNVERIFIED, Mark.UNREADABLE}),
                source=signal.source,
                topic=signal.topic,
                raw=message[1],
            )
            self._storing.write(Sorted(signals=[plain], newest=received_at))
        if not found:
            self._storing.set_aside(message, received_at, error)

    def broken(self, batch: Sequence[Arrivals]) -> bool:
        """Signals go to the side database; everything else of the batch is let go only with them."""
        if self._side_store is None:
            return False
        return self._side_store(self._read(batch, self._storing.registry()).signals)


class AlarmDoor:
    """What the alarm lane's two connections hand their messages to, on their network threads."""

    def __init__(
        self, lane: Lane, registry: Callable[[], Registry], crowd: Crowd, on_arrival: ArrivalListener | None
    ) -> None:
        """Messages go to `lane`, presses first to `on_arrival`."""
        self._lane = lane
        self._registry = registry
        self._crowd = crowd
        self._on_arrival = on_arrival

    def events(self, link: Acknowledger, arrivals: Arrivals) -> None:
        """The alarm topics: every message is for this lane."""
        self._announce(arrivals)
        self._lane.put(link, arrivals)

    def skim(self, link: Acknowledger, arrivals: Arrivals) -> None:
        """The positions: keep what can carry a panic, acknowledge the rest at once."""
        carrying = [message for message in arrivals.messages if carries_alarm(message[1]) and not message[3]]
        if not carrying:
            link.ack([message[2] for message in arrivals.messages if message[2]], arrivals.generation)
            return
        kept = {id(message) for message in carrying}
        rest = [message[2] for message in arrivals.messages if message[2] and id(message) not in kept]
        link.ack(rest, arrivals.generation)
        arrivals = arrivals._replace(messages=carrying)
        self._announce(arrivals)
        self._lane.put(link, arrivals)

    def _announce(self, arrivals: Arrivals) -> None:
        if self._on_arrival is None:
            return
        try:
            for signal in signals_of(arrivals.messages, arrivals.received_at, self._registry()):
                self._on_arrival(self._crowd.mark(signal))
        except Exception:
            # Whatever is wrong with showing it early, the press itself must still be stored.
            log.exception("fault while announcing a press")
