"""A small world for tests with a real broker: a registered station, a worker, and a device that keeps a ledger."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import text

from ingest.assembly import Ingest, start_ingest
from models.records.base import Millis
from models.records.sos import Signal, SosBox
from models.records.station import Station
from models.records.unit import Unit
from settings import Settings
from store.database import Database, open_database
from store.follower import Follower
from store.registers import put_boxes, put_stations, put_units
from tests.servers import wait_until

STATION = "lumphini"
UNITS = tuple(f"car{n}" for n in range(1, 9))
BOXES = ("b1", "b2")
DEMO_KEY = "a-key-for-tests-0123456789abcdefghij"


def now_ms() -> Millis:
    """The wall clock."""
    return time.time_ns() // 1_000_000


def register(db: Database) -> None:
    """One station with its units and boxes."""
    with db.write() as tx:
        put_stations(tx, [Station(code=STATION, name_th="ลุมพินี", name_en="Lumphini", lat=13.73, lon=100.54)], now_ms())
        put_units(tx, [Unit(station=STATION, unit=unit) for unit in UNITS], now_ms())
        put_boxes(tx, [SosBox(station=STATION, box=box, lat=13.73, lon=100.54) for box in BOXES], now_ms())


def rows(url: str, query: str) -> list[Any]:
    """What a query finds, through a fresh connection."""
    db = open_database(url, 1)
    try:
        with db.read() as conn:
            return list(conn.execute(text(query)).all())
    finally:
        db.close()


def number(url: str, query: str) -> int:
    """The one number a query finds, through a fresh connection."""
    return int(rows(url, query)[0][0])


def position(unit: int, second: int, start: Millis) -> tuple[str, dict[str, Any]]:
    """Topic and fields of one fix: each (unit, second) is another one."""
    topic = f"ssz/v1/{STATION}/unit/{UNITS[unit % len(UNITS)]}/position"
    return topic, {"at": start + 1000 * second, "lat": 13.73 + second * 1e-6, "lon": 100.54, "speed_kmh": 10}


class Device:
    """Publishes at QoS 1 and notes what the broker acknowledged; hears what is published to it."""

    def __init__(
        self, port: int, name: str = "device", topics: Sequence[str] = (), will: tuple[str, bytes] | None = None
    ) -> None:
        """Connect, and subscribe to `topics`; `will`: topic and payload of a retained last will."""
        self.heard: list[tuple[str, bytes, bool]] = []
        self.acked: set[int] = set()
        self._ready = threading.Event()
        self._topics = [(topic, 1) for topic in topics]
        self._client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv5)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.on_publish = lambda client, userdata, mid, reason, properties: self.acked.add(mid)
        if will:
            self._client.will_set(will[0], will[1], 1, True)
        self._client.max_inflight_messages_set(500)
        self._client.reconnect_delay_set(1, 1)
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        expiry.SessionExpiryInterval = 300
        self._client.connect("127.0.0.1", port, 10, clean_start=False, properties=expiry)
        self._client.loop_start()
        assert self._ready.wait(60)

    def _on_connect(self, client: Client, *_: object) -> None:
        if self._topics:
            client.subscribe(self._topics)
        self._ready.set()

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload), message.retain))

    def heard_on(self, topic: str) -> int:
        """How many messages came on topics that contain these words."""
        return sum(topic in item[0] for item in self.heard)

    def say(self, topic: str, payload: dict[str, Any] | bytes, qos: int = 1, retain: bool = False) -> int:
        """Publish; the identifier that will be among `acked`."""
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self._client.publish(topic, data, qos, retain).mid

    def say_positions(self, count: int, start: Millis, rate: float = 0.0) -> None:
        """Publish `count` different fixes, at most `rate` a second (0: as fast as the broker takes them)."""
        begun = time.monotonic()
        for n in range(count):
            self.say(*position(n, n // len(UNITS), start))
            if rate:
                time.sleep(max(0.0, begun + n / rate - time.monotonic()))
            elif n % 200 == 199:
                self.settle(30)

    def settle(self, timeout_s: float = 60) -> None:
        """Wait until the broker has acknowledged everything said."""
        wait_until(lambda: not self._client._out_messages, timeout_s, what="the broker's acknowledgements")

    def vanish(self) -> None:
        """Cut the connection without a word; the broker then speaks the last will."""
        self._client.loop_stop()
        sock = self._client.socket()
        assert sock is not None
        sock.close()

    def close(self) -> None:
        """Disconnect."""
        assert self._client.disconnect() in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN)
        self._client.loop_stop()


class Worker:
    """An ingest worker in this process, on a database of its own connections."""

    def __init__(
        self,
        url: str,
        mqtt_url: str | None,
        folder: Path,
        clock: Callable[[], Millis] = now_ms,
        wait: bool = True,
        **settings: Any,
    ) -> None:
        """Start, and wait until it is connected."""
        self.arrived: list[tuple[float, Signal]] = []
        self.db = open_database(url)
        self.follower = Follower(self.db, clock)
        self.follower.start()
        values = Settings(
            database_url=url, mqtt_url=mqtt_url, data_dir=folder, secret_key=DEMO_KEY, _env_file=None, **settings
        )
        self.ingest: Ingest = start_ingest(
            values, self.db, self.follower, clock, lambda signal: self.arrived.append((time.monotonic(), signal))
        )
        if wait:
            wait_until(lambda: self.ready, what="the worker's connections")

    @property
    def ready(self) -> bool:
        """Whether it writes and all its connections stand."""
        status = self.ingest.status
        return status.leads and len(status.links) == 4 and all(status.links.values())

    def stop(self) -> None:
        """End it."""
        self.ingest.stop()
        self.follower.stop()
        self.db.close()
