"""Heads kept beside the database: one line a day in a file of the data folder, to be copied elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from models.audit.chain import Mark
from models.audit.heads import heads_of, line_of

_FILE = "audit-heads.txt"


def file_of(data_dir: Path) -> Path:
    """The file of a data folder."""
    return data_dir / _FILE


def kept(file: Path) -> list[Mark]:
    """The heads in a file, the oldest first; none when it is not there.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return heads_of(file.read_text(encoding="utf-8", errors="replace").splitlines())
    except FileNotFoundError:
        return []


def keep(file: Path, head: Mark) -> None:
    """Add a head at the end.

    Raises:
        OSError: it cannot be written.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as lines:
        lines.write(line_of(head) + "\n")
