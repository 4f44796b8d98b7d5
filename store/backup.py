"""Backup and restore of either database: a consistent copy under load, verified before it gets its name."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from models.records.base import Millis
from store import migrate, postgres_tools
from store.errors import BackupError
from store.files import (
    MAGIC,
    SIDE,
    beside,
    damage,
    in_use,
    opened_for_reading,
    put_in_place,
    sqlite_file,
    sync_file,
    sync_folder,
)
from store.integrity import set_mark

#: Pages copied at once (2 MB of 4 KB pages), and the pause after them: a writer's commit gets the disk in between.
PAGES = 512
PAUSE_S = 0.004

#: The copy is written through to the disk each time this many pages were added, not all at the end.
_SYNC_PAGES = 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: where what was there before is kept (a file, or a PostgreSQL schema), if anything was."""

    kept: str | None


def backup(database_url: str, target: Path) -> None:
    """Write a backup of a running database to `target`; an older file of that name is replaced at the end.

    Raises:
        BackupError: it could not be made or does not verify; no file of that name was made or changed.
    """
    made = beside(target, ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    made.unlink(missing_ok=True)
    try:
        file = sqlite_file(database_url)
        if file is None:
            postgres_tools.dump(database_url, made)
        else:
            _copy(file, made)
            verify(made)
        made.chmod(0o600)
        put_in_place(made, target)
    except OSError as error:
        raise BackupError(f"the backup cannot be written: {error}") from error
    finally:
        made.unlink(missing_ok=True)


def _copy(file: Path, made: Path, pause: Callable[[float], None] = time.sleep) -> None:
    """Copy one snapshot in steps. The open read transaction keeps commits meanwhile from starting it over."""
    try:
        with opened_for_reading(file) as source, closing(sqlite3.connect(made, isolation_level=None)) as copy:
            # Nobody reads the copy before it is whole, so it needs no journal; it is synced below.
            copy.execute("PRAGMA journal_mode=OFF")
            copy.execute("PRAGMA synchronous=OFF")
            source.execute("BEGIN")
            source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=PAGES, progress=_paced(made, pause))
    except sqlite3.Error as error:
        raise BackupError(f"{file} cannot be copied: {error}") from error


def _paced(made: Path, pause: Callable[[float], None]) -> Callable[[int, int, int], None]:
    synced = 0

    def progress(_status: int, remaining: int, total: int) -> None:
        nonlocal synced
        if total - remaining - synced >= _SYNC_PAGES:
            synced = total - remaining
            sync_file(made)
        pause(PAUSE_S)

    return progress


def verify(file: Path) -> str:
    """Make sure that a SQLite backup is sound and of a version this program knows; returns the version.

    Raises:
        BackupError: it is not; one line says why.
    """
    try:
        with file.open("rb") as opened:
            if opened.read(len(MAGIC)) != MAGIC:
                raise BackupError(f"{file} is not a backup of a SQLite database")
        with opened_for_reading(file, immutable=True) as connection:
            wrong = damage(connection)
            if wrong:
                raise BackupError(f"{file} is damaged: {wrong}")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{file} is not a sound backup: {error}") from error
    version = str(row[0]) if row else ""
    if version not in migrate.known():
        raise BackupError(f"{file} is newer than this program: it has version {version}, we know {migrate.head()}")
    return version


def restore(database_url: str, source: Path, now: Millis, *, overwrite: bool = False) -> Restored:
    """Put a backup in the place of a database that nothing uses now. What was there is kept aside.

    The backup may be of an older version: `store.migrate.upgrade` follows.

    Raises:
        BackupError: the backup does not verify, or the database is in use, or it is not empty and `overwrite` was
            not said; nothing was changed.
    """
    if not source.is_file():
        raise BackupError(f"there is no backup {source}")
    file = sqlite_file(database_url)
    if file is None:
        return Restored(postgres_tools.restore(database_url, source, now, overwrite=overwrite))
    verify(source)
    return Restored(_restore_file(file, source, now, overwrite))


def _restore_file(file: Path, source: Path, now: Millis, overwrite: bool) -> str | None:
    there = file.exists() and file.stat().st_size > 0
    if there and not overwrite:
        raise BackupError(f"{file} is not empty: say that it may be replaced, it is kept aside then")
    for used in (file, beside(file, SIDE)):
        if used.exists() and used.stat().st_size > 0 and in_use(used):
            raise BackupError(f"{used} is in use: stop the product first")
    made = beside(file, ".restoring")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _copy_whole(source, made)
        verify(made)
        with opened_for_reading(made, immutable=True) as connection:
            seq = connection.execute("SELECT COALESCE(MAX(seq), 0) FROM change").fetchone()[0]
        kept = _set_aside(file, now)
        put_in_place(made, file)
        set_mark(file, seq)
    except OSError as error:
        raise BackupError(f"the backup cannot be put in place: {error}") from error
    finally:
        made.unlink(missing_ok=True)
    return kept


def _copy_whole(source: Path, made: Path) -> None:
    with source.open("rb") as reading, made.open("wb") as writing:
        made.chmod(0o600)
        while os.sendfile(writing.fileno(), reading.fileno(), None, 1 << 26):
            pass


def _set_aside(file: Path, now: Millis) -> str | None:
    """Rename a database and its log; returns the new name, None when there was no database."""
    kept = beside(file, f".replaced-{now}")
    for suffix in ("-wal", "-shm", ""):
        part = beside(file, suffix)
        if part.exists():
            os.replace(part, beside(kept, suffix))
    sync_folder(file.parent)
    return str(kept) if kept.exists() else None
