"""An SOS box's ear: the receipts of its presses, with the time each came."""

from __future__ import annotations

import threading
import time
from typing import Any

import orjson
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion


class Receipts:
    """Press id -> steady ns at which its receipt came."""

    def __init__(self, port: int, station: str) -> None:
        self.seen: dict[str, int] = {}
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, "bench-receipts", protocol=MQTTv5)

        def connected(there: Client, *_: Any) -> None:
            there.subscribe(f"ssz/v1/{station}/sos/+/receipt", 1)

        def subscribed(*_: Any) -> None:
            self._subscribed.set()

        self._client.on_connect, self._client.on_subscribe = connected, subscribed
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(10), "the broker took no subscription"

    def _heard(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        now = time.monotonic_ns()
        self.seen.setdefault(str(orjson.loads(message.payload)["id"]), now)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
