"""Three hundred screens and one real browser on one process: whether all get each tick, and how late."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from benchmarks import fleet
from benchmarks.browser import chromium, wall
from benchmarks.push import driven, reading, result, share, watching
from benchmarks.report import ENOUGH, Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig

NAME = "viewers-300"
SCREENS = 300

#: p95 to reach, in ms.
MOST_MS = 100.0

#: Notes when the page took each frame: the frame's own time and the page's.
_NOTE = """() => {
    const Real = WebSocket, seen = (window.__ticks = [])
    window.WebSocket = class extends Real {
        constructor(...given) {
            super(...given)
            if (!String(given[0]).includes("/live?")) return
            this.addEventListener("message", ({ data }) => {
                if (!(data instanceof ArrayBuffer)) return
                const head = new TextDecoder().decode(new Uint8Array(data, 12, Math.min(120, data.byteLength - 12)))
                seen.push([Number(/"now":(\\d+)/.exec(head)?.[1]), Date.now()])
            })
        }
    }
}"""


def ticks_of(page: Page) -> dict[int, float]:
    """When the page got each tick, in ms after it."""
    return {int(tick): float(at - tick) for tick, at in page.evaluate("window.__ticks")}


def measure(rig: Rig) -> Figure:
    """The figure."""
    seconds, screens = rig.of(215, 20), rig.of(SCREENS, 50)
    with driven(rig) as station, chromium() as browser, wall(browser, station.web.base, station.cookie()) as page:
        page.add_init_script(f"({_NOTE})()")
        page.goto(station.web.base)
        page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=60_000)
        ours = ("benchmarks.watchers", "--port", station.web.port, "--cookie", station.cookie(), "--number", screens)
        with reading(*ours) as process:
            watching(process)
            first = time.time() * 1000 + 1000
            cpu = share(station.process, seconds)
            last = time.time() * 1000 - 1000
            said = result(process)
        browsed = ticks_of(page)
    told = said["ticks"]
    assert isinstance(told, dict)
    came = {int(tick): list(map(float, late)) for tick, late in told.items() if first <= int(tick) <= last}
    # A tick is one when anybody got it: it is encoded once for all.
    ticks = sorted({*came, *(tick for tick in browsed if first <= tick <= last)})
    missed = sum(screens - len(came.get(tick, ())) for tick in ticks)
    late = [one for tick in ticks for one in came.get(tick, ())] + [float("inf")] * missed
    seen = [browsed.get(tick, float("inf")) for tick in ticks]
    worst = [max(came.get(tick, [float("inf")])) for tick in ticks]
    p95 = percentile(late, 0.95)
    enough = rig.quick or len(ticks) >= ENOUGH
    all_had = missed == 0 and enough
    browser_had = float("inf") not in seen
    lines = [
        Line(f"{screens} screens, ms after the tick", spread(late), "", f"p95 <= {MOST_MS:.0f} ms", p95 <= MOST_MS),
        Line("ticks missed by a screen", f"{missed} of {screens} x {len(ticks)} ticks", "", "none", all_had),
        Line("the last of the screens, each tick", spread(worst)),
        Line("the browser, ms after the tick", spread(seen), "", "none missed", browser_had),
        Line("the web process", f"{cpu * 100:.1f} % of a core"),
    ]
    how = (
        f"{fleet.UNITS} units report each second through broker, ingest (its own process) and store for {seconds} s; "
        f"{screens} WebSocket clients in one other process and the wall in Chromium, all on one web process and the "
        "same two cores. A tick's time is the one in its frame; a tick that anybody got must be had by everybody. "
        "The clients share one process: what they wait for each other is in the figure."
    )
    middle = [percentile(came.get(tick, [float("inf")]), 0.5) for tick in ticks]
    samples = {"ticks": ticks, "worst_ms": plain(worst), "p50_ms": plain(middle), "browser_ms": plain(seen)}
    return Figure(NAME, f"{screens} screens and a browser on one process", how, lines, samples)
