"""SOS boxes as they are: they press, and press again until they see their id on the receipt topic."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.fault.counts import note
from tests.fault.product import STATION, now_ms
from tests.servers import wait_until

#: How long a box waits for its receipt before it presses again, in s.
AGAIN_S = 0.5


class Boxes:
    """Every box of the test station behind one connection, which lives through restarts of the broker."""

    def __init__(self, port: int) -> None:
        self.delays: list[float] = []
        self._waiting: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
        self.pressed: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(f"ssz/v1/{STATION}/sos/+/receipt", 1)
        self._client.on_message = self._receipt
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port, 10)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._resend, name="boxes", daemon=True)
        self._thread.start()

    def press(self, box: str, press_id: str) -> None:
        """A person presses."""
        event = {"id": press_id, "at": now_ms(), "kind": "press"}
        with self._lock:
            self.pressed.add((box, press_id))
            self._waiting[box, press_id] = (time.monotonic(), event)
        self._say(box, event)

    @property
    def waiting(self) -> set[tuple[str, str]]:
        """Presses without a receipt."""
        with self._lock:
            return set(self._waiting)

    def settle(self, timeout_s: float) -> None:
        """Wait until every box has its receipt."""
        wait_until(lambda: not self.waiting, timeout_s, "a receipt for every press", every_s=0.05)

    def close(self) -> None:
        """Disconnect."""
        note("presses with a receipt", len(self.pressed - self.waiting))
        self._stop.set()
        self._thread.join(60)
        self._client.disconnect()
        self._client.loop_stop()

    def _say(self, box: str, event: dict[str, Any]) -> None:
        # QoS 0 while connected: the receipt is what a box trusts, not the broker's acknowledgement.
        if self._client.is_connected():
            self._client.publish(f"ssz/v1/{STATION}/sos/{box}/event", json.dumps(event), qos=0)

    def _resend(self) -> None:
        while not self._stop.wait(AGAIN_S):
            with self._lock:
                left = [(box, event) for (box, _), (_, event) in self._waiting.items()]
            for box, event in left:
                self._say(box, event)

    def _receipt(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        box = message.topic.split("/")[4]
        press_id = json.loads(message.payload)["id"]
        with self._lock:
            found = self._waiting.pop((box, press_id), None)
            if found:
                self.delays.append(time.monotonic() - found[0])
