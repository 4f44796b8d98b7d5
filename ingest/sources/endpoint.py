"""Where the broker is and what kind it is: a plain value the MQTT clients are made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Without another word: a silent cut is noticed after two of these, in s.
KEEPALIVE_S = 8


class BrokerKind(StrEnum):
    """What stands behind the endpoint; shown in the status."""

    EXTERNAL = "external"
    MOSQUITTO = "mosquitto"
    DEMO = "demo broker: not for service"


class BrokerError(Exception):
    """The local broker cannot be started (port taken, program refused); `str()` is one line."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to reach a broker. The demo broker speaks MQTT 3.1.1 only, all others MQTT 5."""

    host: str
    port: int
    kind: BrokerKind = BrokerKind.EXTERNAL
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    user: str | None = None
    password: str | None = None
    keepalive_s: int = KEEPALIVE_S

    def __repr__(self) -> str:
        """Without the password: an endpoint may end up in a log."""
        return f"Endpoint({'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}, {self.kind})"

    @property
    def v5(self) -> bool:
        """Whether MQTT 5 is spoken."""
        return self.kind is not BrokerKind.DEMO

    @property
    def shares(self) -> bool:
        """Whether shared subscriptions are possible."""
        return self.v5


def parse_url(url: str, ca_file: Path | None = None) -> Endpoint:
    """The endpoint of an `mqtt://` or `mqtts://user:pass@host:port` address (default ports 1883 and 8883)."""
    parts = urlsplit(url)
    tls = parts.scheme == "mqtts"
    return Endpoint(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or (8883 if tls else 1883),
        tls=tls,
        ca_file=ca_file,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
