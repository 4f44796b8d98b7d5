"""The time machine over a day of 50 units, a fix each 5 s: its first picture, and seeks to random moments."""

from __future__ import annotations

import math
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import chromium
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from store import positions
from store.database import open_database
from store.migrate import upgrade
from tests.app.live_support import LiveServer
from tests.e2e.past_server import STATION, Road, fill, past_server
from tests.fault.product import now_ms

NAME = "time-machine"
FIRST_MS, SEEK_MS = 1000.0, 300.0
UNITS = 50
DAY_MS = 86_400_000
CHUNK_MS = 600_000

#: How long a picture is waited for before it counts as a time-out, in ms.
PATIENCE_MS = 10_000

_MACHINE = "window.__ssz.parts.find((part) => part.loader)"

# Seek, and wait until the marks of every unit have been drawn where they were at that moment: two frames later their
# pixels are out. Nothing is kept from the seeks before, so that each asks the server.
_SEEK = f"""([moment, lat, lons, patience]) => new Promise((done) => {{
    const machine = {_MACHINE}, map = window.__ssz.map
    machine.loader.chunks.clear()
    const began = performance.now()
    machine.seek(moment)
    const look = () => {{
        if (performance.now() - began > patience) return done(null)
        const right = machine.shown.whole && machine.shown.moment === moment && lons.every(([key, lon]) => {{
            const mark = map.where(key), wanted = map.raw.project([lon, lat])
            return mark !== null && Math.hypot(mark.x - wanted.x, mark.y - wanted.y) < 2
        }})
        if (!right) return requestAnimationFrame(look)
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)))
    }}
    look()
}})"""

# The same from the click that states the purpose, until 50 marks are drawn.
_FIRST = f"""([units, patience]) => new Promise((done) => {{
    const machine = {_MACHINE}, map = window.__ssz.map
    const began = performance.now()
    document.querySelector(".ssz-purpose-ok").click()
    const look = () => {{
        if (performance.now() - began > patience) return done(null)
        const drawn = [...map.fleet.marks.keys()].filter((key) => map.where(key) !== null).length
        if (!machine.shown.whole || drawn < units) return requestAnimationFrame(look)
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)))
    }}
    look()
}})"""

# The same map drawn once more with nothing new on it, told in the same way: the least any picture takes here.
_AGAIN = """() => new Promise((done) => {
    const map = window.__ssz.map.raw, began = performance.now()
    const drawn = () => done(performance.now() - began)
    map.once("render", () => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    map.triggerRepaint()
})"""


def measure(rig: Rig) -> Figure:
    """The figure."""
    seeks, firsts, asked = rig.of(200, 5), rig.of(10, 2), rig.of(200, 10)
    rng = random.Random(50)
    end = (now_ms() - 60_000) // 5000 * 5000
    road = Road(end - DAY_MS, end, UNITS)
    folder = rig.new_folder()
    with _served(f"sqlite:///{folder / 'ssz.db'}", road) as server:
        first = [_first_picture(server, road) for _ in range(firsts)]
        seek, again = _seeks(server, road, [_moment(rng, road) for _ in range(seeks)])
        bare = _bare(str(folder / "ssz.db"), road, [_moment(rng, road) for _ in range(asked)])
        sqlite = _server(server, [_moment(rng, road) for _ in range(asked)])
    with _served(rig.cluster().create(), road) as server:
        postgres = _server(server, [_moment(rng, road) for _ in range(asked)])
    enough = rig.quick or len(seek) >= 200
    return Figure(
        name=NAME,
        title=f"Time machine over a day of {UNITS} units at 5 s, 864,000 fixes",
        how="Chromium, software WebGL; drawn = every unit's mark within 2 px of where it was, two frames later.",
        lines=[
            Line("first picture, from stating the purpose", spread(first), "", f"max <= {FIRST_MS:.0f} ms",
                 max(first) <= FIRST_MS),
            Line("seek to a random moment, nothing kept, drawn", spread(seek), spread(bare),
                 f"p95 <= {SEEK_MS:.0f} ms", enough and percentile(seek, 0.95) <= SEEK_MS),
            Line("the same map drawn again with nothing new", spread(again)),
            Line("the server's part of a seek, SQLite", spread(sqlite)),
            Line("the server's part of a seek, PostgreSQL", spread(postgres)),
        ],
        samples={
            "first_ms": plain(first), "seek_ms": plain(seek), "bare_ms": plain(bare), "again_ms": plain(again),
            "sqlite_ms": plain(sqlite),
            "postgresql_ms": plain(postgres),
        },
        notes=["Bare: the same rows by the driver alone. The server runs in a thread of the measuring process."],
    )  # fmt: skip


