"""The files of a SQLite database: where they are, opened without writing a byte, replaced so that a power cut
leaves the old or the new one."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url

#: First bytes of every SQLite database.
MAGIC = b"SQLite format 3\x00"

#: What the name of the side database ends with (`store.side`).
SIDE = ".side"


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite address; None for another kind of database."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def beside(file: Path, suffix: str) -> Path:
    """The file of the same name with a suffix: `-wal`, `-shm`, `.mark`."""
    return file.with_name(file.name + suffix)


@contextmanager
def opened_for_reading(file: Path, *, immutable: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write. `immutable`: nobody else writes and there is no log beside; no file is made.

    Raises:
        sqlite3.Error: the file is not there or cannot be read.
    """
    address = f"file:{quote(str(file))}?mode=ro{'&immutable=1' if immutable else ''}"
    with closing(sqlite3.connect(address, uri=True, timeout=5.0, isolation_level=None)) as connection:
        yield connection


def in_use(file: Path) -> bool:
    """Whether a process has the database open. In exclusive mode SQLite locks all others out, or fails."""
    try:
        with closing(sqlite3.connect(file, timeout=0.5, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False  # too damaged to be open anywhere
    return False


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep other processes that ask for the same file waiting. It ends with the process, however that ends."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Make a file's bytes survive a power cut."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(made: Path, target: Path) -> None:
    """Give a finished file its name: whoever looks sees the old file or the whole new one."""
    sync_file(made)
    os.replace(made, target)
    sync_folder(target.parent)


def damage(connection: sqlite3.Connection, table: str = "") -> str:
    """What SQLite's own quick check finds wrong, of one table or of all; empty when nothing is.

    Raises:
        sqlite3.OperationalError: interrupted by a progress handler.
    """
    try:
        if table:
            row = connection.execute("SELECT * FROM pragma_quick_check(?)", (table,)).fetchone()
        else:
            row = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    found = str(row[0]) if row else "no answer"
    return "" if found == "ok" else found.splitlines()[0]
