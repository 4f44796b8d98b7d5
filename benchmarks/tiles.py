"""The base map: how long a made-up town takes to build, and one tile of it through the door.

The bare limit of a tile is an answer of the same product through the same door that is held in memory and is small.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.report import Figure, Line, plain, spread
from benchmarks.rig import Rig, Station
from dashboard.access.sessions import COOKIE
from dashboard.basemap.archive import Archive
from tests.basemap_files import SOUTH, WEST, feature, square, write
from tests.fault.product import ROOT

NAME = "tiles"
#: Streets each way, and blocks with a house between them.
SIDE = 120
STEP = 0.0012
PATIENCE_S = 5.0


def town(side: int) -> list[dict[str, Any]]:
    """A grid of named streets with a house in each block; the same every time."""
    chance = random.Random(4)
    found = []
    for i in range(side):
        kind = "primary" if i % 10 == 0 else "residential"
        for along in range(0, side - 1, 4):
            ends = (along * STEP, min(along + 4, side - 1) * STEP)
            for across in (True, False):
                points = [(end, i * STEP) if across else (i * STEP, end) for end in ends]
                line = [[WEST + x, SOUTH + y] for x, y in points]
                found.append(feature("LineString", line, highway=kind, name=f"ซอยที่ {chance.randrange(10_000)}"))
    for i in range(side - 1):
        for j in range(side - 1):
            at = [WEST + (i + 0.2 + 0.2 * chance.random()) * STEP, SOUTH + (j + 0.2 + 0.2 * chance.random()) * STEP]
            found.append(feature("Polygon", square(at[0], at[1], STEP / 3), building="yes"))
    return found


def build(source: Path, output: Path) -> float:
    """Seconds of one `basemap build` in a process of its own."""
    command = [sys.executable, "manage.py", "basemap", "build", str(source), "--output", str(output)]
    start = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=600)
    return time.monotonic() - start


def places(archive: Archive) -> list[tuple[int, int, int]]:
    """The tiles of the last zoom."""
    from pmtiles.tile import tileid_to_zxy

    last = archive.zooms[1]
    return [place for entry in archive.entries() if (place := tileid_to_zxy(entry.tile_id))[0] == last]


def ask(client: httpx.Client, path: str) -> float:
    """Milliseconds until an answer is read whole; a time-out is infinite."""
    start = time.perf_counter()
    try:
        answer = client.get(path)
    except httpx.TimeoutException:
        return math.inf
    took = (time.perf_counter() - start) * 1000
    answer.raise_for_status()
    return took


def serve(station: Station, wanted: list[tuple[int, int, int]], number: int) -> tuple[list[float], list[float]]:
    """Times of tiles, and of the bare answer asked for in turn with them."""
    tiles: list[float] = []
    bare: list[float] = []
    cookies = {COOKIE: station.cookie()}
    with httpx.Client(base_url=station.web.base, cookies=cookies, timeout=PATIENCE_S) as client:
        for turn in range(number + 20):
            z, x, y = wanted[turn % len(wanted)]
            found = ask(client, f"/tiles/{z}/{x}/{y}.mvt"), ask(client, "/assets/manifest.json")
            if turn >= 20:  # the first warm the connection and the directories
                tiles.append(found[0])
                bare.append(found[1])
    return tiles, bare


def measure(rig: Rig) -> Figure:
    """The figure."""
    folder = rig.new_folder()
    features = town(rig.of(SIDE, 20))
    source, output = write(folder / "town.geojson", features), folder / "town.pmtiles"
    took = [build(source, output) for _ in range(rig.of(3, 2))]
    archive = Archive(output)
    wanted = places(archive)
    sizes = [len(body) for place in wanted if (body := archive.tile(*place)) is not None]
    with rig.station(basemap=output) as station:
        station.start()
        tiles, bare = serve(station, wanted, rig.of(400, 50))
    built = f"{min(took):.1f} to {max(took):.1f} s (n = {len(took)})"
    what = f"base map of {len(features):,} features built, start of the command included"
    lines = [
        Line(what, f"{built}, {archive.size / 1e6:.1f} MB, {archive.count():,} tiles"),
        Line("one tile of the last zoom through the door", spread(tiles), bare=spread(bare)),
    ]
    how = (
        f"`manage.py basemap build` of a generated town, then one client with a session that asks for {len(wanted)} "
        f"tiles of {min(sizes):,} to {max(sizes):,} bytes in turn with a small file held in memory."
    )
    samples: dict[str, object] = {"build_s": plain(took), "tile_ms": plain(tiles), "bare_ms": plain(bare)}
    return Figure(NAME, "The base map: build and tiles", how, lines, samples)
