"""The same worker over TLS, with a password; a certificate of somebody else is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingest.sources.endpoint import parse_url
from ingest.sources.mqtt import Link
from tests.broker.world import STATION, Device, Worker, now_ms, number, position
from tests.servers import Mosquitto, free_port, wait_until

pytestmark = pytest.mark.broker


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


# paho leaves the socket of a refused handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_worker_over_tls(station_url: str, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path / "tls", "broker")
    other, _ = certificate(tmp_path / "tls", "other")
    port = free_port()
    extra = [f"listener {port} 127.0.0.1", f"certfile {cert}", f"keyfile {key}", "tls_version tlsv1.2"]
    broker = Mosquitto(tmp_path / "broker", extra)
    try:
        url = f"mqtts://worker:secret@127.0.0.1:{port}"
        worker = Worker(station_url, url, tmp_path, mqtt_ca_file=cert)
        car = Device(broker.port)
        start = now_ms() - 1_000_000
        car.say_positions(2000, start)
        topic, fields = position(0, 900, start)
        car.say(topic, {**fields, "note": "x" * 60_000})  # longer than one record of TLS
        wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 2001, 60, what="2,001 rows")
        car.close()
        worker.stop()
        said: list[str] = []
        wrong = Link(
            parse_url(url, other), "wrong", [f"ssz/v1/{STATION}/#"], 10, lambda link, arrivals: None,
            lambda wait_s: True, now_ms, lambda up, words: said.append(words),
        )  # fmt: skip
        wrong.start()
        wait_until(lambda: bool(said), what="the refusal")
        assert not wrong.connected
        wrong.stop()
    finally:
        broker.stop()
