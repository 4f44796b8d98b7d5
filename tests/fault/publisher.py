"""A publisher that keeps a ledger: every id it offered, and every id the broker acknowledged."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.fault.counts import note
from tests.servers import wait_until

#: Most messages offered and not acknowledged. An MQTT packet has 65,535 names: of more at once paho sends none.
MOST_WAITING = 20_000


class Publisher:
    """Publishes at QoS 1 over one persistent session and remembers what was acknowledged.

    `acked` holds the ids whose PUBACK came; what was not acknowledged is sent again after a reconnect, as any
    device does. An id is whatever the caller names a message by.
    """

    def __init__(self, port: int, client_id: str = "ledger", keepalive: int = 10) -> None:
        self.acked: set[Any] = set()
        self.offered = 0
        self._mids: dict[int, Any] = {}
        self._early: set[int] = set()
        self._lock = threading.Lock()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
        self._client.on_publish = self._on_publish
        self._client.reconnect_delay_set(1, 1)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(200)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, keepalive, clean_start=False, properties=properties)
        self._client.loop_start()

    def _on_publish(self, _client: Any, _data: Any, mid: int, _code: Any, _properties: Any) -> None:
        with self._lock:
            if mid in self._mids:
                self.acked.add(self._mids.pop(mid))
            else:
                self._early.add(mid)  # acknowledged before `publish` had written it down

    def publish(self, name: Any, topic: str, payload: dict[str, Any] | bytes, *, retain: bool = False) -> None:
        """Offer one message, waiting while too many wait; it counts as acknowledged when its PUBACK comes."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        if self.unacknowledged >= MOST_WAITING:
            wait_until(lambda: self.unacknowledged < MOST_WAITING, 60, "room for another message")
        # Not under our lock: paho holds its own while it calls back.
        info = self._client.publish(topic, body, qos=1, retain=retain)
        assert info.rc in (mqtt.MQTT_ERR_SUCCESS, mqtt.MQTT_ERR_NO_CONN), info.rc  # unconnected it is sent later
        mid = info.mid
        with self._lock:
            self.offered += 1
            if mid in self._early:
                self._early.discard(mid)
                self.acked.add(name)
            else:
                self._mids[mid] = name

    def position(
        self, station: str, unit: str, at_ms: int, lat: float = 13.73, lon: float = 100.54, **more: Any
    ) -> None:
        """Offer a native position, named (unit, at)."""
        payload = {"at": at_ms, "lat": lat, "lon": lon, "speed_kmh": 30.0, **more}
        self.publish((unit, at_ms), f"ssz/v1/{station}/unit/{unit}/position", payload)

    def press(self, station: str, box: str, press_id: str, at_ms: int | None = None) -> None:
        """Offer a box's press, named (box, id)."""
        self.event(station, box, press_id, "press", at_ms)

    def event(self, station: str, box: str, event_id: str, kind: str, at_ms: int | None = None) -> None:
        """Offer a box's event, named (box, id)."""
        at = int(time.time() * 1000) if at_ms is None else at_ms
        payload = {"id": event_id, "at": at, "kind": kind}
        self.publish((box, event_id), f"ssz/v1/{station}/sos/{box}/event", payload)

    @property
    def unacknowledged(self) -> int:
        """Messages offered and not yet acknowledged."""
        with self._lock:
            return len(self._mids)

    def settle(self, timeout_s: float = 120.0) -> None:
        """Wait until everything offered is acknowledged."""
        wait_until(lambda: self.unacknowledged == 0, timeout_s, "acknowledgement of everything offered")

    def close(self) -> None:
        """Disconnect."""
        note("acknowledged by the broker", len(self.acked))
        self._client.disconnect()
        self._client.loop_stop()
