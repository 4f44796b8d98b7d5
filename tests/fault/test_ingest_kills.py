"""Rows 1, 2 and 21 of the goal table: an ingest worker that dies at the worst moment loses and doubles nothing."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from store.database import open_database
from tests.fault.counts import note
from tests.fault.ground import BOXES, UNITS
from tests.fault.ledger import balance, counted, heard, number, presses, publishing, running, stored
from tests.fault.product import STATION, environment, hooked, now_ms
from tests.fault.publisher import Publisher
from tests.fault.scale import EITHER_KIND, crossed, scaled
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.broker]

KILLED = -int(signal.SIGKILL)


def offer_positions(publisher: Publisher, first: int, count: int, start: int) -> None:
    """Fixes number `first` to `first + count`, each another (unit, at)."""
    for n in range(first, first + count):
        publisher.position(STATION, UNITS[n % len(UNITS)], start + n // len(UNITS) * 1000)


def offer_presses(publisher: Publisher, count: int) -> None:
    """Presses of all boxes in turn."""
    for n in range(count):
        publisher.press(STATION, BOXES[n % len(BOXES)], f"press-{n}")


def test_row_1_kills_of_ingest_under_load_lose_and_double_nothing(
    tmp_path: Path, mosquitto: Mosquitto, db_url: str
) -> None:
    # Two hours ago: the fixes' clock runs faster than ours, and none may come to lie in the future.
    rng, kills, start = random.Random(1), 0, now_ms() - 7_200_000
    with running(tmp_path, db_url, mosquitto.port) as ingest, publishing(mosquitto.port, db_url) as publisher:
        kill_at = time.monotonic() + rng.uniform(0.4, 1.0)
        for part in range(scaled(40, 1400)):
            offer_positions(publisher, part * 150, 150, start)
            time.sleep(0.1)  # the pace of 1,500 messages a second
            if time.monotonic() > kill_at:
                ingest.kill()
                kills += 1
                ingest.start()
                kill_at = time.monotonic() + rng.uniform(0.4, 1.0)
        balance(db_url, publisher)
    note("kills", kills)
    assert kills >= scaled(3, 150)


@pytest.mark.parametrize(("connection", "db_url"), crossed("position", "alarm"), indirect=["db_url"])
def test_row_2_killed_between_commit_and_acknowledgement_all_come_again_and_are_stored_once(
    tmp_path: Path, mosquitto: Mosquitto, db_url: str, connection: str
) -> None:
    deaths, count = scaled(2, 20), 100
    with running(tmp_path, db_url, mosquitto.port) as ingest, publishing(mosquitto.port, db_url) as publisher:
        assert ingest.stop() == 0
        before = counted(db_url, "duplicate")
        if connection == "position":
            offer_positions(publisher, 0, count, now_ms() - 3_600_000)
        else:
            offer_presses(publisher, count)
        publisher.settle()
        dying = hooked(tmp_path, environment(tmp_path, db_url, mosquitto.port), "die", connection, count)
        for _ in range(deaths):
            dying.start()
            wait_until(lambda: not dying.running, 90, "the worker's death")
            assert dying.status == KILLED, dying.output()
            assert stored(db_url) | heard(db_url) == publisher.acked  # it died after the commit
        ingest.start()
        wait_until(lambda: counted(db_url, "duplicate") - before >= deaths * count, 60, "all of them again")
        balance(db_url, publisher)
    if connection == "alarm":
        assert presses(db_url) == count


@pytest.mark.parametrize("db_url", EITHER_KIND, indirect=True)
def test_row_21_acknowledgements_of_an_older_connection_take_nothing_off_the_broker(
    tmp_path: Path, mosquitto: Mosquitto, db_url: str
) -> None:
    count, start = 1000, now_ms() - 3_600_000
    env = environment(tmp_path, db_url, mosquitto.port)
    with running(tmp_path, db_url, mosquitto.port) as ingest, publishing(mosquitto.port, db_url) as publisher:
        assert ingest.stop() == 0
        stale = hooked(tmp_path, env, "stale")
        stale.start()
        connected = "ssz-main-position: connected"
        wait_until(lambda: connected in stale.output(), 60, "the worker")
        lock = open_database(db_url, 1)
        with lock.write(patience_s=10):
            offer_positions(publisher, 0, count, start)
            publisher.settle()
            wait_until(lambda: "position: storage slow" in stale.output(), 60, "a batch that waits for the store")
            mosquitto.kill()
            (tmp_path / "mosquitto" / "mosquitto.db").unlink(missing_ok=True)
            mosquitto.start()
            wait_until(lambda: stale.output().count(connected) == 2, 60, "the worker is back")
            publisher.acked.clear()  # the broker has forgotten these; only the new ones are owed
            offer_positions(publisher, count, count, start)
            publisher.settle()
        lock.close()
        wait_until(lambda: not stale.running, 60, "an acknowledgement of the old connection")
        assert stale.status == KILLED, stale.output()
        ingest.start()
        wait_until(lambda: not publisher.acked - stored(db_url), 60, "all new ones", every_s=0.1)
    assert number(db_url, "SELECT count(*) FROM position WHERE unit <> 'probe'") == len(stored(db_url))
