"""A paho client that leaves at once, also while it waits to connect again."""

from __future__ import annotations

import threading
from typing import Any

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.sources.mqtt_loop import PollingClient

#: What of paho's inside is used here; a test fails when a new paho lacks one of them.
PRIVATE_NAMES = (
    "_reconnect_wait",
    "_reconnect_delay",
    "_reconnect_delay_mutex",
    "_reconnect_min_delay",
    "_reconnect_max_delay",
)


class PromptClient(PollingClient):
    """Between two tries to reach a broker paho sleeps, and whoever stops it waits up to a second for each connection:
    a server whose broker is away would take seconds to stop. Here `disconnect` ends the wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As paho's."""
        super().__init__(*args, **kwargs)
        self._leaving = threading.Event()

    def loop_start(self) -> MQTTErrorCode:
        """As paho's."""
        self._leaving.clear()
        return super().loop_start()

    def disconnect(self, reasoncode: ReasonCode | None = None, properties: Properties | None = None) -> MQTTErrorCode:
        """As paho's; a wait for the next try ends."""
        code = super().disconnect(reasoncode, properties)  # first: who is woken looks at the state it leaves
        self._leaving.set()
        return code

    def _reconnect_wait(self) -> None:
        """The same waits as paho's: each twice as long as the one before, up to the longest."""
        with self._reconnect_delay_mutex:
            last = self._reconnect_delay
            wait_s = self._reconnect_min_delay if last is None else min(last * 2, self._reconnect_max_delay)
            self._reconnect_delay = wait_s
        self._leaving.wait(wait_s)
