"""Heads kept beside the database: one line a day in a file of the data folder, to be copied elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from models.audit.chain import Mark
from models.audit.heads import heads_of, line_of
from store.files import SIDE

_FILE, _SIDE_FILE = "audit-heads.txt", "audit-heads-side.txt"


def file_of(data_dir: Path, *, side: bool = False) -> Path:
    """The file of a data folder: of the main database's chain, or of the side database's."""
    return data_dir / (_SIDE_FILE if side else _FILE)


def kept(file: Path, *, side: bool = False) -> list[Mark]:
    """The heads in a file, the oldest first; none when it is not there.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return heads_of(file.read_text(encoding="utf-8", errors="replace").splitlines(), side=side)
    except FileNotFoundError:
        return []


def kept_of(database_url: str, data_dir: Path) -> list[Mark]:
    """The heads kept of a database's own chain: the main one's, or the side one's while that is in use.

    Raises:
        OSError: they cannot be read.
    """
    side = database_url.endswith(SIDE)
    return kept(file_of(data_dir, side=side), side=side)


def keep(file: Path, head: Mark, *, side: bool = False) -> None:
    """Add a head at the end.

    Raises:
        OSError: it cannot be written.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as lines:
        lines.write(line_of(head, side=side) + "\n")
