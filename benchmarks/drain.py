"""Draining a queue: CPU seconds per message of the whole product beside a paho loop that only counts."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import orjson
import psutil

from benchmarks.bare import make_session
from benchmarks.blast import Blaster
from benchmarks.load import UNITS, history_ms, positions
from benchmarks.pause import Held
from benchmarks.report import Figure, Line
from benchmarks.rig import Cpu, Rig, Station, Viewer, cpu_of, median, output_of, program, wait_for
from settings import Settings
from tests.fault.product import now_ms

#: The product's receive window: two batches of the shipped size.
WINDOW = 2 * int(Settings.model_fields["batch_size"].default)

#: After the last message, in s: acknowledgements, frames and the skimming connection count too.
TRAIL_S = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """One drain of the queue by both; seconds."""

    bare_cpu: float
    bare_wall: float
    cpu: float
    wall: float
    server_cpu: float
    frames: int


def server_cpu(rig: Rig, station: Station) -> float:
    """CPU seconds all processes of the PostgreSQL cluster used so far, those that have ended too; 0 with SQLite."""
    if station.url.startswith("sqlite"):
        return 0.0
    pid = int((rig.cluster().folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    postmaster = psutil.Process(pid)
    total = 0.0
    for one in (postmaster, *postmaster.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:4])  # user, system, and both of the children it has buried
    return total


def idle(station: Station, held: Held) -> None:
    """Wait until the product has let go of its connections."""
    wait_for(lambda: "is idle: another process" in station.web.output(), 30, "the product waits for its lease")


def product_drain(rig: Rig, station: Station, held: Held, number: int) -> tuple[Cpu, Cpu, float]:
    """Release the product; its CPU before and after, and that of the servers between."""
    process, base = station.process, station.accepted()
    servers_before, before = server_cpu(rig, station), cpu_of(process)
    held.release()
    wait_for(lambda: station.accepted() - base >= number, 900, "everything queued is stored")
    time.sleep(TRAIL_S)
    return before, cpu_of(process), server_cpu(rig, station) - servers_before


def bare_drain(station: Station, number: int) -> dict[str, float]:
    """The counting loop, on the same queue."""
    done = program("benchmarks.bare", "--port", station.broker.port, "--number", number, "--window", WINDOW)
    found: dict[str, float] = orjson.loads(output_of(done, 600))
    assert found["messages"] == number
    return found


def one_run(rig: Rig, dialect: str, number: int, bare_first: bool) -> Run:
    """Queue the same messages for both, drain them one after the other, count the rows."""
    with rig.station(dialect) as station:
        station.start()
        station.listening()
        viewer = Viewer(station)
        make_session(station.broker.port)
        held = Held(station.url)
        idle(station, held)
        blaster = Blaster(station.broker.port, "bench-fill")
        blaster.pour(positions(number, history_ms(number, now_ms())))
        blaster.close()
        bare = bare_drain(station, number) if bare_first else {}
        before, after, by_servers = product_drain(rig, station, held, number)
        bare = bare or bare_drain(station, number)
        stored = station.count()
        assert stored == number, f"{stored} of {number} stored"
        kept = station.count("SELECT COALESCE(SUM(messages), 0) FROM raw_batch")
        assert kept >= number, f"raw payloads of {kept} of {number} kept"
        assert viewer.alive, "the wall was cut off"
        viewer.close()
        cpu, wall = after.seconds - before.seconds, after.at - before.at - TRAIL_S
        return Run(bare["cpu_s"], bare["wall_s"], cpu, wall, by_servers, viewer.frames)


def drain(rig: Rig, dialect: str, name: str, title: str, most: float) -> Figure:
    """All runs of one database, alternating who drains first."""
    number, runs = rig.of(200_000, 20_000), []
    for turn in range(rig.of(5, 1)):
        runs.append(one_run(rig, dialect, number, bare_first=turn % 2 == 0))
        last = runs[-1]
        print(f"  run {turn + 1}: {last.cpu:.2f} s CPU in {last.wall:.1f} s, bare {last.bare_cpu:.2f} s", flush=True)
    each = 1e6 / number
    ours, bare = median([run.cpu for run in runs]), median([run.bare_cpu for run in runs])
    ratio = median([run.cpu / run.bare_cpu for run in runs])
    ours_s, bare_s = median([run.wall for run in runs]), median([run.bare_wall for run in runs])
    lines = [
        Line(
            "CPU per message, whole product process", f"{ours * each:.1f} us = {ratio:.2f} x bare",
            f"{bare * each:.1f} us", f"at most {most:.2f} x", ratio <= most,
        ),
        Line("wall time", _wall(ours_s, number), _wall(bare_s, number)),
    ]  # fmt: skip
    if dialect != "sqlite":
        of_servers = median([run.server_cpu for run in runs])
        lines.append(Line("CPU per message, all PostgreSQL processes", f"{of_servers * each:.1f} us"))
    how = (
        f"{number:,} queued positions of {UNITS} units, QoS 1, drained {len(runs)} times by each in alternating "
        "order from the same broker's queue; one open wall on `/live`; every run counted through a fresh connection: "
        f"exactly {number:,} rows. Median of the runs."
    )
    return Figure(name, title, how, lines, {"runs": [vars_of(run) for run in runs], "messages": number})


def _wall(seconds: float, number: int) -> str:
    return f"{seconds:.1f} s = {number / seconds:,.0f} msg/s"


def vars_of(run: Run) -> dict[str, float]:
    """A run's numbers, for the file."""
    return {field: round(getattr(run, field), 4) for field in run.__slots__}
