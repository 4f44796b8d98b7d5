"""An SOS to the wall while the disk of the store is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.blast import Blaster
from benchmarks.report import Figure
from benchmarks.rig import Rig, Station
from benchmarks.sos_fault import PLACES, figure
from models.town.town import STATION
from tests.fault.product import now_ms
from tests.fault.space import fill, small_disk
from tests.servers import wait_until

NAME = "sos-full"

#: What a transaction that does not fit leaves in the log.
SAID = "storage full"

#: Size of the disk in memory, and the free space under which the product warns, in MB.
DISK_MB, LOW_MB = 96, 8


@contextmanager
def full(station: Station, disk: Path) -> Iterator[None]:
    """Not a byte is left, and a transaction has failed for it; files that have room inside are used up first."""
    before = station.web.output().count(SAID)
    ballast = fill(disk)
    blaster = Blaster(station.broker.port, "bench-ballast")
    sent = 0

    def refused() -> bool:
        nonlocal sent
        sent += 1
        body = b'{"id":"full-%d-%d","at":%d,"kind":"heartbeat"}' % (before, sent, now_ms())
        blaster.send([(f"ssz/v1/{STATION}/sos/{PLACES[-1][0]}/event", body)])
        fill(disk)
        return station.web.output().count(SAID) > before

    try:
        wait_until(refused, 60, "a transaction that does not fit", every_s=0.01)
        yield
    finally:
        blaster.close()
        ballast.unlink()


def measure(rig: Rig) -> Figure:
    """The figure."""
    with (
        small_disk(rig.new_folder(), DISK_MB) as disk,
        rig.station(ground=False, place=disk, demo=1, disk_low_mb=LOW_MB) as station,
    ):
        return figure(
            rig, station, lambda filled: full(filled, disk), NAME, "SOS to the wall while the disk is full",
            f"The disk of the SQLite database ({DISK_MB} MB, in memory) is filled to the last byte",
        )  # fmt: skip
