"""Whether the clock of a device can be believed. Pure."""

from __future__ import annotations

from models.records.base import Millis

#: A device's clock may be this far ahead of ours, in ms (contract, section 3).
AHEAD_MS = 5 * 60_000

#: 2007-01-01T00:00:00Z: no device of this product is older.
OLDEST = 1_167_609_600_000


#: A case known to a day only is a window to that day's end: so far ahead it may end, in ms.
_WINDOW_MS = 86_400_000


def suspect(at: Millis, received_at: Millis) -> bool:
    """Whether a device's time cannot be true."""
    return at > received_at + AHEAD_MS or at < OLDEST


def incident_suspect(start: Millis, end: Millis | None, reported: Millis | None, received_at: Millis) -> bool:
    """Whether an incident's times cannot be true: begun, reported or ended before 2007, or not yet."""
    return (
        suspect(start, received_at)
        or (reported is not None and suspect(reported, received_at))
        or (end is not None and suspect(end, received_at + _WINDOW_MS))
    )
