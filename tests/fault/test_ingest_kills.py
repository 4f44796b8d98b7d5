"""Rows 1, 2 and 5 of the goal table: kill -9 of ingest and broker loses nothing and doubles nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.fault.ground import PROBE, UNITS, listening, prepare
from tests.fault.product import STATION, Process, environment, fresh, now_ms, worker
from tests.fault.publisher import Publisher
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.broker]


@pytest.fixture
def ingest(tmp_path: Path, db_url: str, mosquitto: Mosquitto) -> Iterator[Process]:
    prepare(db_url)
    process = worker(tmp_path, environment(tmp_path, db_url, mosquitto.port))
    process.start()
    yield process
    process.kill()


def stored(db_url: str) -> set[tuple[str, int]]:
    """(unit, at) of every stored fix, through a fresh connection; two rows of one fix fail."""
    db = fresh(db_url)
    with db.read() as conn:
        rows = [
            (str(row[0]), int(row[1]))
            for row in conn.execute(text("SELECT unit, at FROM position"))
            if row[0] != PROBE
        ]
    db.close()
    assert len(rows) == len(set(rows))
    return set(rows)


def test_row_1_kills_of_ingest_under_load_lose_and_double_nothing(
    ingest: Process, mosquitto: Mosquitto, db_url: str
) -> None:
    publisher = Publisher(mosquitto.port)
    listening(publisher, db_url)
    rng = random.Random(1)
    start = now_ms() - 3_600_000
    kill_at = time.monotonic() + rng.uniform(0.4, 1.0)
    kills = 0
    for number in range(6_000):
        publisher.position(STATION, UNITS[number % len(UNITS)], start + number // len(UNITS) * 1000)
        if number % 150 == 149:
            time.sleep(0.1)  # the pace of 1,500 messages a second
        if time.monotonic() > kill_at:
            ingest.kill()
            kills += 1
            ingest.start()
            kill_at = time.monotonic() + rng.uniform(0.4, 1.0)
    publisher.settle()
    wait_until(lambda: len(stored(db_url)) >= len(publisher.acked), 60, "everything acknowledged is stored")
    publisher.close()
    assert stored(db_url) == publisher.acked
    assert kills >= 3
