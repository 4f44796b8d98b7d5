"""Which broker there is, and what becomes of it and of us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sources.broker import BrokerError, BrokerKind, endpoint_of, start_broker
from ingest.sources.endpoint import parse_url
from ingest.sources.mosquitto import Mosquitto, configuration, find_mosquitto
from tests.broker.world import STATION, Worker, now_ms, number
from tests.servers import free_port, listening, wait_until

_CHILD = """
import sys
from pathlib import Path
from ingest.sources.broker import start_broker
broker = start_broker(None, int(sys.argv[1]), Path(sys.argv[2]))
print(broker.own.pid, flush=True)
sys.stdin.read()
broker.stop()
"""


def test_a_configured_broker_is_used_and_nothing_is_started(tmp_path: Path) -> None:
    broker = start_broker("mqtts://anna:p%40ss@broker.example", 1, tmp_path)
    assert broker.own is None
    endpoint = broker.endpoint
    assert (endpoint.host, endpoint.port, endpoint.tls, endpoint.kind) == (
        "broker.example", 8883, True, BrokerKind.EXTERNAL,
    )  # fmt: skip
    assert (endpoint.user, endpoint.password) == ("anna", "p@ss")
    assert "p@ss" not in repr(endpoint)
    assert parse_url("mqtt://127.0.0.1:1999").port == 1999


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    port = free_port()
    first = start_broker(None, port, tmp_path, program="")
    try:
        for program in ("", "mosquitto"):
            with pytest.raises(BrokerError, match=str(port)):
                start_broker(None, port, tmp_path, program=program)
    finally:
        first.stop()


def test_the_queue_is_raised_and_bounded_and_the_listener_is_local(tmp_path: Path) -> None:
    lines = configuration(1999, tmp_path).splitlines()
    assert "listener 1999 127.0.0.1" in lines
    assert "max_queued_messages 200000" in lines
    assert "max_packet_size 81920" in lines


@pytest.mark.broker
def test_mosquitto_is_found_used_and_started_again(tmp_path: Path) -> None:
    port, program = free_port(), find_mosquitto()
    assert program
    broker = start_broker(None, port, tmp_path)
    try:
        assert broker.endpoint == endpoint_of(None, port)
        assert broker.endpoint.kind is BrokerKind.MOSQUITTO
        own = broker.own
        assert isinstance(own, Mosquitto)
        pid = own.pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: own.pid not in (None, pid) and listening(port), what="mosquitto to be back")
    finally:
        broker.stop()
    assert not listening(port)


@pytest.mark.broker
def test_a_program_that_refuses_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "mosquitto" / "mosquitto.db").mkdir(parents=True)  # its queue cannot be read
    with pytest.raises(BrokerError, match="mosquitto"):
        start_broker(None, free_port(), tmp_path, program="/bin/false")


@pytest.mark.broker
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_broker_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(port), str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        parent.stdout.readline()
        assert listening(port)
        parent.kill()
    wait_until(lambda: not listening(port), what="the broker to end")


@pytest.mark.broker
def test_our_mosquitto_does_not_end_by_a_key_pressed_for_us(tmp_path: Path) -> None:
    broker = start_broker(None, free_port(), tmp_path)
    try:
        assert isinstance(broker.own, Mosquitto)
        assert broker.own.pid is not None
        assert os.getpgid(broker.own.pid) != os.getpgid(0), "Ctrl-C goes to the whole group"
    finally:
        broker.stop()


def test_the_demo_broker_speaks_the_older_protocol_and_says_what_it_is(
    station_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    broker = start_broker(None, port, tmp_path, program="")
    monkeypatch.setattr("ingest.assembly.start_broker", lambda *args: broker)
    try:
        assert "not for service" in caplog.text
        worker = Worker(station_url, f"mqtt://127.0.0.1:{port}", tmp_path)
        try:
            assert worker.ingest.status.kind == "demo broker: not for service"
            assert worker.ingest.status.broker == "demo"
            _publish_older(port, f"ssz/v1/{STATION}/sos/b1/event", now_ms())
            wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 1, what="the alarm")
            wait_until(lambda: worker.follower.picture.newest_beat > 0, what="the heartbeat")
        finally:
            worker.stop()
    finally:
        broker.stop()


def _publish_older(port: int, topic: str, at: int) -> None:
    """One press, as a device of MQTT 3.1.1 sends it."""
    from paho.mqtt.client import Client, MQTTv311
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(CallbackAPIVersion.VERSION2, "box", protocol=MQTTv311)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, f'{{"id": "e1", "at": {at}, "kind": "press"}}', 1).wait_for_publish(60)
    client.disconnect()
    client.loop_stop()
