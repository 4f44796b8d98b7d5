"""The hotspots' page over a station with all its maps: opening it in a browser, beside an empty page of Streamlit."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import chromium
from benchmarks.desk_open import empty_pages
from benchmarks.report import Figure, Line, percentile, plain
from benchmarks.rig import Rig, Station
from dashboard.access.sessions import COOKIE
from models.analysis.families import FAMILIES
from models.analysis.hotspots import LISTED, HotspotMap
from models.records.base import Millis
from store import hotspots
from store.database import open_database
from tests.hotspot_sample import GRID, row_of, sample, spot, town

NAME = "hotspots-open"
OPEN_MS = 1000.0
SPOTS, DAYS, SHIFTS = 10, (7, 14, 28), ("", "00", "08", "16")

#: How long a page is waited for before it counts as never, in ms.
PATIENCE_MS = 20_000

#: In the page from its first moment on. `told`: claim, record, list and one hotspot in full are there; `mapped`: the
#: map with its ranks. ms since the browser was sent to the address, two frames later.
MARKS = """(() => {
    const marks = window.__marks = {}, count = (what) => document.querySelectorAll(`[data-testid=${what}]`).length
    const all = (what) => document.querySelectorAll(what).length
    const frame = (then) => requestAnimationFrame(then)
    const soon = (what) => frame(() => frame(() => { marks[what] = performance.now() }))
    const told = () => count("stAlert") > 0 && all(".ssz-figures dd") === 4 && all(".ssz-table") === 3
        && all(".ssz-hours") === 1 && count("stPopover") === 3
    const mapped = () => all(".ssz-spotmap .plate") > 0
    const look = () => {
        if (!("told" in marks) && told()) { marks.told = null; soon("told") }
        if (!("mapped" in marks) && mapped()) { marks.mapped = null; soon("mapped") }
        if (!("told" in marks && "mapped" in marks)) requestAnimationFrame(look)
    }
    look()
})()"""


def large(found: HotspotMap) -> HotspotMap:
    """A map as full as a map gets: ten hotspots, each with all the cases it may list."""
    spots = tuple(
        replace(
            spot(rank, rank % (GRID.columns - 1), rank % GRID.rows, name=f"ถนนสาย {rank}"),
            cases=tuple((f"import/c1-{number}", 0.01) for number in range(LISTED)),
        )
        for rank in range(1, SPOTS + 1)
    )
    return replace(found, hotspots=spots)


def fill(station: Station, now: Millis) -> int:
    """The station with its zone, its cases, and a map of every family, horizon and shift; returns how many."""
    db = open_database(station.url)
    try:
        town(db, now)
        rows = [
            row_of(large(sample(now, family=family, days=days, shift=shift or None)), shift=shift)
            for family in FAMILIES
            for days in DAYS
            for shift in SHIFTS
        ]
        with db.write() as tx:
            hotspots.keep(tx, rows)
    finally:
        db.close()
    return len(rows)


def _opened(browser: Browser, station: Station, number: int) -> tuple[list[float], list[float]]:
    """(told, mapped) of each opening; infinite when it never came. The first, which fills the cache, is left out."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH", bypass_csp=True)
    context.add_cookies([{"name": COOKIE, "value": station.cookie(), "url": station.web.base}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(MARKS)
    told: list[float] = []
    mapped: list[float] = []
    while len(told) <= number:
        page.goto(f"{station.web.base}/hotspots?station=lumphini", wait_until="commit")
        try:
            page.wait_for_function("() => window.__marks.told && window.__marks.mapped", polling=100)
            told.append(float(page.evaluate("window.__marks.told")))
            mapped.append(float(page.evaluate("window.__marks.mapped")))
        except PlaywrightTimeout:
            print(f"{NAME}: opening {len(told)} never came within {PATIENCE_MS / 1000:.0f} s", flush=True)
            # Two that never come are no slow machine but another page: the rest would not come either.
            again = bool(told) and math.isinf(told[-1])
            for times in (told, mapped):
                times.extend([math.inf] * (number + 1 - len(times) if again else 1))
    context.close()
    return told[1:], mapped[1:]


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(220, 3)
    with chromium() as browser:
        with rig.station() as station:
            maps = fill(station, time.time_ns() // 1_000_000)
            station.start()
            told, mapped = _opened(browser, station, number)
        bare = empty_pages(rig.new_folder(), browser, len(told))
    lines = [
        Line(
            "opened by its address: claim, record, list, one hotspot in full", _few(told),
            f"{_few(bare)}: an empty page of Streamlit", f"p95 <= {OPEN_MS:.0f} ms",
            rig.quick or percentile(told, 0.95) <= OPEN_MS,
        ),
        Line("the map with its ranks", _few(mapped), _few(bare)),
    ]  # fmt: skip
    how = (
        f"Chromium at 1920 x 1080, its cache filled; {maps} maps of one station in the store "
        f"(each family, horizon and shift), {SPOTS} hotspots each with {LISTED} cases. Each opening goes to its "
        "address anew, as by a bookmark, and includes Streamlit's own page, script and socket. Times are taken in "
        "the page, two animation frames after all of it is there; an opening that never came counts as infinite."
    )
    samples: dict[str, object] = {"told_ms": plain(told), "mapped_ms": plain(mapped), "streamlit_ms": plain(bare)}
    return Figure(NAME, "Opening the hotspots' page", how, lines, samples)


def _few(values: list[float]) -> str:
    half, most, worst = (percentile(values, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {half:.0f} / p95 {most:.0f} / p99 {worst:.0f} / max {max(values):.0f} ms (n = {len(values)})"
