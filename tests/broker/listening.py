"""A plain subscriber for tests: what was published, and when it came."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


class Heard(NamedTuple):
    """One message; `received` in epoch ms."""

    topic: str
    payload: bytes
    retain: bool
    received: int


class Listener:
    """Subscribes to filters at QoS 1 on entering; `messages` grows from then on."""

    def __init__(self, url: str, *filters: str) -> None:
        self.messages: list[Heard] = []
        self._filters = filters
        self._url = url
        self._grown = threading.Condition()
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._ready.set()

    def __enter__(self) -> Listener:
        parts = urlsplit(self._url)
        self._client.connect(parts.hostname or "", parts.port or 1883)
        self._client.loop_start()
        self._client.subscribe([(name, 1) for name in self._filters])
        assert self._ready.wait(60), "no answer to the subscription"
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1 and wait for the acknowledgement."""
        self._client.publish(topic, payload, 1).wait_for_publish(60)

    def wait_for(self, count: int, ending: str = "", timeout_s: float = 60) -> list[Heard]:
        """Wait until `count` messages came whose topic ends so; returns them.

        Raises:
            TimeoutError: they did not come.
        """
        deadline = time.monotonic() + timeout_s
        with self._grown:
            while True:
                found = [message for message in self.messages if message.topic.endswith(ending)]
                if len(found) >= count:
                    return found
                if not self._grown.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() > deadline:
                    raise TimeoutError(f"{len(found)} of {count} messages {ending} in {timeout_s} s")

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        heard = Heard(message.topic, bytes(message.payload), message.retain, int(time.time() * 1000))
        with self._grown:
            self.messages.append(heard)
            self._grown.notify_all()
