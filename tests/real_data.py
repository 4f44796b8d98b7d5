"""The real input that tests are shown on: it lies beside the checkout and is never part of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def real(name: str) -> Path:
    """A file of the real data; a failure when it is not there, a skip with `ALLOW_SKIPS=1`."""
    found = DATA / name
    if not found.exists():
        if os.environ.get("ALLOW_SKIPS") == "1":
            pytest.skip(f"not beside the checkout: {name}")
        pytest.fail(f"not beside the checkout: {name} (ALLOW_SKIPS=1 leaves out what needs it)", pytrace=False)
    return found
