"""Durable positions on PostgreSQL, `synchronous_commit=on`."""

from __future__ import annotations

from benchmarks.drain import drain
from benchmarks.report import Figure
from benchmarks.rig import Rig

NAME = "drain-postgres"


def measure(rig: Rig) -> Figure:
    """The figure."""
    return drain(rig, "postgresql", NAME, "Durable positions, PostgreSQL synchronous_commit=on", 1 / 0.4)
