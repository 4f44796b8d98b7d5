"""A paho client that receives in bulk, acknowledges in bulk, and never acknowledges on the wrong connection.

It relies on some private names of paho (`PRIVATE_NAMES`), which is pinned; a test holds them.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from paho.mqtt.client import MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from ingest.sources.mqtt_packets import BrokenStreamError, Control, Message, pubacks, read_packets
from ingest.sources.mqtt_prompt import PromptClient
from models.records.base import Millis

#: Most bytes asked of the socket at once.
READ_BYTES = 65_536

#: How long a full lane lets the connection wait before paho may look after its pings again, in s.
HOLD_S = 0.2

#: What of paho's inside is used here; a test fails when a new paho lacks one of them.
PRIVATE_NAMES = (
    "_sock",
    "_sock_recv",
    "_in_packet",
    "_packet_handle",
    "_packet_queue",
    "_loop_rc_handle",
    "_last_bytes_received",
    "_msgtime_mutex",
    "_ping_t",
    "_protocol",
    "_out_packet",
)

_PUBACK = 0x40


class Arrivals(NamedTuple):
    """Messages that came in one read, when they came, and on which connection (it counts up from 1)."""

    messages: list[Message]
    received_at: Millis
    generation: int


class BulkClient(PromptClient):
    """One MQTT connection whose messages go to `sink` by the hundred, and wait until `ack_many` is called.

    `sink` is called on the network thread. It must not raise and must not wait: before each read `room(HOLD_S)` is
    asked, which may wait that long for the lane to take something; while it says False nothing is read, so that a
    sender without acknowledgements (QoS 0) is slowed by TCP. With QoS 1 the receive maximum is the window.
    """

    def __init__(
        self,
        client_id: str,
        sink: Callable[[Arrivals], None],
        room: Callable[[float], bool],
        clock: Callable[[], Millis],
        protocol: MQTTProtocolVersion = MQTTv5,
        persistent: bool = True,
    ) -> None:
        """A client that is not yet connected. MQTT 5 says at connecting whether the session is kept, 3.1.1 here."""
        clean = None if protocol == MQTTv5 else not persistent
        super().__init__(CallbackAPIVersion.VERSION2, client_id, clean, protocol=protocol, manual_ack=True)
        self.generation = 0
        self._sink = sink
        self._room = room
        self._clock = clock
        self._unread = b""
        self._ack_lock = threading.Lock()

    def reconnect(self) -> MQTTErrorCode:
        """Open the next connection. What was queued for the older one, acknowledgements too, is dropped by paho."""
        with self._ack_lock:
            self.generation += 1
            self._unread = b""
        return super().reconnect()

    def ack_many(self, mids: Sequence[int], generation: int) -> bool:
        """Acknowledge messages of one connection in one send; any thread.

        Returns False, and sends nothing, when that connection is gone: packet identifiers start again at 1, so a
        late acknowledgement would take a new message off the broker. The broker sends the old ones again.
        """
        if not mids:
            return True
        with self._ack_lock:
            if generation != self.generation:
                return False
            self._packet_queue(_PUBACK, pubacks(mids), 0, 0)
        return True

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read once from the socket, hand over every whole message, let paho handle the other packets."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if not self._room(HOLD_S):
            self._stay_alive()
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        try:
            data = self._sock_recv(READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except (OSError, ssl.SSLError):
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        return self._take(self._unread + data if self._unread else data)

    def _take(self, data: bytes) -> MQTTErrorCode:
        try:
            messages, controls, used = read_packets(data, self._protocol == MQTTv5)
        except BrokenStreamError:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)
        self._unread = data[used:]
        if messages:
            self._sink(Arrivals(messages, self._clock(), self.generation))
        for control in controls:
            rc = self._control(control)
            if rc > 0:
                return self._loop_rc_handle(rc)
            if self._sock is None:
                return MQTTErrorCode.MQTT_ERR_NO_CONN
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _control(self, control: Control) -> MQTTErrorCode:
        first, body = control
        self._in_packet = {
            "command": first,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        return self._packet_handle()

    def _stay_alive(self) -> None:
        """Nothing is read while the lane is full, so the broker's answer to a ping cannot be seen: expect none."""
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._ping_t = 0.0
