"""MQTT in: one connection with its subscriptions, bytes and arrival time out, acknowledged when told to.

A connection logs once when it goes and once when it is back. Nothing is decoded here.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTv5, MQTTv311
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt_client import Arrivals, BulkClient
from models.records.base import Millis

#: How long the broker keeps our subscriptions and queue while we are away, in s (7 days).
SESSION_EXPIRY_S = 7 * 24 * 3600

#: Largest packet taken, in bytes: 64 to 80 KiB still reach quarantine as `too_large`.
MAX_PACKET = 81_920

log = logging.getLogger("ingest.mqtt")


class _OnlyFaults(logging.Filter):
    """Of paho's own words: only that a callback of ours raised. It repeats the rest at every attempt to connect."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "Caught exception" in record.msg


#: What paho may say.
PAHO_LOG = logging.getLogger("ingest.mqtt.paho")
PAHO_LOG.addFilter(_OnlyFaults())

#: told (connected, one line of detail)
StateListener = Callable[[bool, str], None]


def connect_properties(window: int, session_expiry_s: int = SESSION_EXPIRY_S) -> Properties:
    """MQTT 5: the session outlives us, and at most `window` messages are on their way unacknowledged."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = session_expiry_s
    properties.ReceiveMaximum = min(window, 65_535)
    properties.MaximumPacketSize = MAX_PACKET
    return properties


def secure(client: Client, endpoint: Endpoint) -> None:
    """Give a client the endpoint's credentials and, for `mqtts`, TLS 1.2 or newer with the host name checked."""
    if endpoint.user is not None:
        client.username_pw_set(endpoint.user, endpoint.password)
    if endpoint.tls:
        context = ssl.create_default_context(cafile=str(endpoint.ca_file) if endpoint.ca_file else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if endpoint.cert_file:
            context.load_cert_chain(endpoint.cert_file, endpoint.key_file)
        client.tls_set_context(context)


class Link:
    """One persistent connection: fixed client id, session kept, manual acknowledgement, receive window.

    `sink` takes the messages on the network thread; what it raises is a fault of ours: logged with its trace, the
    messages stay unacknowledged and the connection lives on.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        client_id: str,
        filters: Sequence[str],
        window: int,
        sink: Callable[[Link, Arrivals], None],
        room: Callable[[float], bool],
        clock: Callable[[], Millis],
        on_state: StateListener | None = None,
        persistent: bool = True,
    ) -> None:
        """A link that is not yet connected. `window`: most messages on their way unacknowledged (MQTT 5).

        Not `persistent`: the broker forgets it when it goes, and keeps nothing for it.
        """
        self.client_id = client_id
        self.connected = False
        self._endpoint = endpoint
        self._filters = [(topic, 1) for topic in filters]
        self._window = window
        self._sink = sink
        self._on_state = on_state
        self._told: bool | None = None
        self._persistent = persistent
        protocol = MQTTv5 if endpoint.v5 else MQTTv311
        self._client = BulkClient(client_id, self._hand_over, room, clock, protocol, persistent)
        self._client.suppress_exceptions = True  # of paho's own callbacks: none may end the network thread
        self._client.enable_logger(PAHO_LOG)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_connect_fail = self._connect_failed
        self._client.on_subscribe = self._subscribed
        self._client.reconnect_delay_set(1, 4)
        secure(self._client, endpoint)

    @property
    def generation(self) -> int:
        """Number of the present connection."""
        return self._client.generation

    def start(self) -> None:
        """Connect, and reconnect for ever, on a thread of its own."""
        host, port, keepalive_s = self._endpoint.host, self._endpoint.port, self._endpoint.keepalive_s
        if self._endpoint.v5:
            properties = connect_properties(self._window, SESSION_EXPIRY_S if self._persistent else 0)
            self._client.connect_async(
                host, port, keepalive_s, clean_start=not self._persistent, properties=properties
            )
        else:
            self._client.connect_async(host, port, keepalive_s)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the session stays with the broker. What is not acknowledged comes again."""
        self._told, self._on_state = False, None  # an end of our own is no news
        self._client.disconnect()
        self._client.loop_stop()
        self.connected = False

    def ack(self, mids: Sequence[int], generation: int) -> bool:
        """Acknowledge; False when the connection they came on is gone."""
        return self._client.ack_many(mids, generation)

    def _hand_over(self, arrivals: Arrivals) -> None:
        try:
            self._sink(self, arrivals)
        except Exception:
            log.exception("%s: fault while taking %d messages", self.client_id, len(arrivals.messages))

    def _connected(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._tell(False, f"refused: {reason}")
            return
        client.subscribe(self._filters)

    def _subscribed(
        self, client: Client, userdata: Any, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        refused = [topic for (topic, _), reason in zip(self._filters, reasons, strict=False) if reason.is_failure]
        self._tell(not refused, f"subscription refused: {', '.join(refused)}" if refused else "connected")

    def _disconnected(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._tell(False, f"disconnected: {reason}")

    def _connect_failed(self, client: Client, userdata: Any) -> None:
        self._tell(False, "broker not reachable")

    def _tell(self, connected: bool, detail: str) -> None:
        self.connected = connected
        if connected == self._told:
            return
        self._told = connected
        log.log(logging.INFO if connected else logging.WARNING, "%s: %s", self.client_id, detail)
        if self._on_state:
            self._on_state(connected, detail)
