"""Map renders a second with thousands of moving units: fed by the server, beside the same page fed from memory."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium
from benchmarks.crowd import HALF_LAT, HALF_LON, LAT, LON, RADIUS, TURN, ZOOM
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig, program, wait_for

NAME = "map-renders"
RATIO = 0.8

#: Units, and the renders a second that are hoped for.
CROWDS = ((5_000, 40), (20_000, 20))

PATIENCE_MS = 90_000

#: The same units on the same circles, moved each second by the page itself: no server, no socket, no decoding.
_FROM_MEMORY = """([half_lat, half_lon, lat0, lon0, radius, turn]) => {
    const view = window.__ssz, units = [...view.state.units.values()], count = units.length
    const columns = Math.ceil(Math.sqrt(count * 2)), rows = Math.ceil(count / columns)
    let step = 1
    setInterval(() => {
        step += 1
        const now = view.clock.now()
        const moved = units.map((unit, i) => {
            const angle = step * turn + i
            return { ...unit, at: now, heard: now, hdg: ((-angle * 180 / Math.PI) % 360 + 360) % 360,
                lat: lat0 + half_lat * (2 * (Math.floor(i / columns) + 0.5) / rows - 1) + radius * Math.sin(angle),
                lon: lon0 + half_lon * (2 * (i % columns + 0.5) / columns - 1) + radius * Math.cos(angle) }
        })
        view.take({ t: "delta", boot: view.state.boot, seq: view.state.seq, now, units: moved, boxes: [], alarms: [],
            gone: [], feed: null, ground: null })
    }, 1000)
}"""

#: A sample is what was rendered in a tenth of a second: two hundred of them need twenty seconds of each page, of
#: which making it takes the longest.
SAMPLE_MS = 100

#: Renders a second in each of so many samples, by the page's clock.
_COUNT = """async (samples) => {
    const layer = window.__ssz.map.layer, found = []
    for (let i = 0; i < samples; i += 1) {
        const renders = layer.renders, began = performance.now()
        await new Promise((done) => setTimeout(done, SAMPLE_MS))
        found.push((layer.renders - renders) * 1000 / (performance.now() - began))
    }
    return found
}""".replace("SAMPLE_MS", str(SAMPLE_MS))


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def crowd_page(browser: Browser, count: int, fed: bool) -> Iterator[Page]:
    """The page with a crowd on it: moved by the server, or by itself."""
    server = program("benchmarks.crowd", count, "drives" if fed else "stands")
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        page = context.new_page()
        wait_for(lambda: _answers(port), 60, "the crowd's server")
        page.goto(f"http://127.0.0.1:{port}/?map={LAT},{LON},{ZOOM}", timeout=PATIENCE_MS)
        page.wait_for_function(
            "(n) => window.__ssz?.map?.layer.visible > n * 0.7", arg=count, timeout=PATIENCE_MS, polling=200
        )
        if not fed:
            page.evaluate(_FROM_MEMORY, [HALF_LAT, HALF_LON, LAT, LON, RADIUS, TURN])
        yield page
    finally:
        context.close()
        server.kill()
        server.wait()


def renders(browser: Browser, count: int, fed: bool, samples: int) -> list[float]:
    """Renders a second, one sample each `SAMPLE_MS`, after the page has settled for three seconds."""
    with crowd_page(browser, count, fed) as page:
        page.evaluate(_COUNT, 3000 // SAMPLE_MS)
        found: list[float] = page.evaluate(_COUNT, samples)
        return found


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(220, 40)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    with chromium() as browser:
        for count, hope in CROWDS:
            fed, memory = renders(browser, count, True, number), renders(browser, count, False, number)
            mine, bare = sum(fed) / len(fed), sum(memory) / len(memory)
            ratio = mine / bare if bare else 0.0
            lines.append(
                Line(
                    f"{count:,} moving units, share of the page fed from memory",
                    f"{ratio:.2f} ({mine:.1f} renders a second, n = {len(fed)})",
                    f"{bare:.1f} renders a second (n = {len(memory)})",
                    f">= {RATIO}; hoped for: {hope} a second",
                    ratio >= RATIO,
                )
            )
            samples |= {f"fed_{count}": fed, f"memory_{count}": memory}
    how = (
        "Units drive round circles of their own, most in the picture, each with a new fix a second, so that every "
        "mark moves some twenty pixels a second and glides between its fixes. Fed: the product's own hub, encoding, "
        "socket and page; only the picture is made instead of being folded from a store. From memory: the same page, "
        "its frames made by a timer in it. Each side in a page of its own, one after the other, in one "
        "software-rendering Chromium (1920 x 1080) on the same two processors as the server; renders a second of "
        f"the layer of the units, sampled each {SAMPLE_MS} ms, means."
    )
    return Figure(NAME, "Map renders with thousands of moving units", how, lines, samples)
