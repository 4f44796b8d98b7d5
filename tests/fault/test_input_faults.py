"""Rows 13 and 15 of the goal table: poison among good messages, and good ones repeated, late, early and shuffled."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fault.ground import BOXES, UNITS, drained
from tests.fault.ledger import counted, heard, number, publishing, running, stored
from tests.fault.mutants import mutants, refusals
from tests.fault.product import STATION, now_ms
from tests.fault.scale import EITHER_KIND, scaled
from tests.fault.streams import clean, early, messy, payload, state
from tests.servers import Mosquitto, wait_until
from tests.stores import new_store

pytestmark = [pytest.mark.fault, pytest.mark.broker]


@pytest.mark.parametrize("db_url", EITHER_KIND, indirect=True)
def test_row_13_of_poison_among_good_messages_each_is_quarantined_and_no_good_one_lost(
    tmp_path: Path, mosquitto: Mosquitto, db_url: str
) -> None:
    bad = mutants(random.Random(13), scaled(1_000, 10_000))
    start = now_ms() - 7_200_000
    with running(tmp_path, db_url, mosquitto.port) as ingest, publishing(mosquitto.port, db_url) as publisher:
        before = number(db_url, "SELECT count(*) FROM quarantine")
        for n in range(10 * len(bad)):
            if n % 100 == 99:
                publisher.press(STATION, BOXES[n // 100 % 10], f"press-{n}")
            else:
                publisher.position(STATION, UNITS[n % 40], start + n // 40 * 1000)
            if n % 10 == 0:
                publisher.publish(None, *bad[n // 10])
            if n % 1000 == 999:
                publisher.settle()
        publisher.settle()
        good = publisher.acked - {None}
        drained(publisher, db_url)
        # The poison is on topics of its own: the marks of an empty queue are of three of them.
        wait_until(lambda: not good - stored(db_url) - heard(db_url, BOXES[:10]), 60, "every good message stored")
        refused = refusals(db_url, bad)
        assert number(db_url, "SELECT count(*) FROM quarantine") - before == refused >= len(bad) // 3
        assert number(db_url, "SELECT count(DISTINCT reason) FROM quarantine") >= 6
        assert ingest.running
        assert "Traceback" not in ingest.output()


def test_row_15_a_stream_repeated_shuffled_and_late_ends_in_the_state_of_the_clean_one(
    tmp_path: Path, mosquitto: Mosquitto, db_url: str
) -> None:
    rng = random.Random(15)
    stream = clean(rng, now_ms(), scaled(40, 600))
    future = early(stream, 50)
    clean_url = new_store(tmp_path / "clean.db")
    states = []
    for name, address, said in (
        ("clean", clean_url, stream),
        ("messy", db_url, messy(rng, stream) + future),
    ):
        folder = tmp_path / name
        folder.mkdir()
        with (
            running(folder, address, mosquitto.port, name, worker=name, escalate_s=3600) as ingest,
            publishing(mosquitto.port, address) as publisher,
        ):
            for number_of, one in enumerate(said):
                publisher.publish(number_of, *payload(one))
            drained(publisher, address)
            assert len(publisher.acked) == len(said)
            states.append(state(address))
            assert ingest.stop() == 0
    assert states[0] == states[1]
    assert counted(db_url, "clock") == len(future)
    assert counted(db_url, "duplicate") >= 2 * len(stream) // 2
    assert number(db_url, "SELECT count(*) FROM quarantine WHERE reason = 'clock'") == len(future)
