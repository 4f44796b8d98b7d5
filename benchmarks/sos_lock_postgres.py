"""An SOS to the wall while a foreign program holds the write lock of the PostgreSQL database."""

from __future__ import annotations

from benchmarks.report import Figure
from benchmarks.rig import Rig
from benchmarks.sos_fault import figure
from tests.fault.locks import write_lock

NAME = "sos-lock-postgres"


def measure(rig: Rig) -> Figure:
    """The figure."""
    with rig.station("postgresql", ground=False, demo=1) as station:
        return figure(
            rig, station, lambda held: write_lock(held.url), NAME,
            "SOS to the wall while the write lock is held, PostgreSQL",
            "Another program holds the advisory lock that every writer of the PostgreSQL database takes",
        )  # fmt: skip
