"""Memory of the page and of the server while the live feed runs for the ticks of hours, its clock run fast."""

from __future__ import annotations

import time

import httpx
import psutil
from playwright.sync_api import CDPSession, Page

from benchmarks.browser import chromium
from benchmarks.push import reading
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig, median, wait_for
from tests.servers import free_port

NAME = "feed-memory"
TICKS = 50_000

#: Growth to stay under, as a share.
MOST = 0.10

TICK_S = 0.008

_FRAMES = "() => Number(document.querySelector('.ssz')?.dataset.frames || 0)"

#: (frames the page has taken, MB of its JavaScript heap after a collection, MB of the server)
Sample = tuple[int, float, float]


def sample(page: Page, tools: CDPSession, server: psutil.Process) -> Sample:
    """The memory now; the page's after a full garbage collection, the server's as it is."""
    tools.send("HeapProfiler.collectGarbage")
    used = float(tools.send("Runtime.getHeapUsage")["usedSize"])
    return int(page.evaluate(_FRAMES)), used / 2**20, server.memory_info().rss / 2**20


def run(ticks: int, warm: int) -> tuple[list[Sample], bool]:
    """Samples after warming up until so many frames were taken, and whether the canvas is still the same."""
    port = free_port()
    with reading("benchmarks.feed_server", "--port", port, "--tick-s", TICK_S) as process, chromium() as browser:
        wait_for(lambda: _answers(port), 60, "the feed's server")
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=60_000)
        page.evaluate("document.querySelector('canvas').mine = true")
        tools = page.context.new_cdp_session(page)
        server = psutil.Process(process.pid)
        found: list[Sample] = []
        every = max(1, (ticks - warm) // 40)
        deadline = time.monotonic() + 3600
        while (seen := int(page.evaluate(_FRAMES))) < ticks:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{seen} of {ticks} frames in an hour")
            if seen >= warm and (not found or seen - found[-1][0] >= every):
                found.append(sample(page, tools, server))
            page.wait_for_timeout(200)
        found.append(sample(page, tools, server))
        return found, bool(page.evaluate("document.querySelector('canvas').mine === true"))


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def growth(values: list[float]) -> float:
    """Share by which the last fifth is greater than the first."""
    part = max(1, len(values) // 5)
    return median(values[-part:]) / median(values[:part]) - 1


def measure(rig: Rig) -> Figure:
    """The figure."""
    ticks = rig.of(TICKS, 1_500)
    found, same = run(ticks, ticks // 10)
    page, server = [one[1] for one in found], [one[2] for one in found]
    lines = [
        Line(
            f"the page's heap over {ticks:,} ticks", f"{growth(page) * 100:+.1f} %", f"{page[0]:.1f} MB warmed up",
            f"<= {MOST * 100:.0f} %", growth(page) <= MOST,
        ),
        Line(
            f"the server over {ticks:,} ticks", f"{growth(server) * 100:+.1f} %", f"{server[0]:.0f} MB warmed up",
            f"<= {MOST * 100:.0f} %", growth(server) <= MOST,
        ),
        Line("the canvas", "the same" if same else "another", "", "the same", same),
    ]  # fmt: skip
    how = (
        "The product's hub, routes and wall on a feed of 500 units, of which a hundred move each tick, run as "
        f"fast as it goes ({TICK_S * 1000:.0f} ms a tick instead of 150). Ticks are the frames the page took, "
        "a tenth to warm up. The page's JavaScript heap after a full collection, the server's resident "
        "memory as it is, 40 times; the middle of the last fifth beside that of the first."
    )
    return Figure(NAME, "Memory of page and server on the live feed", how, lines, {"frames_heap_mb_server_mb": found})
