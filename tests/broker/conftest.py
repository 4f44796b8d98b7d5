"""Workers and devices that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.database import open_database
from tests.broker.world import Device, Worker, register
from tests.servers import Mosquitto


@pytest.fixture
def station_url(sqlite_url: str) -> str:
    """The address of a database with one registered station."""
    db = open_database(sqlite_url, 1)
    register(db)
    db.close()
    return sqlite_url


MakeWorker = Callable[..., Worker]
MakeDevice = Callable[..., Device]


@pytest.fixture
def worker(station_url: str, mosquitto: Mosquitto, tmp_path: Path) -> Iterator[MakeWorker]:
    """Starts workers on the test's database and broker."""
    made: list[Worker] = []

    def make(**more: Any) -> Worker:
        made.append(Worker(station_url, mosquitto.url, tmp_path, **more))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[MakeDevice]:
    """Connects devices to the test's broker."""
    made: list[Device] = []

    def make(name: str = "device", topics: tuple[str, ...] = (), will: tuple[str, bytes] | None = None) -> Device:
        made.append(Device(mosquitto.port, name, topics, will))
        return made[-1]

    yield make
    for one in made:
        one.close()
