"""The short form of a fault test fits a CI run; the long form is that of the goal table (`make soak`)."""

from __future__ import annotations

import os
from typing import TypeVar

Value = TypeVar("Value")

#: Whether the long forms run.
SOAK = os.environ.get("SSZ_SOAK") == "1"


def scaled(short: Value, long: Value) -> Value:
    """The long value in a soak, else the short one."""
    return long if SOAK else short
