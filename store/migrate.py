"""Bringing a database to the schema this program knows, and refusing one that is newer. Alembic, run from code."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from store.database import Database
from store.errors import StorageBrokenError, StorageBusyError, StorageError, StorageFullError, classify

#: How long an upgrade waits for another one to end, in s.
_PATIENCE_S = 30.0

#: How the refusal of a newer database begins.
NEWER = "database is newer than this program"

_FOLDER = Path(__file__).with_name("migrations")


def _versions() -> list[str]:
    """Every schema version, ascending: a step is a file `v<version>_<what>.py`, and one follows the other."""
    return sorted(path.name[1:].split("_", 1)[0] for path in (_FOLDER / "versions").glob("v*_*.py"))


def head() -> str:
    """The schema version this program is written for."""
    return _versions()[-1]


def known() -> frozenset[str]:
    """Every schema version this program can start from."""
    return frozenset(_versions())


def current(conn: Connection) -> str | None:
    """The schema version of a database; None for one without our tables."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def refuse_newer(conn: Connection) -> str | None:
    """The schema version of a database, when this program knows it.

    Raises:
        StorageBrokenError: newer than this program; nothing was touched.
    """
    version = current(conn)
    if version is not None and version not in known():
        raise StorageBrokenError(f"{NEWER}: it has version {version}, we know {head()}")
    return version


def check(database: Database) -> None:
    """Make sure that a database has exactly the schema of this program.

    Raises:
        StorageBrokenError: newer than this program, or not migrated yet.
    """
    with database.read() as conn:
        version = refuse_newer(conn)
    if version != head():
        raise StorageBrokenError(f"database is not migrated: it has version {version}, the program needs {head()}")


def upgrade(database_url: str) -> None:
    """Bring a database (an empty or missing one too) to `head()`, in one transaction: all steps or none.

    Two programs may do it at once: the second waits, then finds nothing left to do.

    Raises:
        StorageBrokenError: the database is newer than this program; nothing was touched.
        StorageError: not reachable.
    """
    deadline = time.monotonic() + _PATIENCE_S
    database = Database(database_url, pool_size=1)
    try:
        while True:
            try:
                _upgrade(database)
                return
            except StorageBusyError:
                # Somebody else is turning the new file to WAL just now: SQLite does not wait for that.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
    finally:
        database.close()


def _upgrade(database: Database) -> None:
    with database.write(patience_s=_PATIENCE_S) as tx:
        if refuse_newer(tx.conn) == head():
            return
        try:
            _run_steps(tx.conn)
        except DatabaseError as error:
            raise _why(error) from error
        _require_settings(tx.conn)


def _run_steps(conn: Connection) -> None:
    # Imported here, because it costs a sixth of the time of a start, and most starts have nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _why(error: DatabaseError) -> StorageError:
    known = classify(error)
    if isinstance(known, StorageFullError | StorageBrokenError):
        return known
    # Busy cannot be: we hold the write lock. Something stands where a table of ours must go.
    return StorageBrokenError(f"the database cannot be migrated: {str(error.orig).strip().splitlines()[0]}")


def _require_settings(conn: Connection) -> None:
    """What the promises rest on and a server could have been told otherwise."""
    if conn.dialect.name == "postgresql":
        encoding = conn.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise StorageBrokenError(f"the PostgreSQL database must be encoded in UTF8, not {encoding}")
