"""Rows 9 to 12 of the goal table: the store is locked, full, damaged, or being copied, and nothing is lost."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from models.records.position import Fix
from store.backup import backup
from store.database import open_database
from store.integrity import keep_mark
from store.positions import insert_fixes
from tests.fault.counts import took
from tests.fault.damage import WAYS
from tests.fault.ground import BOXES, UNITS, listening, prepare
from tests.fault.locks import write_lock
from tests.fault.product import STATION, environment, manage, now_ms, worker
from tests.fault.publisher import Publisher
from tests.fault.scale import crossed, scaled
from tests.fault.space import fill, small_disk
from tests.fault.viewer import cookie, signed_in
from tests.fault.whole import Layout, Whole, driving, lost, pressed, running, stored_fixes, stored_presses, whole
from tests.servers import Mosquitto, PgCluster, wait_until
from tests.stores import new_store

pytestmark = [pytest.mark.fault, pytest.mark.broker]


@pytest.mark.parametrize(("layout", "db_url"), crossed("external", "embedded"), indirect=["db_url"])
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
                took("stored after the lock", screen.wait_alarm(box, stored=True) - released, 10)
            screen.wait_storage("ok")
        publisher.settle()
        wait_until(lambda: lost(publisher, db_url) == 0, 60, "everything acknowledged is stored")
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
        url = new_store(disk / "ssz.db")
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
                took("full disk told", time.monotonic() - filled, 5)
                wait_until(lambda: "storage full" in product.output(), 60, "a transaction that does not fit")
                pressed(publisher, screen)
                wait_until(lambda: time.monotonic() - filled >= scaled(5, 60), 61, "time without space")
                assert product.alive()
                ballast.unlink()
                freed = time.monotonic()
                for box in BOXES[:3]:
                    took("stored after space", screen.wait_alarm(box, stored=True) - freed, 10)
                screen.wait_storage("ok")
            publisher.settle()
            wait_until(lambda: lost(publisher, url) == 0, 60, "everything acknowledged is stored")
            assert product.alive()
        publisher.close()


def bytes_of(file: Path) -> bytes | None:
    """A file's bytes; None when it is not there."""
    return file.read_bytes() if file.exists() else None


def furnished(url: str, folder: Path) -> Path:
    """Fill a database, note that it is there, and back it up; returns the backup."""
    prepare(url)
    db = open_database(url)
    with db.write() as tx:
        rows = [Fix(STATION, UNITS[n % 50], now_ms() - 3_600_000 + n * 1000, 13.73, 100.54) for n in range(2_000)]
        insert_fixes(tx, rows, {})
    keep_mark(db)
    db.close()
    backup(url, folder / "backup.db")
    return folder / "backup.db"


def pressed_beside(product: Whole, publisher: Publisher, file: Path, by_command: bool = False) -> None:
    """Start beside a damaged file: it stays as it is, the wall says so, a press is stored and shown.

    `by_command`: with a session got as an operator gets one, not with one made by the test.
    """
    damaged, side = bytes_of(file), f"{product.database_url}.side"
    begun = time.monotonic()
    with running(product):
        took("started beside a damaged file", time.monotonic() - begun, 30)
        signed = signed_in(product.env, product.web.base) if by_command else cookie(side)
        with product.viewer(signed) as screen:
            screen.wait_storage("readonly")
            wait_until(lambda: "-alarm: connected" in product.output(), 60, "the connection for alarms")
            publisher.press(STATION, BOXES[0], "in-need")
            screen.wait_alarm(BOXES[0], stored=True)
            assert screen.feed["storage"] == "readonly"
        product.stop()
    assert bytes_of(file) == damaged
    assert stored_presses(side) == [(BOXES[0], "in-need")]


# Each way is found at start: `tests/store/test_integrity.py`. What the product does then is the same for all.
@pytest.mark.parametrize("way", scaled(["header", "missing"], [*WAYS]))
def test_row_11_a_damaged_file_is_kept_and_a_press_is_safe_beside_it(
    way: str, tmp_path: Path, sqlite_url: str, mosquitto: Mosquitto
) -> None:
    furnished(sqlite_url, tmp_path)
    WAYS[way](tmp_path / "ssz.db")
    publisher = Publisher(mosquitto.port)
    pressed_beside(whole(tmp_path, sqlite_url, mosquitto.port, "embedded"), publisher, tmp_path / "ssz.db")
    publisher.close()


def test_row_11_a_press_comes_home_once_after_a_restore(
    tmp_path: Path, sqlite_url: str, mosquitto: Mosquitto
) -> None:
    saved = furnished(sqlite_url, tmp_path)
    WAYS["page"](tmp_path / "ssz.db")
    publisher = Publisher(mosquitto.port)
    product = whole(tmp_path, sqlite_url, mosquitto.port, "external")
    pressed_beside(product, publisher, tmp_path / "ssz.db", by_command=True)
    manage(product.env, "restore", str(saved), "--replace")
    with running(product):
        with product.viewer() as screen:
            screen.wait_alarm(BOXES[0], stored=True)
            screen.wait_storage("ok")
        product.stop()
    assert stored_presses(sqlite_url) == [(BOXES[0], "in-need")]
    assert len(stored_fixes(sqlite_url)) == 2_000
    assert len([file for file in tmp_path.glob("ssz.db.side.merged-*") if file.name[-1].isdigit()]) == 1
    publisher.close()


@pytest.fixture
def empty_url(db_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh place for a database, of the same kind as the test's."""
    if db_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'ssz.db'}"
        return
    cluster: PgCluster = request.getfixturevalue("pg_cluster")
    url = cluster.create()
    yield url
    cluster.drop(url)


def test_row_12_a_backup_under_load_holds_all_that_was_stored_before_it(
    tmp_path: Path, db_url: str, empty_url: str, mosquitto: Mosquitto
) -> None:
    prepare(db_url)
    env = environment(tmp_path, db_url, mosquitto.port)
    ingest = worker(tmp_path, env)
    ingest.start()
    publisher = Publisher(mosquitto.port)
    with ExitStack() as stack:
        stack.callback(ingest.kill)
        listening(publisher, db_url)
        with driving(publisher, rate=scaled(300, 1_000)):
            rows, patience_s, every_s = scaled((500, 90, 0.1), (50_000, 300, 2.0))
            wait_until(lambda: len(stored_fixes(db_url)) >= rows, patience_s, "rows to be backed up", every_s)
            publisher.press(STATION, BOXES[0], "before")
            wait_until(lambda: bool(stored_presses(db_url)), 60, "the press")
            before = stored_fixes(db_url)
            manage(env, "backup", str(tmp_path / "b.backup"))
        publisher.settle()
        wait_until(lambda: lost(publisher, db_url) == 0, 60, "everything acknowledged is stored")
        assert ingest.stop() == 0
    publisher.close()
    drill = environment(tmp_path / "elsewhere", empty_url, mosquitto.port)
    manage(drill, "restore", str(tmp_path / "b.backup"))
    assert before <= stored_fixes(empty_url) <= stored_fixes(db_url)
    assert stored_presses(empty_url) == [(BOXES[0], "before")]
    if empty_url.startswith("sqlite"):
        with closing(sqlite3.connect(empty_url.removeprefix("sqlite:///"))) as restored:
            assert restored.execute("PRAGMA quick_check").fetchall() == [("ok",)]
