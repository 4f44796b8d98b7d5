"""Memory of the product while a million positions come in."""

from __future__ import annotations

import threading

import psutil

from benchmarks.blast import Blaster
from benchmarks.load import history_ms, positions
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig, Viewer, wait_for
from tests.fault.product import now_ms

NAME = "memory"

#: Growth to stay under, in MB.
MOST_MB = 50.0

#: Positions queued before the product is waited for: it always has work, the broker's queue stays small.
CHUNK = 50_000


class Watcher:
    """Resident memory of a process once a second, in MB."""

    def __init__(self, process: psutil.Process) -> None:
        self.samples: list[float] = []
        self._process = process
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._done.wait(1.0):
            self.samples.append(self.now())

    def now(self) -> float:
        """At this moment."""
        return float(self._process.memory_info().rss) / 2**20

    def stop(self) -> None:
        """No more samples."""
        self._done.set()
        self._thread.join()


def measure(rig: Rig) -> Figure:
    """The figure."""
    total, chunk = rig.of(1_000_000, 60_000), rig.of(CHUNK, 10_000)
    warm = 2 * chunk
    after: list[tuple[int, float]] = []
    with rig.station() as station:
        station.start()
        station.listening()
        viewer = Viewer(station)
        blaster = Blaster(station.broker.port, "bench-fill")
        watcher = Watcher(station.process)
        first, base = history_ms(total + warm, now_ms()), station.accepted()
        idle = watcher.now()
        for sent in range(0, total + warm, chunk):
            blaster.pour(positions(chunk, first, sent))
            blaster.sent_ns.clear()
            blaster.acked_ns.clear()
            blaster.sent = 0
            done = sent + chunk
            wait_for(lambda done=done: station.accepted() - base >= done, 600, "a chunk is stored")  # type: ignore[misc]
            after.append((done, watcher.now()))
        watcher.stop()
        stored = station.count()
        assert stored == total + warm, f"{stored} of {total + warm} stored"
        viewer.close()
        blaster.close()
    warmed = next(mb for number, mb in after if number == warm)
    growth = max(mb for number, mb in after if number > warm) - warmed
    lines = [
        Line(
            f"greatest growth over {total:,} positions", f"{growth:+.1f} MB", f"{idle:.0f} MB before the first",
            f"<= {MOST_MB:.0f} MB", growth <= MOST_MB,
        ),
        Line("resident at the end", f"{after[-1][1]:.0f} MB", f"{warmed:.0f} MB after {warm:,} positions"),
    ]  # fmt: skip
    how = (
        f"{warm:,} positions to warm up, then {total:,} more, {chunk:,} queued at a time, one open wall, SQLite; "
        "resident memory of the product's process once a second and after each chunk."
    )
    samples = {"each_s_mb": [round(mb, 1) for mb in watcher.samples], "chunks": after}
    return Figure(NAME, "Memory while a million positions come in", how, lines, samples)
