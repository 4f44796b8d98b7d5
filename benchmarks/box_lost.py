"""How soon a box that is gone is an alarm: by its last will, and by its silence."""

from __future__ import annotations

import math
import socket
import struct
import time
from collections.abc import Mapping, Sequence

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
#: The keepalive of the row of reliability, and the one that is recommended to boxes (`docs/boxes.md`), in s.
KEEPALIVE_S, RECOMMENDED_S = 10, 5
WILL_MS = 1.5 * KEEPALIVE_S * 1000
SILENT_MS = 180_000.0

#: After this nobody is waited for any more, in s.
PATIENCE_S = 240


def mute(port: int, box: str, keepalive_s: int) -> socket.socket:
    """A box that connects with a last will and says nothing more."""

    def told(value: str) -> bytes:
        return struct.pack(">H", len(value.encode())) + value.encode()

    will = told(f"ssz/v1/{STATION}/sos/{box}/online") + told('{"online": false}')
    flags = 0x02 | 0x04 | 0x08 | 0x20  # clean session, will of QoS 1, retained
    body = told("MQTT") + bytes([4, flags]) + struct.pack(">H", keepalive_s) + told(f"mute-{box}") + will
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
        register(station.url, 3 * number)
        station.start()
        station.listening()
        listener, heard = wills_heard(station.broker.port)
        wills, quicks, beats = ([box_name(turn * number + n) for n in range(number)] for turn in range(3))
        said: dict[str, int] = {}
        links = []
        blaster = Blaster(station.broker.port, "bench-beats")
        for will, quick, beat in zip(wills, quicks, beats, strict=True):
            said[beat] = now_ms()
            body = orjson.dumps({"id": f"{beat}-1", "at": said[beat], "kind": "heartbeat"})
            blaster.send([(f"ssz/v1/{STATION}/sos/{beat}/event", body)])
            for box, keepalive_s in ((will, KEEPALIVE_S), (quick, RECOMMENDED_S)):
                said[box] = now_ms()
                links.append(mute(station.broker.port, box, keepalive_s))
            time.sleep(0.05)  # not in step with any timer of the product
        blaster.settle()
        found = raised(station, 3 * number)
        for link in links:
            link.close()
        blaster.close()
        listener.disconnect()
        listener.loop_stop()

    def after(when: Mapping[str, float], boxes: Sequence[str]) -> list[float]:
        return [when[box] - said[box] if box in when else math.inf for box in boxes]

    by_will, by_quick, by_silence = after(found, wills), after(found, quicks), after(found, beats)
    bare, bare_quick = after(heard, wills), after(heard, quicks)
    own = [ours - theirs for ours, theirs in zip(by_will + by_quick, bare + bare_quick, strict=True)]
    lines = [
        Line(
            f"last will, keepalive {KEEPALIVE_S} s: from the box's last packet to the alarm", spread(by_will),
            f"{spread(bare)}: until another client hears the will",
            f"<= {WILL_MS / 1000:.0f} s, 1.5 times the keepalive", max(by_will) <= WILL_MS,
        ),
        Line(
            f"last will, keepalive {RECOMMENDED_S} s as boxes are recommended", spread(by_quick),
            f"{spread(bare_quick)}: until another client hears the will",
            f"<= {WILL_MS / 1000:.0f} s", max(by_quick) <= WILL_MS,
        ),
        Line("of these ours, after that client heard it", spread(own), target="p99 <= 1000 ms",
             held=percentile(own, 0.99) <= 1000),
        Line(
            "silence: from the last heartbeat to the alarm", spread(by_silence),
            target=f"<= {SILENT_MS / 1000:.0f} s", held=max(by_silence) <= SILENT_MS,
        ),
    ]  # fmt: skip
    how = (
        f"{number} boxes of each keepalive connect with a last will and send nothing more, {number} others send one "
        "heartbeat and then nothing; shipped settings. The alarm's time is the one it is stored with. Times go by "
        "the machine's one clock. When a will is spoken is the broker's: Mosquitto 2.0 looks every five seconds for "
        "links silent for more than 1.5 times their keepalive. Which keepalive a box has is its own word: the "
        "contract of its payloads fixes none."
    )
    samples: dict[str, object] = {
        "will_ms": plain(by_will), "will_heard_ms": plain(bare), "will_5_ms": plain(by_quick),
        "will_5_heard_ms": plain(bare_quick), "silence_ms": plain(by_silence),
    }  # fmt: skip
    return Figure(NAME, "A box that is gone is an alarm", how, lines, samples)
