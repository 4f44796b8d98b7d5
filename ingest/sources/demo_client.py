"""The MQTT client of those who only pretend to be devices: the demo and the replay."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt import secure

log = logging.getLogger("ingest.demo")

#: What MQTT 5 means by an absent receive maximum.
NO_MAXIMUM = 65_535


def device_client(
    endpoint: Endpoint,
    client_id: str,
    window: int,
    on_connect: Callable[[Client, int], None],
    on_refused: Callable[[str], None],
) -> Client:
    """A client that is not yet connected, with no session kept; MQTT 5 where the broker has it.

    Args:
        endpoint: the broker.
        client_id: the client's name at the broker.
        window: most messages sent and not yet acknowledged; 0 = the caller keeps to a window of its own.
        on_connect: called on the network thread after each connecting, with how many messages the broker bears
            unacknowledged (MQTT 5 receive maximum). Paho does not look at it, and Mosquitto cuts who exceeds it.
        on_refused: called with the broker's reason when it refuses.
    """
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id,
        None if endpoint.v5 else True,
        protocol=MQTTv5 if endpoint.v5 else MQTTv311,
    )

    def connected(
        client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            on_refused(str(reason))
            return
        on_connect(client, int(getattr(properties, "ReceiveMaximum", NO_MAXIMUM)))

    client.suppress_exceptions = True
    client.enable_logger(log)
    client.on_connect = connected
    client.reconnect_delay_set(1, 4)
    client.max_inflight_messages_set(window)
    secure(client, endpoint)
    return client
