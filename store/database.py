"""The database: consistent reads, and one writing transaction at a time whose changes are numbered in commit order.

Both databases behave alike: a writer holds the one write lock (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory
lock) for its whole transaction, so change-log numbers ascend in commit order and a reader that has seen number N
has seen everything before it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

from models.audit.chain import Keys
from models.happenings import Happening, to_json
from models.records.base import Millis
from store.engines import postgres_engine, sqlite_engine
from store.errors import StorageBusyError, storage_errors
from store.files import sqlite_file
from store.giving_way import giving_way, turn_file
from store.turnstile import Lane, Turnstile

__all__ = ["Database", "Lane", "Listener", "Tx", "open_database"]

#: Called after a commit, in the committing thread and in commit order: (change number, what happened).
Listener = Callable[[int, Sequence[Happening]], None]

#: Advisory lock of the one writer, and the channel that wakes followers (PostgreSQL).
WRITE_LOCK = 0x53535A34
CHANNEL = "ssz_change"

#: How often a writer asks again for SQLite's lock. Short: another process frees it for moments only.
_RETRY_S = 0.002


def _now() -> Millis:
    return time.time_ns() // 1_000_000


class Tx:
    """A writing transaction. What it tells becomes one row of the change log, what it publishes the outbox's.

    `keys` are those of the audit log (`store.audit`); None in a process that was given none.
    """

    def __init__(self, conn: Connection, keys: Keys | None = None) -> None:
        self.conn = conn
        self.keys = keys
        self.happenings: list[Happening] = []
        self._outbox: list[dict[str, object]] = []

    def tell(self, *happenings: Happening) -> None:
        """Tell every live picture, once this transaction is committed."""
        self.happenings.extend(happenings)

    def publish(self, topic: str, payload: dict[str, object] | None, *, retain: bool = False) -> None:
        """Have a message published once this transaction is committed. None clears a retained message."""
        body = "" if payload is None else json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        self._outbox.append({"topic": topic, "payload": body, "retain": retain, "created_at": _now()})

    def flush(self) -> int:
        """Write the outbox and the change-log row; returns its number, 0 when nothing was told."""
        if self._outbox:
            self.conn.execute(
                text(
                    "INSERT INTO outbox (topic, payload, retain, created_at)"
                    " VALUES (:topic, :payload, :retain, :created_at)"
                ),
                self._outbox,
            )
            self._outbox = []
        if not self.happenings:
            return 0
        row = self.conn.execute(
            text("INSERT INTO change (at, body) VALUES (:at, :body) RETURNING seq"),
            {"at": _now(), "body": to_json(self.happenings)},
        ).one()
        if self.conn.dialect.name == "postgresql":
            self.conn.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
        return int(row[0])


class Database:
    """The store of one process. Made by `open_database`; closed with `close`.

    `audit_keys` seal what the audit log is given; set once where the process is wired, before anything is written.
    """

    def __init__(self, url: str, pool_size: int = 5) -> None:
        self.url = url
        self.audit_keys: Keys | None = None
        self.dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
        make = sqlite_engine if self.dialect == "sqlite" else postgres_engine
        self._reading = make(url, writing=False, pool_size=pool_size)
        self._writing = make(url, writing=True, pool_size=4)
        self._turnstile = Turnstile()
        file = sqlite_file(url)
        self._turn = None if file is None else turn_file(file)
        self._closed = False
        self._listeners: tuple[Listener, ...] = ()
        self._listeners_lock = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and cannot write.

        Raises:
            StorageError: the database is not there, busy or broken.
        """
        with storage_errors(), self._reading.connect() as conn, self._ended_with(conn):
            yield conn

    @contextmanager
    def write(self, lane: Lane = Lane.NORMAL, patience_s: float = 5.0) -> Iterator[Tx]:
        """A transaction, committed on leaving and rolled back on an exception.

        Listeners run after the commit while the next writer still waits: they must be short and must not write.

        Raises:
            StorageBusyError: the lock was not had within `patience_s`, or the server is away.
            StorageFullError, StorageBrokenError: as they say. Nothing was written.
        """
        deadline = time.monotonic() + patience_s
        if not self._turnstile.enter(lane, patience_s):
            raise StorageBusyError("another writer of this process holds the database")
        try:
            with storage_errors(), self._connected(deadline) as conn, self._ended_with(conn):
                self._lock(conn, lane, deadline)
                tx = Tx(conn, self.audit_keys)
                try:
                    yield tx
                    seq = tx.flush()
                    conn.commit()
                except BaseException:
                    if not conn.invalidated and not conn.closed:
                        conn.rollback()
                    raise
            if seq:
                for listener in self._listeners:
                    listener(seq, tx.happenings)
        finally:
            self._turnstile.leave()

    def _connected(self, deadline: float) -> Connection:
        """A connection to write on. Opening a SQLite file takes a lock of its own, which another may hold."""
        while True:
            try:
                with storage_errors():
                    return self._writing.connect()
            except StorageBusyError:
                if self.dialect != "sqlite" or time.monotonic() >= deadline:
                    raise
                time.sleep(_RETRY_S)

    def _lock(self, conn: Connection, lane: Lane, deadline: float) -> None:
        if self.dialect == "postgresql":
            left_ms = max(1, int((deadline - time.monotonic()) * 1000))
            conn.execute(text(f"SET LOCAL lock_timeout = {left_ms}"))
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            conn.execute(text("SET LOCAL lock_timeout = 0"))
            return
        with giving_way(self._turn) as turn:
            while True:
                # Behind one that has passed the door of this process an alarm may have come to wait.
                alarm = lane is Lane.ALARM or self._turnstile.alarm_waits
                try:
                    if not turn.may_ask(alarm):
                        raise StorageBusyError("an alarm of another process goes first")
                    with storage_errors():
                        conn.begin()
                    return
                except StorageBusyError:
                    turn.missed(alarm)
                    if time.monotonic() >= deadline:
                        raise
                    time.sleep(_RETRY_S)

    def on_commit(self, listener: Listener) -> Callable[[], None]:
        """Have a listener called after each commit of this process that told something; returns how to stop it."""
        with self._listeners_lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._listeners_lock:
                self._listeners = tuple(known for known in self._listeners if known is not listener)

        return unsubscribe

    @contextmanager
    def _ended_with(self, conn: Connection) -> Iterator[None]:
        """A connection that is in use while the store is closed ends with its use: its pool is no longer there."""
        try:
            yield
        finally:
            if self._closed and not conn.closed:
                conn.invalidate()

    def close(self) -> None:
        """Close every connection; one that is in use when it comes back."""
        self._closed = True
        self._reading.dispose()
        self._writing.dispose()


def open_database(url: str, pool_size: int = 5) -> Database:
    """The store at `url`; it must have been migrated (`store.migrate.upgrade`)."""
    return Database(url, pool_size)