@contextmanager
def _served(url: str, road: Road) -> Iterator[LiveServer]:
    """The live map over a store with the road in it: real routes, in a thread of this process."""
    upgrade(url)
    db = open_database(url)
    try:
        fill(db, road)
        with db.read() as conn:
            assert positions.count(conn) == UNITS * (DAY_MS // 5000)
        with past_server(db) as server:
            yield server
    finally:
        db.close()


def _moment(rng: random.Random, road: Road) -> int:
    return rng.randrange(road.start + CHUNK_MS, road.end - CHUNK_MS)


def _open(page: Page, server: LiveServer, road: Road, moment: int) -> None:
    """Open the live map on a moment, over the whole road, up to the form that asks for the purpose."""
    middle = f"{road.lat((road.start + road.end) / 2):.5f},{road.lon(UNITS // 2):.5f},13.5"
    page.goto(f"{server.url}/?at={moment}&map={middle}")
    page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=60_000)
    page.locator(".ssz-purpose textarea").fill("วัดความเร็วของภาพย้อนหลัง")


@contextmanager
def _page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 1920, "height": 1080}, locale="th-TH")


def _first_picture(server: LiveServer, road: Road) -> float:
    with _page() as page:
        _open(page, server, road, road.start + DAY_MS // 2)
        return _told(page, _FIRST, [UNITS, PATIENCE_MS])


def _told(page: Page, script: str, arguments: Sequence[Any]) -> float:
    """What a script measured in ms; infinite when it did not see it in time."""
    try:
        found = page.evaluate(script, arguments)
    except PlaywrightTimeout:
        return math.inf
    return math.inf if found is None else float(found)


def _seeks(server: LiveServer, road: Road, moments: Sequence[int]) -> tuple[list[float], list[float]]:
    """ms of each seek, and of drawing the map again after each."""
    lons = [[f"{STATION}/{road.name(number)}", road.lon(number)] for number in range(UNITS)]
    with _page() as page:
        _open(page, server, road, moments[0])
        _told(page, _FIRST, [UNITS, PATIENCE_MS])
        seek: list[float] = []
        again: list[float] = []
        for moment in moments:
            seek.append(_told(page, _SEEK, [moment, road.lat(moment), lons, PATIENCE_MS]))
            again.append(_told(page, _AGAIN, []))
        return seek, again


def _server(server: LiveServer, moments: Sequence[int]) -> list[float]:
    """ms until both answers of a seek are there, asked for at the same time as the page does."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE_MS / 1000) as http, ThreadPoolExecutor(2) as pool:
        said = {"reason": "system", "text": "วัดความเร็วของภาพย้อนหลัง"}
        stated = http.post("/live/purpose", content=orjson.dumps(said), headers={"x-csrf": "csrf"})
        headers = {"x-purpose": str(stated.raise_for_status().json()["id"])}

        def ask(path: str) -> int:
            try:
                return http.get(path, headers=headers).status_code
            except httpx.TimeoutException:
                return 0

        result = []
        for moment in moments:
            start = moment // CHUNK_MS * CHUNK_MS
            began = time.perf_counter()
            asked = (
                f"/live/past?at={start}&until={start + CHUNK_MS}",
                f"/live/tracks?from={start}&to={start + CHUNK_MS + 60_000}",
            )
            answers = list(pool.map(ask, asked))
            took = (time.perf_counter() - began) * 1000
            result.append(took if answers == [200, 200] else math.inf)
        return result


def _bare(file: str, road: Road, moments: Sequence[int]) -> list[float]:
    """ms for the rows of a seek's chunk by the driver alone: the least any server of this database can take."""
    conn = sqlite3.connect(file)
    statement = (
        "SELECT at, lat, lon, speed_kmh, heading_deg FROM position"
        " WHERE station = ? AND unit = ? AND at >= ? AND at < ?"
    )
    result = []
    for moment in moments:
        start = moment // CHUNK_MS * CHUNK_MS
        began = time.perf_counter()
        for number in range(UNITS):
            conn.execute(statement, (STATION, road.name(number), start, start + CHUNK_MS + 60_000)).fetchall()
        result.append((time.perf_counter() - began) * 1000)
    conn.close()
    return result
