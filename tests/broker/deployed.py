"""A Mosquitto that runs with what `manage.py broker config` wrote, and devices that come with certificates."""

from __future__ import annotations

import getpass
import socket
import ssl
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

import manage
from tests.servers import free_port, listening, mosquitto_binary, wait_until


@dataclass
class Deployed:
    """The broker's folder, its three ports, and its process."""

    folder: Path
    devices: int = field(default_factory=free_port)
    gateways: int = field(default_factory=free_port)
    workers: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.conf = self.folder / "made"
        self.data = self.folder / "data"
        self.data.mkdir()
        self.ca = self.conf / "replay" / "devices.crt"
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> None:
        """A `manage.py broker` command in this folder; it must be carried out."""
        assert manage.main(["broker", arguments[0], str(self.conf), *arguments[1:]]) == 0

    def write(self, *more: str) -> None:
        """`broker config`, for this machine and this user."""
        ports = [f"--{door}-port={getattr(self, door)}" for door in ("devices", "gateways", "workers")]
        user = ["--broker-user", getpass.getuser()]
        self.run("config", "--listen", "127.0.0.1", "--data", str(self.data), *ports, *user, *more)

    def start(self) -> None:
        """Start Mosquitto on the generated file and wait until all doors are open."""
        self._process = subprocess.Popen([mosquitto_binary(), "-c", str(self.conf / "broker" / "mosquitto.conf")])
        wait_until(
            lambda: all(map(listening, (self.devices, self.gateways, self.workers))), what="the broker's doors"
        )

    def restart(self) -> None:
        """Have it read its files again. Not by SIGHUP: Mosquitto 2.0.11 then forgets its bound on connections."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End it; it saves its queue."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    @property
    def log(self) -> Path:
        """What it says."""
        return self.data / "mosquitto.log"

    def issue(self, name: str) -> Path:
        """A device's certificate; the place of both files without their endings."""
        stem = self.folder / "handed" / name.replace("/", "-")
        self.run("certificate", name, "--out", str(stem))
        return stem


class Caller:
    """One connection over TLS. `said`: message id -> the broker's word; `heard`: topics that came, in order."""

    def __init__(
        self,
        port: int,
        ca: Path,
        own: Path | None = None,
        client_id: str = "caller",
        user: str = "",
        password: str = "",
        will: str = "",
    ) -> None:
        """Connect; `connected` tells whether the broker let it in."""
        self.said: dict[int, str] = {}
        self.heard: list[str] = []
        self.refused = ""
        self._answered = threading.Event()
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)
        context = ssl.create_default_context(cafile=str(ca))
        if own is not None:
            context.load_cert_chain(f"{own}.crt", f"{own}.key")
        self._client.tls_set_context(context)
        if user:
            self._client.username_pw_set(user, password)
        if will:
            self._client.will_set(will, b"{}", 1)
        self._client.max_inflight_messages_set(1000)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        try:
            self._client.connect("127.0.0.1", port, 30)
        except (OSError, ssl.SSLError) as error:
            self.refused = str(error)
            self._answered.set()
            return
        self._client.loop_start()
        assert self._answered.wait(60)

    @property
    def connected(self) -> bool:
        """Whether the broker has let it in, and not cut it off since."""
        return not self.refused

    def _on_connect(self, client: Client, userdata: Any, flags: Any, reason: ReasonCode, more: Any) -> None:
        if reason.is_failure:
            self.refused = str(reason)
        self._answered.set()

    def _on_disconnect(self, client: Client, userdata: Any, flags: Any, reason: ReasonCode, more: Any) -> None:
        self.refused = self.refused or str(reason)
        self._answered.set()

    def _on_publish(
        self, client: Client, userdata: Any, mid: int, reason: ReasonCode, more: Properties | None
    ) -> None:
        self.said[mid] = str(reason)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        self.heard.append(message.topic)

    def listen(self, topic: str) -> None:
        """Subscribe; the broker takes any subscription and delivers what the list allows."""
        self._client.subscribe(topic, 1)
        assert self._subscribed.wait(60)

    def say(self, topics: Sequence[str], payload: bytes = b"{}", retain: bool = False) -> list[str]:
        """Publish to each topic at QoS 1 and wait; those the broker took."""
        mids = [self._client.publish(topic, payload, 1, retain).mid for topic in topics]
        wait_until(lambda: not self.connected or all(mid in self.said for mid in mids), what="acknowledgements")
        taken = ("Success", "No matching subscribers")
        return [topic for topic, mid in zip(topics, mids, strict=True) if self.said.get(mid) in taken]

    def cut(self) -> None:
        """End without a word, as by a power cut: the broker speaks the will."""
        line = self._client.socket()
        assert isinstance(line, socket.socket)
        line.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
