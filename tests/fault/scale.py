"""The short form of a fault test fits a CI run; the long form is that of the goal table (`make soak`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import cycle, product
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Value = TypeVar("Value")

#: Whether the long forms run.
SOAK = os.environ.get("SSZ_SOAK") == "1"


def scaled(short: Value, long: Value) -> Value:
    """The long value in a soak, else the short one."""
    return long if SOAK else short


def _on(way: str, kind: str) -> ParameterSet:
    marks = [pytest.mark.postgres] if kind == "postgresql" else []
    return pytest.param(*([way, kind] if way else [kind]), marks=marks, id="-".join(filter(None, (way, kind))))


def crossed(*ways: str) -> list[ParameterSet]:
    """Each way with a database of each kind; in the short form each way once, on the kinds by turns. For a test's
    second parameter `db_url`, indirect."""
    kinds = ("sqlite", "postgresql")
    pairs: Sequence[tuple[str, str]] = scaled(list(zip(ways, cycle(kinds), strict=False)), list(product(ways, kinds)))
    return [_on(way, kind) for way, kind in pairs]


#: For `db_url`, indirect, of a test that is about broker or memory, whatever the database.
EITHER_KIND = [_on("", kind) for kind in scaled(["sqlite"], ["sqlite", "postgresql"])]
