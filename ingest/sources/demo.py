"""The demo: one thread that plays every device of a generated town through the real broker."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage

from ingest.sources.demo_client import device_client
from ingest.sources.demo_ground import DemoRefusedError
from ingest.sources.demo_prepare import prepare
from ingest.sources.demo_script import Script
from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt_publish import Outgoing
from models.records.base import Millis
from models.town.town import Town, make_town

__all__ = ["Demo", "DemoRefusedError", "make_town", "prepare"]

log = logging.getLogger("ingest.demo")

#: How often the town is looked at, in s.
TICK_S = 0.25

#: Messages kept while the broker is away: some minutes of the town. Beyond that new ones are dropped, as by a device.
MAX_QUEUED = 2_000

#: Most messages sent and not yet acknowledged: half of what Mosquitto bears by default.
WINDOW = 10

_GOODBYE_S = 2.0

_Order = Callable[[Script, Millis], list[Outgoing]]


class Demo:
    """Positions, statuses, heartbeats, presses, scans, reports and incidents of a town, over MQTT.

    All decisions are made in `demo_script`; this class carries bytes. `press` may be called from any thread.
    """

    def __init__(self, endpoint: Endpoint, town: Town, clock: Callable[[], Millis]) -> None:
        """A demo that is not yet running; the clock gives epoch milliseconds."""
        self.town = town
        self._endpoint = endpoint
        self._clock = clock
        self._started = clock()
        self._numbers = itertools.count(1)
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._script = Script(town, self._started)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo", daemon=True)
        self._client = self._make_client()

    @property
    def waiting(self) -> frozenset[tuple[str, str]]:
        """The presses whose receipt has not come, as `(box, id)`."""
        return self._script.presses.waiting

    def taken(self, box: str, event_id: str) -> bool:
        """Whether the receipt of a press has come."""
        return self._script.presses.taken(box, event_id)

    def start(self) -> None:
        """Connect (now, or as soon as the broker is there) and begin."""
        self._client.connect_async(self._endpoint.host, self._endpoint.port, self._endpoint.keepalive_s)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye for the boxes, disconnect, end the thread."""
        self._stop.set()
        self._orders.put(None)
        if self._thread.is_alive():
            self._thread.join(_GOODBYE_S + 3)
        self._client.disable_logger()  # its thread may look once more, and calls what we end here an error
        self._client.disconnect()
        self._client.loop_stop()

    def press(self, box: str) -> str:
        """Press a box now; returns the id of the press.

        Raises:
            KeyError: the town has no such box.
        """
        if box not in {spot.id for spot in self.town.boxes}:
            raise KeyError(box)
        event_id = f"{self._started:x}-q{next(self._numbers)}"
        self._orders.put(lambda script, now: script.press(box, event_id, now))
        return event_id

    def _make_client(self) -> Client:
        name = f"ssz-demo-{self.town.station}"
        client = device_client(self._endpoint, name, WINDOW, self._connected, self._refused)
        client.on_message = self._on_message
        client.max_queued_messages_set(MAX_QUEUED)
        return client

    def _connected(self, client: Client, receive_maximum: int) -> None:
        station = f"ssz/v1/{self.town.station}"
        client.subscribe([(f"{station}/sos/+/receipt", 1), (f"{station}/unit/+/command", 1)])
        self._orders.put(Script.hello)

    def _refused(self, reason: str) -> None:
        log.error("demo: the broker refused: %s", reason)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        topic, payload = message.topic, bytes(message.payload)
        self._orders.put(lambda script, now: script.heard(topic, payload, now))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                order = self._orders.get(timeout=TICK_S)
            except queue.Empty:
                order = None
            now = self._clock()
            if order is not None:
                self._send(order(self._script, now))
            self._send(self._script.advance(now))
        self._say_goodbye()

    def _send(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            self._client.publish(message.topic, message.payload, 1, message.retain)

    def _say_goodbye(self) -> None:
        if not self._client.is_connected():
            return
        infos = [
            self._client.publish(message.topic, message.payload, 1, message.retain)
            for message in self._script.goodbye(self._clock())
        ]
        if infos:
            infos[-1].wait_for_publish(_GOODBYE_S)
