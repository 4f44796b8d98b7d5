"""Whether a database may be written on: looked at before start, without writing a byte of it.

Beside a SQLite file a mark file says that there was one and how far its change log had come: a missing file or a
truncated write-ahead log leaves a sound but older database, and only the mark tells.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from store import changes, migrate
from store.database import Database
from store.errors import StorageBrokenError, StorageError, StorageFullError
from store.files import beside, damage, opened_for_reading, sqlite_file
from store.headers import HEADER_BYTES, commits_after, header_damage, wal_header_damage

#: Tables looked at last: large, and an SOS can do without them.
_LARGE = ("position", "raw_batch", "quarantine", "change")

#: Virtual-machine steps between two looks at the time left.
_STEPS = 10_000

#: How often a header is read again before it is called damaged: another process may be writing it just then.
_LOOKS = 3


class Condition(StrEnum):
    """What was found."""

    OK = "ok"
    NEW = "new"  # no database yet
    MISSING = "missing"  # there was one
    DAMAGED = "damaged"
    BEHIND = "behind"  # sound, but the last changes are gone: a truncated or missing write-ahead log
    NEWER = "newer"  # made by a newer program
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Health:
    """What was found, in one line, and whether every page was looked at in the time given."""

    condition: Condition
    reason: str = ""
    whole: bool = True

    @property
    def ok(self) -> bool:
        """Whether the database may be written on."""
        return self.condition in (Condition.OK, Condition.NEW)

    @property
    def readonly(self) -> bool:
        """Whether to start without writing on it: screens in red, SOS into a side database (`store.side`)."""
        return self.condition in (Condition.MISSING, Condition.DAMAGED, Condition.BEHIND)


def examine(database_url: str, budget_s: float = 20.0) -> Health:
    """Look at a database before it is opened for writing, for about `budget_s` at most."""
    file = sqlite_file(database_url)
    return _examine_server(database_url) if file is None else _examine_file(file, time.monotonic() + budget_s)


def _examine_server(database_url: str) -> Health:
    database = Database(database_url, pool_size=1)
    try:
        with database.read() as conn:
            migrate.refuse_newer(conn)
    except StorageBrokenError as error:
        newer = str(error).startswith(migrate.NEWER)
        return Health(Condition.NEWER if newer else Condition.DAMAGED, str(error))
    except StorageError as error:
        return Health(Condition.UNREACHABLE, f"the database cannot be reached: {error}")
    finally:
        database.close()
    return Health(Condition.OK)


def _examine_file(file: Path, deadline: float) -> Health:
    marked = _mark(file)
    if not file.exists() or file.stat().st_size == 0:
        if marked is None:
            return Health(Condition.NEW)
        return Health(Condition.MISSING, f"the database file {file} is missing or empty, and there was one")
    wrong = _settled(lambda: _bytes_damage(file))
    if wrong:
        return Health(Condition.DAMAGED, f"the database {file} is damaged: {wrong}")
    try:
        return _examine_pages(file, marked or 0, deadline)
    except sqlite3.OperationalError as error:
        return Health(Condition.DAMAGED, f"the database {file} cannot be read: {error}")
    except sqlite3.DatabaseError as error:
        return Health(Condition.DAMAGED, f"the database {file} is damaged: {error}")


def _settled(look: Callable[[], str]) -> str:
    for _ in range(_LOOKS - 1):
        if not look():
            return ""
    return look()


def _bytes_damage(file: Path) -> str:
    with file.open("rb") as opened:
        wrong = header_damage(opened.read(HEADER_BYTES), os.fstat(opened.fileno()).st_size)
    log = beside(file, "-wal")
    if wrong or not log.exists():
        return wrong
    with log.open("rb") as opened:
        return wal_header_damage(opened.read(32))


def _examine_pages(file: Path, marked: int, deadline: float) -> Health:
    with opened_for_reading(file) as connection:
        connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if "alembic_version" not in tables:
            return Health(Condition.DAMAGED, f"{file} is not a database of this program") if tables else _NEW
        [version] = connection.execute("SELECT version_num FROM alembic_version").fetchone() or [""]
        if version not in migrate.known():
            return Health(Condition.NEWER, f"{migrate.NEWER}: it has version {version}, we know {migrate.head()}")
        wrong, whole = _page_damage(connection, tables)
        if wrong:
            return Health(Condition.DAMAGED, f"the database {file} is damaged: {wrong}")
        newest = connection.execute("SELECT COALESCE(MAX(seq), 0) FROM change").fetchone()[0]
        lost = _lost_commits(file)
    if newest < marked:
        reason = f"the last changes of {file} are missing: its log ends at {newest} and had come to {marked}"
        return Health(Condition.BEHIND, reason, whole)
    if lost > 1:
        return Health(
            Condition.BEHIND, f"the write-ahead log of {file} is damaged: {lost} commits are unreadable", whole
        )
    return Health(Condition.OK, "", whole)


_NEW = Health(Condition.NEW)


def _page_damage(connection: sqlite3.Connection, tables: list[str]) -> tuple[str, bool]:
    """What is wrong with the pages, and whether all were looked at; the small tables come first."""
    try:
        for table in sorted(tables, key=lambda name: (name in _LARGE, name)):
            wrong = damage(connection, table)
            if wrong:
                return wrong, True
        return damage(connection), True
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            connection.set_progress_handler(None, 0)
            return "", False
        return str(error), True


def _lost_commits(file: Path) -> int:
    """Commits in the write-ahead log behind the place up to which SQLite could read it; asked while it is open.

    A process that writes meanwhile moves that place: then the log is in use and sound.
    """
    log, index = beside(file, "-wal"), beside(file, "-shm")
    if not log.exists() or not index.exists():
        return 0
    read_up_to = _read_up_to(index)
    with log.open("rb") as opened:
        lost = commits_after(opened, read_up_to)
    return lost if _read_up_to(index) == read_up_to else 0


def _read_up_to(index: Path) -> int:
    """The last whole commit's frame, from the log's index (sqlite.org/walformat.html, section 2.1: mxFrame)."""
    with index.open("rb") as opened:
        head = opened.read(20)
    return int.from_bytes(head[16:20], sys.byteorder) if len(head) == 20 else 0


def _mark(file: Path) -> int | None:
    """How far the change log had come; None when there never was a database, 0 when the mark cannot be read."""
    try:
        text = beside(file, ".mark").read_text()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return 0
    try:
        seq = json.loads(text)["seq"]
    except (ValueError, KeyError, TypeError):
        return 0
    return seq if isinstance(seq, int) else 0


def set_mark(file: Path, seq: int) -> None:
    """Note beside a SQLite file that it exists and that its change log has come to `seq`.

    Raises:
        StorageFullError, StorageError: the mark could not be written and is as it was.
    """
    made = beside(file, ".mark.new")
    try:
        made.write_text(json.dumps({"seq": seq}))
        os.replace(made, beside(file, ".mark"))
    except OSError as error:
        kind = StorageFullError if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageError
        raise kind(f"{made} cannot be written: {error.strerror}") from error


def keep_mark(database: Database) -> None:
    """`set_mark` from what is committed now; to be called every few seconds. PostgreSQL looks after itself."""
    file = sqlite_file(database.url)
    if file is None:
        return
    with database.read() as conn:
        seq = changes.newest(conn)
    set_mark(file, seq)


def accept(database_url: str) -> None:
    """Take a sound database that is `BEHIND` or `MISSING` as it is from now on: an administrator's decision."""
    file = sqlite_file(database_url)
    if file is not None:
        beside(file, ".mark").unlink(missing_ok=True)
