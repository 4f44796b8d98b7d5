"""How soon a box that is gone is an alarm: by its last will, and by its silence."""

from __future__ import annotations

import math
import socket
import struct
import time

import orjson
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from benchmarks.blast import Blaster
from benchmarks.load import STATION
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from benchmarks.sos_thousand import box_name, register
from store.database import open_database
from tests.fault.product import now_ms

NAME = "box-lost"
KEEPALIVE_S = 10
WILL_MS = 1.5 * KEEPALIVE_S * 1000
SILENT_MS = 180_000.0

#: After this nobody is waited for any more, in s.
PATIENCE_S = 240


def mute(port: int, box: str) -> socket.socket:
    """A box that connects with a last will and says nothing more."""

    def told(value: str) -> bytes:
        return struct.pack(">H", len(value.encode())) + value.encode()

    will = told(f"ssz/v1/{STATION}/sos/{box}/online") + told('{"online": false}')
    flags = 0x02 | 0x04 | 0x08 | 0x20  # clean session, will of QoS 1, retained
    body = told("MQTT") + bytes([4, flags]) + struct.pack(">H", KEEPALIVE_S) + told(f"mute-{box}") + will
    link = socket.create_connection(("127.0.0.1", port), 10)
    link.sendall(bytes([0x10, len(body)]) + body)
    if link.recv(4)[:2] != b"\x20\x02":
        raise ConnectionError("the broker refused the box")
    return link


def wills_heard(port: int) -> tuple[Client, dict[str, float]]:
    """A listener, and epoch ms at which it heard the will of each box."""
    heard: dict[str, float] = {}

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.setdefault(message.topic.split("/")[4], now_ms())

    client = Client(CallbackAPIVersion.VERSION2, "bench-wills")
    client.on_message = on_message
    client.connect("127.0.0.1", port, 60)
    client.subscribe(f"ssz/v1/{STATION}/sos/+/online", 1)
    client.loop_start()
    return client, heard


def raised(station: Station, number: int) -> dict[str, int]:
    """Box -> when its alarm `box_lost` was raised, epoch ms, once there are so many or nobody is waited for."""
    end = time.monotonic() + PATIENCE_S
    db = open_database(station.url)
    query = text("SELECT origin, raised_at FROM alarm WHERE kind = 'box_lost' AND origin LIKE 'k%'")
    try:
        while True:
            with db.read() as conn:
                found = {str(box): int(at) for box, at in conn.execute(query)}
            if len(found) >= number or time.monotonic() > end:
                return found
            time.sleep(1.0)
    finally:
        db.close()


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(200, 10)
    with rig.station() as station:
        register(station.url, 2 * number)
        station.start()
        station.listening()
        listener, heard = wills_heard(station.broker.port)
        wills, beats = [box_name(n) for n in range(number)], [box_name(n) for n in range(number, 2 * number)]
        said: dict[str, int] = {}
        links = []
        blaster = Blaster(station.broker.port, "bench-beats")
        for will, beat in zip(wills, beats, strict=True):
            said[beat] = now_ms()
            body = orjson.dumps({"id": f"{beat}-1", "at": said[beat], "kind": "heartbeat"})
            blaster.send([(f"ssz/v1/{STATION}/sos/{beat}/event", body)])
            said[will] = now_ms()
            links.append(mute(station.broker.port, will))
            time.sleep(0.05)  # not in step with any timer of the product
        blaster.settle()
        found = raised(station, 2 * number)
        for link in links:
            link.close()
        blaster.close()
        listener.disconnect()
        listener.loop_stop()
    by_will = [found[box] - said[box] if box in found else math.inf for box in wills]
    by_silence = [found[box] - said[box] if box in found else math.inf for box in beats]
    bare = [heard[box] - said[box] if box in heard else math.inf for box in wills]
    own = [ours - theirs for ours, theirs in zip(by_will, bare, strict=True)]
    lines = [
        Line(
            f"last will, keepalive {KEEPALIVE_S} s: from the box's last packet to the alarm", spread(by_will),
            f"{spread(bare)}: until another client hears the will",
            f"<= {WILL_MS / 1000:.0f} s, 1.5 times the keepalive", max(by_will) <= WILL_MS,
        ),
        Line("of these ours, after that client heard it", spread(own), target="p99 <= 1000 ms",
             held=percentile(own, 0.99) <= 1000),
        Line(
            "silence: from the last heartbeat to the alarm", spread(by_silence),
            target=f"<= {SILENT_MS / 1000:.0f} s", held=max(by_silence) <= SILENT_MS,
        ),
    ]  # fmt: skip
    how = (
        f"{number} boxes connect with a last will and send nothing more, {number} others send one heartbeat and then "
        "nothing; shipped settings. The alarm's time is the one it is stored with. Times go by the "
        "machine's one clock. When a will is spoken is the broker's: it looks at its own clock."
    )
    samples: dict[str, object] = {
        "will_ms": plain(by_will), "will_heard_ms": plain(bare), "silence_ms": plain(by_silence),
    }  # fmt: skip
    return Figure(NAME, "A box that is gone is an alarm", how, lines, samples)
