"""SQLAlchemy engines for the two databases, set so that a committed row survives a power cut.

Errors name no values (`hide_parameters`): contacts and words of citizens are in no log.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

#: How long PostgreSQL lets a transaction of ours sit idle (a worker cut off by the network must not keep the lock).
_IDLE_MS = 10_000


def sqlite_engine(url: str, *, writing: bool, pool_size: int) -> Engine:
    """An engine on a SQLite file: WAL, `synchronous=FULL`, foreign keys on; writers begin IMMEDIATE.

    FULL, because NORMAL lost acknowledged rows in 23 of 40 simulated power cuts.
    """
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"timeout": 0, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        if path and writing:
            _keep_private(Path(path))
        connection.isolation_level = None  # transactions are begun by us, below
        connection.execute(f"PRAGMA busy_timeout={0 if writing else 5000}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")
        if writing:  # what is deleted or replaced is written over: it stands in no free page
            connection.execute("PRAGMA secure_delete=ON")
        if not writing:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _keep_private(file: Path) -> None:
    """Contacts, secrets of boxes and kept bytes are in it. The files SQLite makes beside it take over its mode."""
    with contextlib.suppress(OSError):  # not ours to change: then whoever owns it has decided
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)


def postgres_engine(url: str, *, writing: bool, pool_size: int) -> Engine:
    """An engine on PostgreSQL: writers commit synchronously, readers see one snapshot.

    What readers ask is planned for its values. The driver prepares a statement at its sixth use, and PostgreSQL then
    may go on with one plan for all values, which knows neither how many stations a list has nor how long a period is:
    the newest alarms of a bureau took three times the work.
    """
    options = f"-c idle_in_transaction_session_timeout={_IDLE_MS} -c timezone=UTC"
    options += " -c synchronous_commit=on" if writing else " -c plan_cache_mode=force_custom_plan"
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=20,
        pool_timeout=5,
        hide_parameters=True,
        pool_pre_ping=not writing,
        isolation_level="READ COMMITTED" if writing else "REPEATABLE READ",
        connect_args={
            "options": options,
            "connect_timeout": 3,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            "application_name": "ssz-write" if writing else "ssz-read",
        },
    )
