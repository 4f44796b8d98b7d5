"""Whether the clock of a device can be believed. Pure."""

from __future__ import annotations

from models.records.base import Millis

#: A device's clock may be this far ahead of ours, in ms (contract, section 3).
AHEAD_MS = 5 * 60_000

#: 2007-01-01T00:00:00Z: no device of this product is older.
OLDEST = 1_167_609_600_000


def suspect(at: Millis, received_at: Millis) -> bool:
    """Whether a device's time cannot be true."""
    return at > received_at + AHEAD_MS or at < OLDEST
