"""Rows 9 to 12 of the goal table: the store is locked, full, damaged, or being copied, and nothing is lost."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from store.database import WRITE_LOCK
from store.migrate import upgrade
from tests.fault.ground import BOXES, listening, prepare
from tests.fault.publisher import Publisher
from tests.fault.scale import scaled
from tests.fault.space import fill, small_disk
from tests.fault.whole import Layout, driving, lost, pressed, running, stored_presses, whole
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.broker]


@contextmanager
def write_lock(database_url: str) -> Iterator[None]:
    """A foreign program holds the one write lock."""
    if database_url.startswith("sqlite"):
        file = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as held:
            held.execute("BEGIN IMMEDIATE")
            yield
        return
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
        yield


@pytest.mark.parametrize("layout", ["embedded", "external"])
def test_row_9_a_held_write_lock_loses_nothing_and_hides_no_press(
    layout: Layout, tmp_path: Path, db_url: str, mosquitto: Mosquitto
) -> None:
    prepare(db_url)
    publisher = Publisher(mosquitto.port)
    with running(whole(tmp_path, db_url, mosquitto.port, layout)) as product, product.viewer() as screen:
        listening(publisher, db_url)
        screen.wait_storage("ok")
        with driving(publisher):
            with write_lock(db_url):
                held = time.monotonic()
                pressed(publisher, screen)
                screen.wait_storage("slow")
                wait_until(lambda: time.monotonic() - held >= scaled(5, 30), 31, "time under the lock")
                assert stored_presses(db_url) == []
            released = time.monotonic()
            for box in BOXES[:3]:
                assert screen.wait_alarm(box, stored=True, timeout_s=20) - released <= 10
            screen.wait_storage("ok", 20)
        publisher.settle()
        wait_until(lambda: lost(publisher, db_url) == 0, 20, "everything acknowledged is stored")
        for box in BOXES[:3]:
            words = [alarm for _, alarm in screen.alarms(box)]
            assert len({alarm["id"] for alarm in words}) == 1
            assert words[-1]["presses"] == 1
        assert product.alive()
    publisher.close()
    assert stored_presses(db_url) == sorted((box, f"press-{box}") for box in BOXES[:3])


@pytest.mark.parametrize("layout", ["embedded", "external"])
def test_row_10_a_full_disk_is_said_and_nothing_is_lost(layout: Layout, tmp_path: Path, mosquitto: Mosquitto) -> None:
    with small_disk(tmp_path, 24) as disk:
        url = f"sqlite:///{disk / 'ssz.db'}"
        upgrade(url)
        prepare(url)
        publisher = Publisher(mosquitto.port)
        product = whole(tmp_path, url, mosquitto.port, layout, data_dir=disk, disk_low_mb=8)
        with running(product), product.viewer() as screen:
            listening(publisher, url)
            screen.wait_storage("ok")
            with driving(publisher):
                fill(disk, 6 << 20)
                screen.wait_storage("low")
                filled = time.monotonic()
                ballast = fill(disk)
                screen.wait_storage("full")
                assert time.monotonic() - filled <= 5
                wait_until(lambda: "storage full" in product.output(), 20, "a transaction that does not fit")
                pressed(publisher, screen)
                wait_until(lambda: time.monotonic() - filled >= scaled(5, 60), 61, "time without space")
                assert product.alive()
                ballast.unlink()
                freed = time.monotonic()
                for box in BOXES[:3]:
                    assert screen.wait_alarm(box, stored=True, timeout_s=20) - freed <= 10
                screen.wait_storage("ok", 20)
            publisher.settle()
            wait_until(lambda: lost(publisher, url) == 0, 20, "everything acknowledged is stored")
            assert product.alive()
        publisher.close()
