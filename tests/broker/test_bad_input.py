"""What nobody listens to and what the broker cuts off, on a real Mosquitto: kept, counted, and no neighbour lost."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sources.mosquitto_log import MOST_BYTES, LogReader, Refusal, refusals
from models.records.base import Reason
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import STATION, Device, Worker, now_ms, number, position, rows
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.broker

COUNTS = "SELECT source, station, reason, count FROM source_count WHERE reason IN ('bad_topic', 'bad_packet')"


def test_a_native_topic_nobody_listens_to_is_kept_and_counted(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    worker()
    box = device("box", ("ssz/v1/#",))
    junk = [
        f"ssz/v1/{STATION}/UNIT/x/zzz", f"ssz/v1/{STATION}/sos/b1/press", f"ssz/v1/{STATION}/unit/car1/positions",
        f"ssz/v1/{STATION}/sos/b1/event/more", "ssz/v2/x", "ssz/v1/made_up/unit/x/zzz",
    ]  # fmt: skip
    for topic in junk:
        box.say(topic, {"at": now_ms(), "contact": "call me at home"})
    box.say(f"ssz/v1/{STATION}/sos/b1/event", {"id": "e1", "at": now_ms(), "kind": "press"})
    box.say(f"ssz/v1/{STATION}/unit/car1/status", {"at": now_ms(), "status": "busy"})
    box.say(*position(0, 0, now_ms()))
    wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 1, what="the good fix")
    wait_until(lambda: number(station_url, "SELECT count(*) FROM quarantine") == len(junk), what="the junk is kept")
    held = rows(station_url, "SELECT topic, reason, payload FROM quarantine")
    assert {row.topic for row in held} == set(junk)
    assert {row.reason for row in held} == {"bad_topic"}
    assert not any(b"call me" in row.payload for row in held)
    # A station nobody registered, or that cannot be told, has no line of its own.
    wanted = {("mqtt", STATION, "bad_topic", 3), ("mqtt", "_unknown", "bad_topic", 3)}
    wait_until(lambda: set(rows(station_url, COUNTS)) == wanted, what="the junk is counted")
    # What other connections take is taken once, and our own words are no input.
    wait_until(lambda: box.heard_on("/receipt") == 1 and box.heard_on("/state") == 1, what="receipt and state")
    counted = "SELECT reason, count FROM source_count WHERE source = 'native'"
    wait_until(lambda: dict(rows(station_url, counted)) == {"accepted": 3}, what="three messages taken, each once")
    assert number(station_url, "SELECT presses FROM alarm") == 1


def test_a_flood_of_junk_topics_delays_no_press_and_stays_bounded(
    worker: MakeWorker, device: MakeDevice, station_url: str
) -> None:
    worker(quarantine_max_mb=1)
    box = device()
    flood = 6_000
    for n in range(flood):
        box.say(f"ssz/v1/{STATION}/junk{n}/x/y", b"")
        if n == flood // 2:
            box.say(f"ssz/v1/{STATION}/sos/b1/event", {"id": "e1", "at": now_ms(), "kind": "press"})
        if n % 500 == 499:
            box.settle(30)
    box.say(*position(0, 0, now_ms()))
    wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 1, 60, what="the fix behind the flood")
    # Each comes by a connection of its own, in its own time.
    wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 1, 60, "the press amid the flood")
    junk = "SELECT coalesce(sum(count), 0) FROM source_count WHERE reason = 'bad_topic'"
    wait_until(lambda: number(station_url, junk) == flood, 60, "the flood is counted")
    assert number(station_url, "SELECT count(*) FROM quarantine") <= 1.1 * 1024 * 1024 / 512


@pytest.fixture
def with_own_broker(station_url: str, tmp_path: Path) -> Iterator[tuple[Worker, int]]:
    """A worker with a Mosquitto of its own, as `make run` starts it, and the broker's port."""
    port = free_port()
    running = Worker(station_url, None, tmp_path, mqtt_port=port)
    yield running, port
    running.stop()


def test_a_packet_over_the_limit_is_counted_and_one_below_it_is_kept(
    with_own_broker: tuple[Worker, int], station_url: str
) -> None:
    _, port = with_own_broker
    topic = position(0, 0, 0)[0]
    good = Device(port, "good")
    good.say(topic, b"x" * 70_000)
    wait_until(lambda: number(station_url, "SELECT count(*) FROM quarantine") == 1, what="the 70 kB message is kept")
    assert rows(station_url, "SELECT reason, size, source FROM quarantine") == [("too_large", 70_000, "native")]
    big = Device(port, "big")
    big.say(topic, b"x" * 100_000)
    wait_until(
        lambda: number(station_url, "SELECT count(*) FROM quarantine WHERE source = 'broker'") >= 1,
        what="the 100 kB message is counted",
    )
    big.close()
    with socket.create_connection(("127.0.0.1", port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
        wait_until(
            lambda: ("broker", "_unknown", "bad_packet", 1) in rows(station_url, COUNTS),
            what="the stranger is counted",
        )
    held = rows(station_url, "SELECT reason, foreign_id, detail FROM quarantine WHERE source = 'broker'")
    assert {("too_large", "big", "cut off by the broker")} <= {tuple(row) for row in held}
    good.say(*position(0, 1, now_ms()))
    wait_until(lambda: number(station_url, "SELECT count(*) FROM position") == 1, what="the neighbour's fix")
    good.close()


def test_a_log_tells_who_was_cut_off_and_begins_anew_when_it_is_long(tmp_path: Path) -> None:
    assert refusals(
        [
            "1795270580: Client five disconnected due to oversize packet.",
            "1795270582: Client <unknown> disconnected due to protocol error.",
            "1795270582: Client x disconnected due to malformed packet.",
            "1795270583: New client connected from 127.0.0.1:48886 as z (p2, c1, k60).",
            "1795270584: Client 0 closed its connection.",
        ]
    ) == [
        Refusal(Reason.TOO_LARGE, "five"), Refusal(Reason.BAD_PACKET, "<unknown>"), Refusal(Reason.BAD_PACKET, "x"),
    ]  # fmt: skip
    file = tmp_path / "log"
    reader = LogReader(file)
    assert reader.new_lines() == []
    with file.open("ab", buffering=0) as log:
        log.write(b"one\ntw")
        assert reader.new_lines() == ["one"]
        log.write(b"o\n")
        assert reader.new_lines() == ["two"]
        log.write(b"x" * 100 + b"\n" + b"y" * MOST_BYTES)
        assert reader.new_lines() == ["x" * 100]
        assert file.stat().st_size == 0
        log.write(b"three\n")
        assert reader.new_lines() == ["three"]


def test_a_log_we_may_only_read_is_read_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service sees /var/lib/mosquitto read-only: that is another error than a file of somebody else's."""

    def readonly(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "truncate", readonly)
    file = tmp_path / "log"
    reader = LogReader(file)
    file.write_bytes(b"one\n" + b"x" * (MOST_BYTES - 1) + b"\n")
    assert reader.new_lines() == ["one"]
    assert reader.new_lines() == ["x" * (MOST_BYTES - 1)]
    with file.open("ab") as log:
        log.write(b"two\n")
    assert reader.new_lines() == ["two"]
    file.write_bytes(b"rotated\n")
    assert reader.new_lines() == ["rotated"]
