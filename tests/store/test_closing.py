"""Closing the store while one of its connections is in use."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import Connection, text

from store.database import Database


def ended(raw: object) -> bool:
    """Whether a connection of the driver is closed."""
    if isinstance(raw, psycopg.Connection):
        return raw.closed
    assert isinstance(raw, sqlite3.Connection)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")
    return True


def raw_of(conn: Connection) -> object:
    """The driver's connection."""
    return conn.connection.dbapi_connection


def test_a_connection_in_use_ends_with_its_use(db: Database) -> None:
    with db.read() as conn:
        reading = raw_of(conn)
        db.close()
        assert conn.execute(text("SELECT 1")).scalar() == 1
    assert ended(reading)


def test_a_transaction_in_use_is_committed_and_ends(db: Database) -> None:
    with db.write() as tx:
        writing = raw_of(tx.conn)
        db.close()
        assert tx.conn.execute(text("SELECT 1")).scalar() == 1
    assert ended(writing)
