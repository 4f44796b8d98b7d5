"""A process with more than a thousand open files hears its broker all the same, and a broker with a thousand idle
connections lets devices in: what ends at 1,023 is select(2)."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import BOXES, STATION, now_ms, number, rows
from tests.servers import Mosquitto, wait_until

pytestmark = pytest.mark.broker

#: Enough that every socket made after them has a number select(2) does not know.
FILES = 1_100


@contextmanager
def crowded() -> Iterator[None]:
    """As many files are open as a web process has that serves a thousand screens."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * FILES), hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(FILES)]
    try:
        yield
    finally:
        for one in held:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_press_is_heard_and_answered_by_a_process_with_a_thousand_open_files(
    worker: MakeWorker, device: MakeDevice, station_url: str, mosquitto: Mosquitto
) -> None:
    own = f"ssz/v1/{STATION}/sos/{BOXES[0]}"
    box = device("box", (f"{own}/receipt",))
    with crowded():
        worker()
        box.say(f"{own}/event", {"id": "e1", "at": now_ms(), "kind": "press", "seq": 1, "boot": "b"})
        wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 1, what="the alarm")
        wait_until(lambda: box.heard_on("receipt") == 1, what="the receipt")
        assert rows(station_url, "SELECT presses FROM alarm") == [(1,)]
