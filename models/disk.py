"""The word for the space left where the data lies. Pure."""

from __future__ import annotations

from typing import Literal

Disk = Literal["ok", "low", "full"]

#: With less than this left the next transaction may not fit, in bytes.
FULL = 1024 * 1024


def judged(free: int, low: int) -> Disk:
    """The word for `free` bytes left when fewer than `low` are little."""
    if free < FULL:
        return "full"
    return "low" if free < low else "ok"
