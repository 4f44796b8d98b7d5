"""Publishes a replay at QoS 1 with a bounded number of messages on the way, and counts what the broker took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.sources.demo_client import device_client
from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt_publish import Outgoing
from ingest.sources.replay_columns import ReplayRefusedError

#: Most messages handed to the client and not yet acknowledged; fewer when the broker says so.
WINDOW = 1_000

CONNECT_S = 10.0

#: How long no acknowledgement at all may come before the replay gives up, in s. A broker's restart is shorter.
SILENCE_S = 60.0


class Pump:
    """One connection that publishes as fast as it is told to and the broker takes. Use as a context manager."""

    def __init__(self, endpoint: Endpoint, client_id: str) -> None:
        self.published = 0
        self.acknowledged = 0
        self.refused = 0
        self._window = WINDOW
        self._endpoint = endpoint
        self._refusal = ""
        self._up = threading.Event()
        self._moved = threading.Condition()
        self._client = device_client(endpoint, client_id, 0, self._connected, self._was_refused)
        self._client.on_publish = self._on_publish
        self._client.max_queued_messages_set(0)

    def __enter__(self) -> Pump:
        """Connect.

        Raises:
            ReplayRefusedError: the broker is not there, or refuses; one line.
        """
        where = f"{self._endpoint.host}:{self._endpoint.port}"
        try:
            self._client.connect(self._endpoint.host, self._endpoint.port, self._endpoint.keepalive_s)
        except OSError as error:
            raise ReplayRefusedError(f"no broker at {where}: {error}") from error
        self._client.loop_start()
        if not self._up.wait(CONNECT_S):
            self._client.loop_stop()
            raise ReplayRefusedError(f"the broker at {where} does not let us in: {self._refusal or 'no answer'}")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Publish in order; waits while as many as the window holds are on the way.

        Raises:
            ReplayRefusedError: the broker acknowledged nothing for `SILENCE_S`.
        """
        for message in messages:
            if self._on_the_way() >= self._window:
                self._wait_until_below(max(1, self._window * 3 // 4))
            info = self._client.publish(message.topic, message.payload, 1)
            if info.rc in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
                self.published += 1  # without a connection paho keeps it and sends it after reconnecting

    def finish(self) -> None:
        """Wait for the last acknowledgements.

        Raises:
            ReplayRefusedError: they did not come.
        """
        self._wait_until_below(1)

    def _on_the_way(self) -> int:
        return self.published - self.acknowledged - self.refused

    def _wait_until_below(self, level: int) -> None:
        with self._moved:
            left, since = self._on_the_way(), time.monotonic()
            while self._on_the_way() >= level:
                self._moved.wait(0.5)
                if self._on_the_way() != left:
                    left, since = self._on_the_way(), time.monotonic()
                elif time.monotonic() - since > SILENCE_S:
                    raise ReplayRefusedError(
                        f"the broker stopped taking messages: {self.acknowledged} of {self.published} acknowledged"
                    )

    def _connected(self, client: Client, receive_maximum: int) -> None:
        self._window = min(WINDOW, receive_maximum)
        self._up.set()

    def _was_refused(self, reason: str) -> None:
        self._refusal = reason

    def _on_publish(
        self, client: Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        with self._moved:
            if reason.is_failure:
                self.refused += 1
            else:
                self.acknowledged += 1
            self._moved.notify_all()
