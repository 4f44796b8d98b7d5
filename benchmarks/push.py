"""Server CPU per viewer and second of the push feed, beside a fragment with `st.pydeck_chart`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson
import psutil

from benchmarks import fleet
from benchmarks.load import STATION
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig, Station, cpu_of, median, wait_for
from tests.fault.product import ROOT, worker
from tests.servers import free_port

NAME = "push-vs-pydeck"

#: How many times less the push feed must cost.
TIMES = 100.0

OURS, PEERS = 100, 5


@contextmanager
def reading(module: str, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """One of our programs that works until its standard input ends; killed if it still runs then."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def watching(process: subprocess.Popen[bytes]) -> None:
    """Wait until a program says that all its viewers have what there is.

    Raises:
        RuntimeError: it has failed.
    """
    assert process.stderr is not None
    said = process.stderr.readline()
    if said != b"watching\n":
        raise RuntimeError((said + process.stderr.read()).decode(errors="replace")[-2000:])


def result(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """End a program; what it printed.

    Raises:
        RuntimeError: it has failed.
    """
    out, err = process.communicate(b"", timeout=60)
    if process.returncode:
        raise RuntimeError(err.decode(errors="replace")[-2000:])
    found: dict[str, object] = orjson.loads(out)
    return found


@contextmanager
def driven(rig: Rig) -> Iterator[Station]:
    """The product with ingest in a process of its own, so that the web process serves screens and nothing else; 500
    units report each second."""
    with rig.station(ingest="external") as station:
        fleet.register(station.url, STATION)
        station.start()
        ingest = worker(station.folder, station.environment)
        ingest.start()
        try:
            station.listening()
            with reading("benchmarks.fleet", "--port", station.broker.port, "--station", STATION):
                wait_for(lambda: station.accepted() > 3 * fleet.UNITS, 60, "the fleet drives")
                yield station
        finally:
            ingest.stop()


@contextmanager
def peer(folder: Path) -> Iterator[tuple[psutil.Process, int]]:
    """A Streamlit server of its own with the page of the peer; its process and port."""
    port = free_port()
    options = {
        "server.port": port, "server.address": "127.0.0.1", "server.headless": "true", "runner.postScriptGC": "false",
        "server.fileWatcherType": "none", "browser.gatherUsageStats": "false", "logger.level": "error",
    }  # fmt: skip
    words = [f"--{name}={value}" for name, value in options.items()]
    script = str(ROOT / "benchmarks" / "pydeck_page.py")
    with (folder / "peer.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, *words],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(lambda: _answers(port), 60, "the peer's server")
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        process.wait(15)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def share(process: psutil.Process, seconds: float) -> float:
    """CPU seconds a second that a process uses."""
    before = cpu_of(process)
    time.sleep(seconds)
    after = cpu_of(process)
    return (after.seconds - before.seconds) / (after.at - before.at)


def measure(rig: Rig) -> Figure:
    """The figure."""
    rounds, seconds = rig.of(5, 1), rig.of(20, 5)
    found: dict[str, list[float]] = {name: [] for name in ("none", "ours", "peer_none", "peer")}
    counted: dict[str, list[float]] = {name: [] for name in ("frames", "frame_bytes", "runs", "run_bytes")}
    with driven(rig) as station, peer(rig.new_folder()) as (process, port):
        cookie = station.cookie()
        warm = reading("benchmarks.rerunners", "--port", port, "--number", 1)
        with warm as first:  # the script's imports and the first run are not the peer's cost
            watching(first)
            result(first)
        time.sleep(2)
        for _ in range(rounds):
            found["none"].append(share(station.process, seconds))
            found["peer_none"].append(share(process, seconds))
            ours = ("benchmarks.watchers", "--port", station.web.port, "--cookie", cookie, "--number", OURS)
            with reading(*ours) as screens:
                watching(screens)
                began = time.monotonic()
                found["ours"].append(share(station.process, seconds))
                said = result(screens)
                took = time.monotonic() - began
            frames = int(str(said["frames"]))
            counted["frames"].append(frames / OURS / took)
            counted["frame_bytes"].append(int(str(said["bytes"])) / frames)
            with reading("benchmarks.rerunners", "--port", port, "--number", PEERS) as browsers:
                watching(browsers)
                began = time.monotonic()
                found["peer"].append(share(process, seconds))
                said = result(browsers)
                took = time.monotonic() - began
            runs = int(str(said["runs"]))
            counted["runs"].append(runs / PEERS / took)
            counted["run_bytes"].append(int(str(said["bytes"])) / runs)
    return _figure(found, counted, rounds, seconds)


def _figure(found: dict[str, list[float]], counted: dict[str, list[float]], rounds: int, seconds: int) -> Figure:
    ours = [(all_ - none) / OURS * 1000 for all_, none in zip(found["ours"], found["none"], strict=True)]
    peers = [(all_ - none) / PEERS * 1000 for all_, none in zip(found["peer"], found["peer_none"], strict=True)]
    mine, theirs = median(ours), median(peers)
    times = theirs / mine if mine > 0 else float("inf")
    whole = median(found["ours"])
    rate, runs = median(counted["frames"]), median(counted["runs"])
    lines = [
        Line(
            f"CPU per viewer and second, {OURS} viewers", f"{mine:.3f} ms",
            f"{theirs:.1f} ms of st.pydeck_chart at {PEERS}", f">= {TIMES:.0f} times less", times >= TIMES,
        ),
        Line("times less", f"{times:.0f}"),
        Line(
            f"the web process with {OURS} viewers", f"{whole * 100:.1f} % of a core",
            f"{median(found['none']) * 100:.1f} % with none: it follows 500 positions a second",
        ),
        Line(
            "what a viewer gets each second", f"{rate:.1f} frames of {median(counted['frame_bytes']) / 1000:.1f} kB",
            f"{runs:.2f} runs of {median(counted['run_bytes']) / 1000:.0f} kB", "the peer runs", runs >= 0.8,
        ),
    ]  # fmt: skip
    how = (
        f"{rounds} rounds of {seconds} s each: the web process without viewers and with {OURS} (WebSocket clients of "
        "another process), while 500 units report each second through broker, ingest (its own process) and store; "
        f"then a Streamlit server of its own without viewers and with {PEERS}, whose clients ask for the fragment "
        "each second as the browser does. What the process costs without viewers is taken off on both sides; the "
        "median of the rounds counts. Garbage collection is tamed in both, and the peer has the heavy libraries in "
        "memory."
    )
    return Figure(
        NAME, "Push feed beside st.pydeck_chart in a fragment, 500 units at 1 Hz", how, lines, {**found, **counted}
    )
