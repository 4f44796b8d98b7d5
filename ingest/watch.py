"""For the external layout: a listener in the web process, so that a press is shown before it is stored.

It keeps no session, acknowledges at once and stores nothing: the ingest worker does that.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable

from ingest.alarm_lane import ArrivalListener, signals_of
from ingest.crowd import Crowd
from ingest.decode import carries_alarm
from ingest.heartbeat import beat_topic
from ingest.links import ALARMS, SKIMMED
from ingest.pipeline import read_message
from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt import Link
from ingest.sources.mqtt_client import Arrivals
from models.records.base import Millis
from models.records.change import Heartbeat
from store.registry import Registry

log = logging.getLogger("ingest.watch")

#: Told of every heartbeat that comes through the broker.
BeatListener = Callable[[Heartbeat], None]

#: Told `ok` (or `demo`) when both connections stand, `down` when one does not. Must not wait.
BrokerListener = Callable[[str], None]


class Watch:
    """Two connections: alarms and heartbeats on the one, positions skimmed for panics on the other."""

    def __init__(
        self,
        endpoint: Endpoint,
        registry: Callable[[], Registry],
        clock: Callable[[], Millis],
        on_arrival: ArrivalListener,
        on_beat: BeatListener,
        on_broker: BrokerListener,
    ) -> None:
        """A watch that is not yet connected. `on_broker` is told on every change, on the connections' own threads."""
        self._registry = registry
        self._up_word = "ok" if endpoint.v5 else "demo"
        self._on_broker = on_broker
        self._up: dict[str, bool] = {}
        self._word = ""
        self._lock = threading.Lock()
        self._on_arrival = on_arrival
        self._on_beat = on_beat
        self._crowd = Crowd()
        name = f"ssz-watch-{secrets.token_hex(6)}"
        self._links = [
            Link(
                endpoint,
                f"{name}-{part}",
                filters,
                2000,
                sink,
                lambda wait_s: True,
                clock,
                self._state_of(part),
                False,
            )
            for part, filters, sink in (
                ("alarm", (*ALARMS, beat_topic("+")), self._take),
                ("skim", SKIMMED, self._skim),
            )
        ]

    def start(self) -> None:
        """Connect."""
        for link in self._links:
            link.start()

    def stop(self) -> None:
        """Disconnect."""
        for link in self._links:
            link.stop()

    def _state_of(self, part: str) -> Callable[[bool, str], None]:
        self._up[part] = False

        def told(connected: bool, detail: str) -> None:
            with self._lock:
                self._up[part] = connected
                word = self._up_word if all(self._up.values()) else "down"
                if word != self._word:
                    self._word = word
                    self._on_broker(word)

        return told

    def _skim(self, link: Link, arrivals: Arrivals) -> None:
        self._acknowledge(link, arrivals)
        carrying = [message for message in arrivals.messages if carries_alarm(message[1])]
        self._tell(arrivals._replace(messages=carrying))

    def _take(self, link: Link, arrivals: Arrivals) -> None:
        self._acknowledge(link, arrivals)
        for message in arrivals.messages:
            if message[0].endswith("/beat"):
                for outcome in read_message(message, arrivals.received_at, self._registry()):
                    if isinstance(outcome, Heartbeat):
                        self._on_beat(outcome)
        events = [message for message in arrivals.messages if not message[0].endswith("/beat")]
        self._tell(arrivals._replace(messages=events))

    def _tell(self, arrivals: Arrivals) -> None:
        if arrivals.messages:
            for signal in signals_of(arrivals.messages, arrivals.received_at, self._registry()):
                self._on_arrival(self._crowd.mark(signal))

    @staticmethod
    def _acknowledge(link: Link, arrivals: Arrivals) -> None:
        link.ack([message[2] for message in arrivals.messages if message[2]], arrivals.generation)
