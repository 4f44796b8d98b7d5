"""A foreign program that holds the one write lock of a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from sqlalchemy.engine import make_url

from store.database import WRITE_LOCK


@contextmanager
def write_lock(database_url: str) -> Iterator[None]:
    """Nobody else can write while the context lasts."""
    if database_url.startswith("sqlite"):
        file = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as held:
            held.execute("BEGIN IMMEDIATE")
            yield
        return
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
        yield
