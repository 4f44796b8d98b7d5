"""The side database: where an SOS goes while the main SQLite file must not be written on.

It is a fresh file beside the main one, seeded with what can still be read of the registers, the sessions and the
open alarms, so that the product runs on it as on any other. `merge` brings it home after a restore.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from models.records.base import Millis
from store import migrate
from store.database import Database, open_database
from store.errors import StorageBrokenError, StorageBusyError
from store.files import SIDE, alone, beside, in_use, opened_for_reading, sqlite_file
from store.integrity import Condition, Health, examine, keep_mark
from store.merge import merge

_LOG = logging.getLogger(__name__)

#: How far back events and closed alarms are seeded: a box resends for hours, not for days.
_RECENT_MS = 24 * 3_600_000

#: What is seeded, in an order that foreign keys allow. Sign-in links are not: a used one must not work again.
_SEED = {
    "station": "SELECT * FROM station",
    "zone": "SELECT * FROM zone",
    "street": "SELECT * FROM street",
    "unit": "SELECT * FROM unit",
    "sos_box": "SELECT * FROM sos_box",
    "checkpoint": "SELECT * FROM checkpoint",
    "camera_point": "SELECT * FROM camera_point",
    "device_key": "SELECT * FROM device_key",
    "device": "SELECT * FROM device",
    "account": "SELECT * FROM account",
    "recovery_code": "SELECT * FROM recovery_code",
    "web_session": "SELECT * FROM web_session",
    "api_token": "SELECT * FROM api_token",
    "alarm": "SELECT * FROM alarm WHERE state <> 'closed' OR changed_at >= :since",
    "alarm_step": "SELECT * FROM alarm_step WHERE at >= :since OR alarm IN"
    " (SELECT id FROM alarm WHERE state <> 'closed' OR changed_at >= :since)",
    "sos_event": "SELECT * FROM sos_event WHERE received_at >= :since",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A store to run on: the main one, or with `health.readonly` the side one (screens in red, `health.reason`)."""

    database: Database
    health: Health


def side_file(database_url: str) -> Path | None:
    """Where the side database of a SQLite address is, or would be; None for another kind of database."""
    file = sqlite_file(database_url)
    return None if file is None else beside(file, SIDE)


def open_safely(database_url: str, now: Millis, *, seeds: Sequence[Path] = (), budget_s: float = 20.0) -> Opened:
    """The store to run on: examined, migrated and with a former side database merged, or else the side database.

    `seeds` are backups to take registers from when the main file gives none, the best first.

    Raises:
        StorageBrokenError: newer than this program.
        StorageBusyError: the server is away.
        StorageError: it cannot be migrated or opened.
    """
    health = examine(database_url, budget_s)
    if health.condition is Condition.NEWER:
        raise StorageBrokenError(health.reason)
    if health.condition is Condition.UNREACHABLE:
        raise StorageBusyError(health.reason)
    if not health.ok:
        file = sqlite_file(database_url)
        if file is None:
            raise StorageBrokenError(health.reason)
        _LOG.error("%s; it stays untouched, alarms go to %s", health.reason, beside(file, SIDE))
        return Opened(_open_side(file, seeds, now), health)
    migrate.upgrade(database_url)
    database = open_database(database_url)
    bring_home(database, now)
    keep_mark(database)
    return Opened(database, health)


def bring_home(database: Database, now: Millis) -> None:
    """Merge what a side database holds, once, and put the file aside."""
    file = side_file(database.url)
    if file is None or not file.exists():
        return
    # Web process and worker start together: to the second, what the first has put aside would be a new, empty file.
    with alone(_lock(file)):
        if file.exists():
            _bring_home(database, file, now)


def _bring_home(database: Database, file: Path, now: Millis) -> None:
    if in_use(file):
        _LOG.warning("%s is still written on by another process: it is merged at the next start", file)
        return
    migrate.upgrade(f"sqlite:///{file}")  # it may be of the version before an update
    merged = merge(database, file, now)
    kept = _put_aside(file, f".merged-{now}")
    _LOG.warning("merged the side database: %d new events, %d alarms; kept as %s", merged.events, merged.alarms, kept)


def _lock(file: Path) -> Path:
    """The file that is locked by who makes, fills or merges a side database."""
    return beside(file, ".lock")


def _put_aside(file: Path, suffix: str) -> str:
    """Rename a database with its log, and forget its mark; returns the new name."""
    kept = beside(file, suffix)
    for part in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            os.replace(beside(file, part), beside(kept, part))
    beside(file, ".mark").unlink(missing_ok=True)
    return kept.name


def _open_side(main: Path, seeds: Sequence[Path], now: Millis) -> Database:
    # Web process and worker start together, and what one has half made looks damaged to the other.
    file = beside(main, SIDE)
    with alone(_lock(file)):
        return _make_or_open(file, (main, *seeds), now)


def _make_or_open(file: Path, sources: Sequence[Path], now: Millis) -> Database:
    address = f"sqlite:///{file}"
    known = examine(address)
    if not known.ok:  # twice unlucky: keep it too, and begin again
        _put_aside(file, f".damaged-{now}")
    fresh = not file.exists()
    migrate.upgrade(address)
    if fresh:
        _seed(file, sources, now)
    database = open_database(address)
    keep_mark(database)
    return database


def _seed(file: Path, sources: Sequence[Path], now: Millis) -> None:
    """Copy what can be read of each table from the first source that gives something."""
    with closing(sqlite3.connect(file, isolation_level=None)) as side:
        # A row whose station could not be read is better than none.
        side.execute("PRAGMA foreign_keys=OFF")
        for table, query in _SEED.items():
            copied = next((count for source in sources if (count := _copy(side, source, table, query, now))), 0)
            _LOG.info("side database: %d rows of %s", copied, table)


def _copy(side: sqlite3.Connection, source: Path, table: str, query: str, now: Millis) -> int:
    """How many rows of a table could be read and copied: up to the first damaged page."""
    columns = [row[1] for row in side.execute("SELECT * FROM pragma_table_info(?)", (table,))]
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    copied = 0
    side.execute("BEGIN")
    try:
        with opened_for_reading(source) as connection:
            connection.row_factory = sqlite3.Row
            for row in connection.execute(query, {"since": now - _RECENT_MS}):
                copied += side.execute(insert, [row[name] for name in columns]).rowcount
    except (sqlite3.Error, OSError, IndexError) as error:
        _LOG.warning("side database: %s of %s could be read up to row %d: %s", table, source.name, copied, error)
    side.execute("COMMIT")
    return copied
