"""A sender that costs little: MQTT 3.1.1 packets straight onto a socket, QoS 1, every PUBACK counted.

As a program (`python -m benchmarks.blast`) it offers positions at a rate, so that nobody measured pays for it.
"""

from __future__ import annotations

import argparse
import select
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator

import orjson

from benchmarks.load import Outgoing, positions

#: Most messages on their way without a PUBACK.
WINDOW = 5_000
_CONNACK, _PUBACK = 4, 4  # bytes of these packets


def _text(value: str) -> bytes:
    body = value.encode()
    return struct.pack(">H", len(body)) + body


def _packet(first: int, body: bytes) -> bytes:
    length, size = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([first]) + bytes(size) + body


def publish_packet(topic: str, payload: bytes, mid: int) -> bytes:
    """A PUBLISH of QoS 1."""
    return _packet(0x32, _text(topic) + struct.pack(">H", mid) + payload)


class Blaster:
    """One connection of a sender. `acked_ns` and `sent_ns` are steady times by the order of sending."""

    def __init__(self, port: int, client_id: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(_packet(0x10, _text("MQTT") + bytes([4, 2, 0, 0]) + _text(client_id)))
        if self._read_exactly(_CONNACK)[3] != 0:
            raise ConnectionError("the broker refused the sender")
        self._rest = b""
        self.sent = 0
        self.sent_ns: list[int] = []
        self.acked_ns: list[int] = []

    def _read_exactly(self, number: int) -> bytes:
        data = b""
        while len(data) < number:
            more = self._socket.recv(number - len(data))
            if not more:
                raise ConnectionError("the broker closed the connection")
            data += more
        return data

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Send at once, as one piece."""
        parts = []
        for topic, payload in messages:
            self.sent += 1
            parts.append(publish_packet(topic, payload, (self.sent - 1) % 65_535 + 1))
        now = time.monotonic_ns()
        self.sent_ns += [now] * len(parts)
        self._socket.sendall(b"".join(parts))

    def hear(self, wait_s: float) -> None:
        """Take PUBACKs, waiting at most that long for the first. A broker acknowledges in the order of sending."""
        ready, _, _ = select.select([self._socket], [], [], max(wait_s, 0))
        if not ready:
            return
        data = self._rest + self._socket.recv(65_536)
        now = time.monotonic_ns()
        whole = len(data) // _PUBACK
        self._rest = data[whole * _PUBACK :]
        self.acked_ns += [now] * whole

    @property
    def waiting(self) -> int:
        """Messages without a PUBACK."""
        return self.sent - len(self.acked_ns)

    def settle(self, timeout_s: float = 60.0) -> None:
        """Wait for every PUBACK.

        Raises:
            TimeoutError: they did not all come.
        """
        deadline = time.monotonic() + timeout_s
        while self.waiting:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.waiting} messages were not acknowledged by the broker")
            self.hear(0.2)

    def pour(self, messages: Iterator[Outgoing], chunk: int = 500) -> None:
        """Send as fast as the broker takes them, until every one is acknowledged."""
        while batch := [message for _, message in zip(range(chunk), messages, strict=False)]:
            self.send(batch)
            while self.waiting > WINDOW:
                self.hear(0.2)
        self.settle()

    def pace(self, messages: Iterator[Outgoing], rate: float, seconds: float) -> None:
        """Offer `rate` messages a second, whatever becomes of them."""
        start = time.monotonic()
        offered = 0
        while (passed := time.monotonic() - start) < seconds:
            due = int(passed * rate) - offered
            if due > 0:
                batch = [message for _, message in zip(range(due), messages, strict=False)]
                if not batch:
                    return
                self.send(batch)
                offered += len(batch)
            self.hear(max(0.0, start + (offered + 1) / rate - time.monotonic()))

    def close(self) -> None:
        """Disconnect."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()


def main() -> int:
    """Offer positions at a rate; the times of sending and acknowledgement go to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--first-ms", type=int, required=True)
    options = parser.parse_args()
    blaster = Blaster(options.port, "bench-blast")
    blaster.pace(positions(10**9, options.first_ms), options.rate, options.seconds)
    blaster.settle()
    blaster.close()
    sys.stdout.buffer.write(orjson.dumps({"sent_ns": blaster.sent_ns, "acked_ns": blaster.acked_ns}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
