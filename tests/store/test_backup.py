"""Backup under load and restore: consistent, verified, nothing overwritten unasked, writers hardly held up."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from models.happenings import RegisterChanged
from models.records.position import Fix
from store import integrity, migrate, positions, postgres_tools
from store.backup import backup, restore
from store.database import Database, Lane, open_database
from store.errors import BackupError
from store.integrity import Condition, examine
from tests.servers import PgCluster, wait_until

NOW = 1_790_000_000_000


def write(db: Database, start: int, count: int = 1000) -> None:
    with db.write() as tx:
        positions.insert_fixes(
            tx, [Fix("hat_yai", str(n % 50), NOW + n, 7.0, 100.5) for n in range(start, start + count)], {}
        )
        tx.tell(RegisterChanged("hat_yai", "zones", NOW + start))


def stored(url: str) -> tuple[int, int]:
    """Positions and changes, through a fresh connection."""
    database = open_database(url)
    try:
        with database.read() as conn:
            return positions.count(conn), int(conn.execute(text("SELECT COUNT(*) FROM change")).scalar_one())
    finally:
        database.close()


@contextmanager
def under_load(db: Database, start: int) -> Iterator[list[float]]:
    """Somebody commits an SOS-sized row without pause; yields how long each commit took, in s."""
    took: list[float] = []
    stop = threading.Event()

    def run() -> None:
        for n in itertools.count(start):
            if stop.is_set():
                return
            began = time.monotonic()
            with db.write(Lane.ALARM) as tx:
                positions.insert_fixes(tx, [Fix("hat_yai", "load", NOW + n, 7.0, 100.5)], {})
                tx.tell(RegisterChanged("hat_yai", "zones", NOW + n))
            took.append(time.monotonic() - began)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield took
    finally:
        stop.set()
        thread.join()


def test_a_backup_under_load_holds_all_that_was_there_and_restores(db: Database, tmp_path: Path) -> None:
    for start in range(0, 20_000, 5_000):
        write(db, start, 5_000)
    saved = tmp_path / "saved" / "b.backup"
    with under_load(db, 1_000_000) as took:
        backup(db.url, saved)
    assert took
    db.close()
    assert [path.name for path in saved.parent.iterdir()] == ["b.backup"]
    assert saved.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupError, match="not empty"):
        restore(db.url, saved, NOW)
    restored = restore(db.url, saved, NOW, overwrite=True)
    assert restored.kept is not None
    count, changes = stored(db.url)
    assert count >= 20_000
    assert count - 20_000 == changes - 4  # whole transactions: each load row with its change
    assert count <= 20_000 + len(took)
    assert examine(db.url).condition is Condition.OK


def test_a_writer_is_held_up_for_moments_only(sqlite_db: Database, tmp_path: Path) -> None:
    for start in range(0, 200_000, 20_000):
        write(sqlite_db, start, 20_000)
    with under_load(sqlite_db, 1_000_000) as alone:
        wait_until(lambda: len(alone) > 100)
    told: list[tuple[float, float]] = []
    # A busy machine holds somebody up by itself now and then; a backup that did would do so each time, and for as
    # long as it takes.
    for number in range(4):
        begun = time.monotonic()
        with under_load(sqlite_db, 2_000_000 + number * 1_000_000) as took:
            backup(sqlite_db.url, tmp_path / f"{number}.backup")
            lasted = time.monotonic() - begun
        assert len(took) > 10
        told.append((max(took), lasted))
        if max(took) <= max(0.25, 2 * max(alone), lasted / 4):
            return
    pytest.fail(f"(longest wait, backup), s: {told}; without a backup {max(alone)} s")


def test_a_restore_into_nothing_asks_nothing(sqlite_db: Database, tmp_path: Path) -> None:
    write(sqlite_db, 0)
    backup(sqlite_db.url, tmp_path / "b.backup")
    url = f"sqlite:///{tmp_path / 'new' / 'ssz.db'}"
    assert restore(url, tmp_path / "b.backup", NOW).kept is None
    assert stored(url) == (1000, 1)
    migrate.upgrade(url)


@pytest.mark.postgres
def test_a_restore_into_an_empty_server_database(pg_db: Database, pg_cluster: PgCluster, tmp_path: Path) -> None:
    write(pg_db, 0)
    backup(pg_db.url, tmp_path / "b.backup")
    url = pg_cluster.create()
    assert restore(url, tmp_path / "b.backup", NOW).kept is None
    assert stored(url) == (1000, 1)
    pg_cluster.drop(url)


def test_what_was_there_is_kept_and_can_be_opened(sqlite_db: Database, tmp_path: Path) -> None:
    write(sqlite_db, 0)
    backup(sqlite_db.url, tmp_path / "b.backup")
    write(sqlite_db, 5000)
    sqlite_db.close()
    kept = restore(sqlite_db.url, tmp_path / "b.backup", NOW, overwrite=True).kept
    assert stored(sqlite_db.url) == (1000, 1)
    assert stored(f"sqlite:///{kept}") == (2000, 2)


@pytest.mark.postgres
def test_a_second_backup_leaves_what_was_kept_aside_out(pg_db: Database, tmp_path: Path) -> None:
    write(pg_db, 0)
    backup(pg_db.url, tmp_path / "b.backup")
    pg_db.close()
    kept = restore(pg_db.url, tmp_path / "b.backup", NOW, overwrite=True).kept
    assert kept == f"replaced_{NOW}"
    backup(pg_db.url, tmp_path / "c.backup")
    assert restore(pg_db.url, tmp_path / "c.backup", NOW + 1, overwrite=True).kept == f"replaced_{NOW + 1}"
    assert stored(pg_db.url) == (1000, 1)


def test_a_damaged_database_is_replaced_and_kept(sqlite_db: Database, tmp_path: Path) -> None:
    write(sqlite_db, 0)
    backup(sqlite_db.url, tmp_path / "b.backup")
    integrity.keep_mark(sqlite_db)
    sqlite_db.close()
    file = Path(sqlite_db.url.removeprefix("sqlite:///"))
    file.write_bytes(b"broken" * 1000)
    assert examine(sqlite_db.url).condition is Condition.DAMAGED
    kept = restore(sqlite_db.url, tmp_path / "b.backup", NOW, overwrite=True).kept
    assert kept is not None
    assert Path(kept).read_bytes() == b"broken" * 1000
    assert examine(sqlite_db.url).condition is Condition.OK
    assert stored(sqlite_db.url) == (1000, 1)


def test_a_backup_that_is_not_sound_changes_nothing(db: Database, tmp_path: Path) -> None:
    write(db, 0)
    saved = tmp_path / "b.backup"
    backup(db.url, saved)
    db.close()
    whole = saved.read_bytes()
    for name, content in (("cut", whole[: len(whole) // 2]), ("text", b"hello"), ("empty", b"")):
        bad = tmp_path / name
        bad.write_bytes(content)
        with pytest.raises(BackupError):
            restore(db.url, bad, NOW, overwrite=True)
    with pytest.raises(BackupError, match="there is no backup"):
        restore(db.url, tmp_path / "none", NOW, overwrite=True)
    assert stored(db.url) == (1000, 1)


def test_a_newer_backup_is_refused(sqlite_db: Database, tmp_path: Path) -> None:
    backup(sqlite_db.url, tmp_path / "b.backup")
    with closing(sqlite3.connect(tmp_path / "b.backup")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with pytest.raises(BackupError, match="newer than this program"):
        restore(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "b.backup", NOW)
    assert not (tmp_path / "new.db").exists()


def test_a_database_in_use_is_not_replaced(db: Database, tmp_path: Path) -> None:
    write(db, 0)
    backup(db.url, tmp_path / "b.backup")
    with pytest.raises(BackupError, match="in use: stop the product first"):
        restore(db.url, tmp_path / "b.backup", NOW, overwrite=True)
    write(db, 5000)
    assert stored(db.url) == (2000, 2)


def test_a_damaged_database_is_not_backed_up_over_a_good_backup(sqlite_db: Database, tmp_path: Path) -> None:
    write(sqlite_db, 0)
    saved = tmp_path / "b.backup"
    backup(sqlite_db.url, saved)
    good = saved.read_bytes()
    sqlite_db.close()
    file = Path(sqlite_db.url.removeprefix("sqlite:///"))
    with file.open("r+b") as opened:
        opened.seek(4096 * 5)
        opened.write(b"\xff" * 4096)
    with pytest.raises(BackupError):
        backup(sqlite_db.url, saved)
    assert saved.read_bytes() == good
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dumper is not installed"):
        postgres_tools.program("pg_dumper")


@pytest.mark.postgres
def test_a_server_that_is_away_is_named(pg_cluster: PgCluster, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nobody_made_this"):
        backup(pg_cluster.url("nobody_made_this"), tmp_path / "b.backup")
    assert list(tmp_path.iterdir()) == []
