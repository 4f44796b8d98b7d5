"""Which broker there is: the one configured, else Mosquitto as a child of ours, else the demo broker."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingest.sources.endpoint import BrokerError, BrokerKind, Endpoint, parse_url
from ingest.sources.mosquitto import Mosquitto, find_mosquitto

__all__ = ["BrokerError", "BrokerKind", "Endpoint", "RunningBroker", "endpoint_of", "start_broker"]

log = logging.getLogger("ingest.broker")


class _Stoppable(Protocol):
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """Where the broker is, and what of it is ours to stop."""

    endpoint: Endpoint
    own: _Stoppable | None = None

    def stop(self) -> None:
        """Stop it, if it is ours."""
        if self.own:
            self.own.stop()


def start_broker(
    url: str | None, port: int, data_dir: Path, ca_file: Path | None = None, program: str | None = None
) -> RunningBroker:
    """The broker to use. `program`: path of Mosquitto; None looks for it, "" does without.

    Raises:
        BrokerError: a local broker is needed and cannot be started; one line that names the port.
    """
    if url:
        return RunningBroker(parse_url(url, ca_file))
    found = find_mosquitto() if program is None else program
    if found:
        mosquitto = Mosquitto(port, data_dir / "mosquitto", found)
        log.info("mosquitto on 127.0.0.1:%d", port)
        return RunningBroker(Endpoint("127.0.0.1", port, BrokerKind.MOSQUITTO), mosquitto)
    # Loaded only where there is no other: it takes a tenth of a second of every start.
    from ingest.sources.demo_broker import DemoBroker

    return RunningBroker(Endpoint("127.0.0.1", port, BrokerKind.DEMO), DemoBroker(port))


def endpoint_of(url: str | None, port: int, ca_file: Path | None = None) -> Endpoint:
    """Where `start_broker` of another process with the same settings has put the broker; starts nothing."""
    if url:
        return parse_url(url, ca_file)
    return Endpoint("127.0.0.1", port, BrokerKind.MOSQUITTO if find_mosquitto() else BrokerKind.DEMO)
