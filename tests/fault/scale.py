"""Short in the suite, long in the soak: the same test with other counts."""

from __future__ import annotations

import os

#: Whether the long forms run.
SOAK = os.environ.get("SSZ_SOAK") == "1"


def scaled(short: int, long: int) -> int:
    """A count: `short` in a CI run, `long` when `SSZ_SOAK=1`."""
    return long if SOAK else short
