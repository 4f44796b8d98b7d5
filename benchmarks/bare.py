"""The bare limit of a drain: a paho loop that only counts, with the product's protocol, QoS, window and manual
acknowledgement. As a program, so that its CPU time is a process's own; it says what it used as JSON."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import orjson
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks.load import STATION

CLIENT = "bench-bare"
FILTERS = [(f"ssz/v1/{STATION}/unit/+/position", 1)]


def properties(window: int) -> Properties:
    """A session that is kept, and at most `window` messages on their way."""
    found = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    found.SessionExpiryInterval = 3600
    found.ReceiveMaximum = window
    return found


def make_session(port: int) -> None:
    """Have the broker keep a queue for the bare loop."""
    client = Client(CallbackAPIVersion.VERSION2, CLIENT, protocol=MQTTv5)

    def connected(there: Client, *_: Any) -> None:
        there.subscribe(FILTERS)

    def subscribed(there: Client, *_: Any) -> None:
        there.disconnect()

    client.on_connect, client.on_subscribe = connected, subscribed
    client.connect("127.0.0.1", port, clean_start=False, properties=properties(100))
    client.loop_forever()


def drain(port: int, number: int, window: int) -> dict[str, float]:
    """Count `number` messages; CPU and wall seconds from before connecting to the last acknowledgement."""
    client = Client(CallbackAPIVersion.VERSION2, CLIENT, protocol=MQTTv5, manual_ack=True)
    counted = 0

    def heard(there: Client, _data: Any, message: MQTTMessage) -> None:
        nonlocal counted
        counted += 1
        there.ack(message.mid, message.qos)
        if counted == number:
            there.disconnect()

    client.on_message = heard
    cpu, wall = time.process_time(), time.monotonic()
    client.connect("127.0.0.1", port, clean_start=False, properties=properties(window))
    client.loop_forever()
    return {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall, "messages": counted}


def main() -> int:
    """Drain once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--window", type=int, required=True)
    options = parser.parse_args()
    sys.stdout.buffer.write(orjson.dumps(drain(options.port, options.number, options.window)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
