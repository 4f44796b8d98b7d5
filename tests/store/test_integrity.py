"""Damage is found before a byte is written: header, schema, live pages, a lost log, a missing or newer file."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from models.happenings import RegisterChanged
from models.records.position import Fix
from store import integrity, positions
from store.database import Database, open_database
from store.files import beside
from store.integrity import Condition, examine
from tests.servers import PgCluster

NOW = 1_790_000_000_000

#: Header bytes that mean nothing, or nothing that could be wrong: change counter pairs are compared, the schema
#: cookie and the version of the library that wrote last may be anything.
_INERT = {*range(40, 44), 98, 99}


def filled(url: str, rows: int = 2000) -> Path:
    """A closed database with some positions; returns its file."""
    database = open_database(url)
    with database.write() as tx:
        positions.insert_fixes(tx, [Fix("hat_yai", str(n % 20), NOW + n, 7.0, 100.5) for n in range(rows)], {})
        tx.tell(RegisterChanged("hat_yai", "zones", NOW))
    integrity.keep_mark(database)
    database.close()
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return filled(sqlite_url)


def found(file: Path) -> Condition:
    """What is found; and nothing may be written on the way."""
    before = hashlib.sha256(file.read_bytes()).digest()
    health = examine(f"sqlite:///{file}")
    assert hashlib.sha256(file.read_bytes()).digest() == before
    assert "\n" not in health.reason
    assert bool(health.reason) != health.ok
    return health.condition


def spoil(file: Path, place: int, mask: int = 0xFF) -> None:
    with file.open("r+b") as opened:
        opened.seek(place)
        old = opened.read(1)[0]
        opened.seek(place)
        opened.write(bytes([old ^ mask]))


def test_a_sound_database_is_ok(file: Path) -> None:
    assert found(file) is Condition.OK


def test_no_database_yet_is_new(tmp_path: Path) -> None:
    health = examine(f"sqlite:///{tmp_path / 'none.db'}")
    assert (health.condition, health.ok) == (Condition.NEW, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_a_file_that_is_gone_is_missed(file: Path, how: str) -> None:
    if how == "removed":
        file.unlink()
    else:
        file.write_bytes(b"")
    health = examine(f"sqlite:///{file}")
    assert (health.condition, health.readonly) == (Condition.MISSING, True)
    assert "there was one" in health.reason
    integrity.accept(f"sqlite:///{file}")
    assert examine(f"sqlite:///{file}").condition is Condition.NEW


def test_every_header_byte_that_means_something_is_watched(file: Path) -> None:
    missed = []
    whole = file.read_bytes()
    for place in range(100):
        spoil(file, place)
        if found(file) is Condition.OK:
            missed.append(place)
        file.write_bytes(whole)
    assert set(missed) <= _INERT


def live_pages(file: Path) -> Iterator[int]:
    """Offsets of the b-tree pages in use."""
    with closing(sqlite3.connect(file)) as connection:
        free = {0}
        [size] = connection.execute("PRAGMA page_size").fetchone()
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    yield from (number * size for number in range(1, pages) if number not in free)


def test_damaged_page_headers_are_found(file: Path) -> None:
    whole = file.read_bytes()
    chance = random.Random(4)
    pages = [place for place in live_pages(file) if whole[place] in (2, 5, 10, 13)]
    assert len(pages) > 30
    for place in chance.sample(pages, 25):
        spoil(file, place + chance.choice((0, 3, 5)))  # kind, number of cells, where they begin
        assert found(file) is Condition.DAMAGED
        file.write_bytes(whole)


def test_a_damaged_schema_is_found(file: Path) -> None:
    place = file.read_bytes().index(b"CREATE TABLE")
    for offset in range(3):
        spoil(file, place + offset)
    assert found(file) is Condition.DAMAGED


@pytest.mark.parametrize("keep", [0, 50, 4096, 10_000])
def test_a_cut_file_is_found(file: Path, keep: int) -> None:
    with file.open("r+b") as opened:
        opened.truncate(keep)
    assert found(file) in (Condition.DAMAGED, Condition.MISSING)


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    assert found(file) is Condition.DAMAGED
    file.write_text("dear diary " * 500)
    assert found(file) is Condition.DAMAGED


def test_a_newer_database_is_named(db: Database) -> None:
    with db.write() as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    health = examine(db.url)
    assert (health.condition, health.ok, health.readonly) == (Condition.NEWER, False, False)
    assert health.reason.startswith("database is newer than this program")


@pytest.fixture
def crashed(sqlite_url: str, tmp_path: Path) -> Path:
    """The files of a database whose process was killed with commits only in the write-ahead log."""
    running = open_database(sqlite_url)
    for n in range(20):
        with running.write() as tx:
            tx.tell(RegisterChanged("hat_yai", "zones", NOW + n))
    integrity.keep_mark(running)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    copy = tmp_path / "crashed.db"
    for suffix in ("", "-wal", ".mark"):
        shutil.copyfile(beside(file, suffix), beside(copy, suffix))
    running.close()
    return copy


def test_a_crash_is_no_damage(crashed: Path) -> None:
    assert found(crashed) is Condition.OK


def test_the_torn_last_commit_of_a_crash_is_no_damage(crashed: Path) -> None:
    integrity.set_mark(crashed, 19)
    log = beside(crashed, "-wal")
    with log.open("r+b") as opened:
        opened.truncate(log.stat().st_size - 2000)
    assert found(crashed) is Condition.OK


@pytest.mark.parametrize("keep", [None, 0, 20, 32, 9000])
def test_a_lost_or_cut_log_is_missed(crashed: Path, keep: int | None) -> None:
    log = beside(crashed, "-wal")
    if keep is None:
        log.unlink()
    else:
        with log.open("r+b") as opened:
            opened.truncate(keep)
    assert found(crashed) is Condition.BEHIND


def test_a_damaged_log_header_is_found(crashed: Path) -> None:
    spoil(beside(crashed, "-wal"), 13)
    assert found(crashed) is Condition.DAMAGED


def test_damage_in_the_middle_of_the_log_is_found_without_a_mark(crashed: Path) -> None:
    beside(crashed, ".mark").unlink()
    spoil(beside(crashed, "-wal"), 32 + 2 * (4096 + 24) + 500)
    assert found(crashed) is Condition.BEHIND


def test_a_database_in_use_is_ok(sqlite_db: Database) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with sqlite_db.write() as tx:
                tx.tell(RegisterChanged("hat_yai", "zones", NOW))

    writer = threading.Thread(target=write)
    writer.start()
    conditions = set()
    for _ in range(10):
        integrity.keep_mark(sqlite_db)
        conditions.add(examine(sqlite_db.url).condition)
    stop.set()
    writer.join()
    assert conditions == {Condition.OK}


def test_a_spoiled_mark_stops_nobody(file: Path) -> None:
    beside(file, ".mark").write_bytes(b"\xff\x00")
    assert found(file) is Condition.OK
    beside(file, ".mark").write_text("")
    assert found(file) is Condition.OK


def test_too_little_time_is_said(file: Path) -> None:
    health = examine(f"sqlite:///{file}", budget_s=-1.0)
    assert (health.condition, health.whole) == (Condition.OK, False)


@pytest.mark.postgres
def test_a_server_that_is_away_is_named(pg_cluster: PgCluster, pg_url: str) -> None:
    assert examine(pg_url).condition is Condition.OK
    health = examine(pg_cluster.url("nobody_made_this"))
    assert (health.condition, health.readonly) == (Condition.UNREACHABLE, False)
    assert "nobody_made_this" in health.reason
