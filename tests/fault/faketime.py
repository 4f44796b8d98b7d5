"""A process whose wall clock can be set while it runs (libfaketime); its steady clock stays true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def library() -> Path:
    """libfaketime for programs with threads."""
    places = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if places:
        return places[0]
    if os.environ.get("ALLOW_SKIPS") == "1":
        pytest.skip("not installed: libfaketime")
    pytest.fail("not installed: libfaketime (ALLOW_SKIPS=1 leaves out what needs it)", pytrace=False)


#: libfaketime refuses sleeps until a steady time (EINVAL) when it leaves the steady clock alone; Python sleeps so.
_SLEEP = """import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""


class Clock:
    """The wall clock of the Python processes started with `env`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)
        (folder / "sitecustomize.py").write_text(_SLEEP)
        self.env = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": str(folder),
        }

    def set(self, seconds: int) -> None:
        """From now on the wall clock is that much ahead (or behind)."""
        made = self._file.with_suffix(".new")
        made.write_text(f"{seconds:+d}s\n")
        made.replace(self._file)
