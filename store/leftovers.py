"""Files that a process made beside the store while it worked, and was killed before it took them away."""

from __future__ import annotations

import shutil
from pathlib import Path

from models.records.base import Millis

#: How long a file may lie before nobody can be working on it, ms.
LEFT_MS = 86_400_000

#: Uploads that are imported, and files of incidents that are made to be sent.
_MADE = ("imports/*", "export-*")


def sweep(folder: Path, now: Millis) -> int:
    """Take away what was made in the data folder and not touched for a day; returns how many folders."""
    gone = 0
    for place in (found for made in _MADE for found in folder.glob(made)):
        try:
            old = now - place.stat().st_mtime * 1000 > LEFT_MS
        except FileNotFoundError:  # its own process was quicker
            continue
        if old:
            shutil.rmtree(place, ignore_errors=True)
            gone += not place.exists()
    return gone
