"""Durable positions on SQLite, `synchronous=FULL`."""

from __future__ import annotations

from benchmarks.drain import drain
from benchmarks.report import Figure
from benchmarks.rig import Rig

NAME = "drain-sqlite"


def measure(rig: Rig) -> Figure:
    """The figure."""
    return drain(rig, "sqlite", NAME, "Durable positions, SQLite FULL", 1 / 0.6)
