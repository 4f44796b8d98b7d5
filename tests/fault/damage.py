"""Ways to ruin a SQLite file, each of a kind that must be found at start."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path


def _overwrite(file: Path, place: int, body: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(place)
        opened.write(body)


def _root_page(file: Path, table: str) -> tuple[int, int]:
    """Where a table's first page begins, and how long it is, in bytes."""
    with closing(sqlite3.connect(file)) as connection:
        size = int(connection.execute("PRAGMA page_size").fetchone()[0])
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    return (int(page) - 1) * size, size


def header(file: Path) -> None:
    """The first bytes of the file."""
    _overwrite(file, 0, b"\xff" * 24)


def schema(file: Path) -> None:
    """The page that says which tables there are."""
    _overwrite(file, 100, b"\xff" * 200)


def page(file: Path) -> None:
    """The head of a live page of a table an SOS does not need."""
    place, _ = _root_page(file, "incident")
    _overwrite(file, place, b"\xff" * 12)


def truncated(file: Path) -> None:
    """The second half of the file is gone."""
    os.truncate(file, file.stat().st_size // 2)


def missing(file: Path) -> None:
    """The file is gone."""
    file.unlink()


WAYS: dict[str, Callable[[Path], None]] = {way.__name__: way for way in (header, schema, page, truncated, missing)}
