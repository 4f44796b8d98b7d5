"""A disk of our own, small enough to be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Path]:
    """A file system in memory of that size, mounted below `folder`. Only root may mount."""
    if os.geteuid() != 0:
        if os.environ.get("ALLOW_SKIPS") == "1":
            pytest.skip("mounting a small disk needs root")
        pytest.fail("mounting a small disk needs root (ALLOW_SKIPS=1 leaves out what needs it)", pytrace=False)
    place = folder / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "none", str(place)], check=True)
    try:
        yield place
    finally:
        # Lazy: a process of a failed test may still hold a file.
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave_bytes: int = 0) -> Path:
    """Write a file until that many bytes are left; returns it, to be removed when there shall be space again."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as opened:
        while (left := os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - leave_bytes) > 0:
            try:
                opened.write(b"\0" * min(left, 1 << 20))
            except OSError:
                break
    return ballast
