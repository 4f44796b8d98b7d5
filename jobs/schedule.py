"""When a job is due. Pure: the time is an argument."""

from __future__ import annotations

from models.records.base import Millis


def due(now: Millis, last: Millis | None, every_ms: Millis) -> bool:
    """Whether a job that ran last at `last` (None: never) is due again.

    A clock set back must not stop it for as long as the clock was ahead: then it is due at once, one time.
    """
    return last is None or now < last or now - last >= every_ms
