"""Rows 8 and 18 of the goal table: PostgreSQL ends without a word, and a store whose every commit is slow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sources.mqtt_client import READ_BYTES
from tests.fault.counts import took
from tests.fault.ground import BOXES, UNITS, listening, prepare
from tests.fault.ledger import balance, heard, number, presses, publishing, rows, running, told_presses
from tests.fault.product import STATION, Process, environment, hooked, now_ms
from tests.fault.scale import EITHER_KIND, scaled
from tests.servers import Mosquitto, PgCluster, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.broker]


@pytest.mark.postgres
def test_row_8_postgresql_stopped_without_a_word_loses_no_press_no_incident_and_no_position(
    tmp_path: Path, mosquitto: Mosquitto, pg_cluster: PgCluster, pg_url: str
) -> None:
    start, number_of, stops = now_ms() - 3_600_000, 0, scaled(2, 8)
    incidents: set[tuple[str, int]] = set()
    with running(tmp_path, pg_url, mosquitto.port) as ingest, publishing(mosquitto.port, pg_url) as publisher:
        for stop in range(stops):
            for part in range(10):
                for _ in range(50):
                    unit = UNITS[number_of % len(UNITS)]
                    publisher.position(STATION, unit, start + number_of // len(UNITS) * 1000)
                    number_of += 1
                publisher.press(STATION, BOXES[part], f"press-{number_of}")
                incident = {"id": f"case-{number_of}", "occurred_from": start, "offence": "ลักทรัพย์"}
                publisher.publish(("incident", number_of), f"ssz/v1/{STATION}/incident/crimes", incident)
                incidents.add(("incident", number_of))
                time.sleep(0.05)  # a stream, so that the stop falls into it
                if part == 5:
                    pg_cluster.stop("immediate")
            try:
                publisher.settle()
            finally:
                pg_cluster.start()
            there = time.monotonic()
            publisher.press(STATION, BOXES[-1], f"press-after-{stop}")
            after = (BOXES[-1], f"press-after-{stop}")
            wait_until(lambda after=after: after in heard(pg_url), 60, "ingest is back")  # type: ignore[misc]
            took("a new press stored after PostgreSQL's start", time.monotonic() - there, 5)
        publisher.settle()
        assert incidents <= publisher.acked
        publisher.acked -= incidents
        balance(pg_url, publisher)
        kept = "SELECT count(DISTINCT id) FROM incident"
        wait_until(lambda: number(pg_url, kept) == len(incidents), 60, "every incident", every_s=0.1)
        assert ingest.running
    assert number(pg_url, "SELECT count(*) FROM incident") == len(incidents)
    assert presses(pg_url) == len(heard(pg_url)) == told_presses(pg_url)


BATCH = 200


@pytest.fixture
def slow_ingest(tmp_path: Path, mosquitto: Mosquitto, db_url: str) -> Iterator[Process]:
    """A worker whose every commit takes 200 ms."""
    prepare(db_url)
    process = hooked(tmp_path, environment(tmp_path, db_url, mosquitto.port, batch_size=BATCH), "slow", 0.2)
    process.start()
    yield process
    process.kill()


def most_waiting(process: Process) -> int:
    """The greatest number of messages that ever waited in the position lane."""
    said = [line.split() for line in process.output().splitlines() if line.startswith("waiting position ")]
    return max(int(words[2]) for words in said)


@pytest.mark.parametrize("db_url", EITHER_KIND, indirect=True)
def test_row_18_a_slow_store_holds_the_flow_back_in_bounded_memory_and_loses_nothing(
    slow_ingest: Process, mosquitto: Mosquitto, db_url: str
) -> None:
    start, count = now_ms() - 3_600_000, scaled(3_000, 40_000)
    with publishing(mosquitto.port) as publisher:
        listening(publisher, db_url)
        before = slow_ingest.memory_mb
        slow_ingest.pause()  # all is there at once when it goes on, however slow this machine is
        for n in range(count):
            publisher.position(STATION, UNITS[n % len(UNITS)], start + n // len(UNITS) * 1000)
            if n % 400 == 399:
                publisher.press(STATION, BOXES[n // 400 % len(BOXES)], f"press-{n}")
        publisher.settle()
        slow_ingest.resume()
        balance(db_url, publisher, 120)
        # Four batches, and what one read of the socket holds beyond them.
        assert most_waiting(slow_ingest) <= 4 * BATCH + READ_BYTES // 80
        assert slow_ingest.memory_mb - before <= 50
        assert slow_ingest.running
    assert rows(db_url, "SELECT sum(presses) FROM alarm WHERE cause = ''") == [(len(heard(db_url)),)]
