"""Rows 4, 5 and 19 of the goal table: the broker restarts, is killed, or falls silent."""

from __future__ import annotations

import math
import random
import time
from functools import partial
from pathlib import Path

import pytest

from tests.fault.box import Boxes
from tests.fault.counts import timing, took
from tests.fault.ground import BOXES, UNITS
from tests.fault.ledger import balance, heard, presses, publishing, running, stored
from tests.fault.product import STATION, now_ms
from tests.fault.proxy import Proxy
from tests.fault.publisher import Publisher
from tests.fault.scale import EITHER_KIND, SOAK, scaled
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.broker]


def stream(publisher: Publisher, first: int, count: int, start: int) -> None:
    """Fixes at 1,000 a second, with a press in every hundred."""
    for n in range(first, first + count):
        publisher.position(STATION, UNITS[n % len(UNITS)], start + n // len(UNITS) * 1000)
        if n % 100 == 99:
            publisher.press(STATION, BOXES[n // 100 % len(BOXES)], f"press-{n}")
            time.sleep(0.1)


@pytest.mark.parametrize("db_url", EITHER_KIND, indirect=True)
def test_row_4_a_broker_restarted_in_the_stream_loses_nothing_and_ingest_comes_back(
    tmp_path: Path, mosquitto: Mosquitto, db_url: str
) -> None:
    start, part = now_ms() - 3_600_000, 1000
    with running(tmp_path, db_url, mosquitto.port) as ingest, publishing(mosquitto.port, db_url) as publisher:
        stream(publisher, 0, part, start)
        connected = "ssz-main-position: connected"
        for restart in range(1, scaled(2, 30) + 1):
            mosquitto.restart()
            there_again = partial(lambda times: ingest.output().count(connected) > times, restart)
            with timing("ingest back after the broker", there_again, 3):
                # No waiting: what is published while the worker is still away must be kept for it.
                stream(publisher, restart * part, part, start)
            publisher.settle()
            newest = (UNITS[-1], start + ((restart + 1) * part - 1) // len(UNITS) * 1000)
            wait_until(lambda newest=newest: newest in stored(db_url), 200, "ingest is back")  # type: ignore[misc]
        balance(db_url, publisher)
        assert ingest.running
    assert presses(db_url) == len(heard(db_url))


@pytest.mark.parametrize("persistent", [True, False], ids=["kept", "forgotten"])
def test_row_5_broker_and_ingest_killed_every_press_is_stored_once_and_every_box_learns_it(
    tmp_path: Path, mosquitto: Mosquitto, sqlite_url: str, persistent: bool
) -> None:
    victims = ["broker", "ingest"] * scaled(1, 4) + ["ingest"] * scaled(1, 2)
    random.Random(5).shuffle(victims)
    with running(tmp_path, sqlite_url, mosquitto.port) as ingest, publishing(mosquitto.port, sqlite_url):
        boxes = Boxes(mosquitto.port)
        try:
            pressed = 0
            for victim in victims:
                for _ in range(scaled(100, 150)):
                    boxes.press(BOXES[pressed % len(BOXES)], f"sos-{pressed}")
                    pressed += 1
                    time.sleep(scaled(0.01, 0.04))  # so that in the long form whoever was killed is back in between
                if victim == "broker":
                    mosquitto.kill()
                    if not persistent:
                        (tmp_path / "mosquitto" / "mosquitto.db").unlink(missing_ok=True)
                    mosquitto.start()
                else:
                    ingest.kill()
                    ingest.start()
            boxes.settle(scaled(120, 600))
        finally:
            boxes.close()
    assert heard(sqlite_url) == boxes.pressed
    assert presses(sqlite_url) == len(boxes.pressed) == len(boxes.delays)
    took("press to receipt, p99", sorted(boxes.delays)[math.ceil(0.99 * len(boxes.delays)) - 1], 3)
    took("press to receipt, worst", max(boxes.delays), 5)


def test_row_19_a_silent_cut_is_noticed_and_nothing_is_lost(
    tmp_path: Path, mosquitto: Mosquitto, sqlite_url: str
) -> None:
    start, lost = now_ms() - 3_600_000, "ssz-main-position: disconnected"
    proxy = Proxy(mosquitto.port)
    try:
        keepalive = scaled(2, 10)
        with (
            running(tmp_path, sqlite_url, proxy.port, mqtt_keepalive_s=keepalive) as ingest,
            publishing(mosquitto.port, sqlite_url) as publisher,
        ):
            stream(publisher, 0, 500, start)
            balance(sqlite_url, publisher)
            proxy.swallow()
            cut = time.monotonic()
            stream(publisher, 500, 500, start)
            wait_until(lambda: lost in ingest.output(), 60, "the cut is noticed")
            took("silent cut noticed", time.monotonic() - cut, 20)
            publisher.settle()
            assert len(publisher.acked - stored(sqlite_url) - heard(sqlite_url)) >= 500  # the cut was one
            if SOAK:
                wait_until(lambda: time.monotonic() > cut + 60, 61, "the end of a cut of 60 s", every_s=0.5)
            proxy.heal()
            balance(sqlite_url, publisher)
            assert ingest.running
    finally:
        proxy.close()
