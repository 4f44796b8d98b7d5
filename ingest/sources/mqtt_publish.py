"""MQTT out: messages published at QoS 1, done when the broker has acknowledged them."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt import PAHO_LOG, secure
from ingest.sources.mqtt_prompt import PromptClient

log = logging.getLogger("ingest.mqtt")


class Outgoing(NamedTuple):
    """A message to publish."""

    topic: str
    payload: bytes
    retain: bool = False


class Sender:
    """One connection that only publishes; it reconnects for ever, on a thread of its own."""

    def __init__(self, endpoint: Endpoint, client_id: str) -> None:
        """A sender that is not yet connected."""
        self.connected = False
        self._endpoint = endpoint
        self._client = PromptClient(
            CallbackAPIVersion.VERSION2,
            client_id,
            None if endpoint.v5 else True,
            protocol=MQTTv5 if endpoint.v5 else MQTTv311,
        )
        self._client.suppress_exceptions = True
        self._client.enable_logger(PAHO_LOG)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.reconnect_delay_set(1, 4)
        self._client.max_inflight_messages_set(100)
        secure(self._client, endpoint)

    def start(self) -> None:
        """Connect."""
        self._client.connect_async(self._endpoint.host, self._endpoint.port, self._endpoint.keepalive_s)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
        self.connected = False

    def send(self, messages: Sequence[Outgoing], timeout_s: float) -> list[bool]:
        """Publish all, wait for their acknowledgements; which of them the broker has taken.

        A message that was not acknowledged in time may still arrive: receivers must bear a repetition.
        """
        if not self.connected:
            return [False] * len(messages)
        sent = [self._client.publish(item.topic, item.payload, 1, item.retain) for item in messages]
        deadline = time.monotonic() + timeout_s
        return [self._acknowledged(info, deadline) for info in sent]

    def _acknowledged(self, info: MQTTMessageInfo, deadline: float) -> bool:
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            return False
        try:
            info.wait_for_publish(max(0.0, deadline - time.monotonic()))
            return info.is_published()
        except (RuntimeError, ValueError):  # paho: the connection went, or its queue is full
            return False

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self.connected = not reason.is_failure

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self.connected = False

    def _on_publish(
        self, client: Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("the broker refused a message of ours: %s", reason)
