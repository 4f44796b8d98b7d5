"""From the key that acknowledges on one desk to the word drawn on another: one process, and two on PostgreSQL."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import chromium
from benchmarks.load import BOXES, LAT, LON
from benchmarks.old_alarms import press
from benchmarks.report import ENOUGH, Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from dashboard.access.sessions import COOKIE
from models.alarms.life import Step
from store import alarms
from store.alarms import Place, raise_or_join
from store.database import Database, open_database
from tests.fault.product import Web, now_ms

NAME = "acknowledge-shown"
SHOWN_MS = 500.0

#: How long a word is waited for before it counts as never, in ms.
PATIENCE_MS = 10_000

# When a key was pressed: listened for before the page does, which lets no key of its own go on.
_LISTEN = 'addEventListener("keydown", () => { window.__pressed = Date.now() }, true)'

# When a row of the queue was painted in a state, by the machine's one clock.
_WATCH = """() => {
    window.__painted = {}
    const look = () => {
        for (const row of document.querySelectorAll(".ssz-side .ssz-vrow:not([hidden])")) {
            const name = `${row.dataset.key} ${row.dataset.state}`
            if (name in window.__painted) continue
            window.__painted[name] = null
            requestAnimationFrame(() => requestAnimationFrame(() => { window.__painted[name] = Date.now() }))
        }
    }
    new MutationObserver(look).observe(document.querySelector(".ssz-side"),
        { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "data-key", "hidden"] })
    look()
}"""

_PAINTED = "(name) => window.__painted[name] || null"

# The request alone, as the pressing page measures it.
_ASKED = """() => performance.getEntriesByType("resource").filter((one) => one.name.includes("/acknowledge"))
    .map((one) => one.duration).at(-1) || null"""


@contextmanager
def _desk(browser: Browser, base: str, cookie: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="th-TH")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    page = context.new_page()
    page.add_init_script(_LISTEN)
    page.goto(f"{base}/desk")
    page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=60_000)
    page.evaluate(_WATCH)
    yield page
    context.close()


def _when(page: Page, key: str, state: str) -> float:
    """Epoch ms at which a row was painted in a state; infinite when it was not in time."""
    try:
        return float(page.wait_for_function(_PAINTED, arg=f"{key} {state}", timeout=PATIENCE_MS).json_value())
    except PlaywrightTimeout:
        return math.inf


def _answered(page: Page) -> float:
    """What the acknowledging request took, in ms; infinite when it was not answered in time. The other desk may show
    it before this one has the answer: the browser lists a request only then."""
    try:
        return float(page.wait_for_function(_ASKED, timeout=PATIENCE_MS).json_value())
    except PlaywrightTimeout:
        return math.inf


def _one(here: Page, there: Page, db: Database, number: int) -> tuple[float, float]:
    """ms until it was painted on the other desk, and what the request alone took."""
    now = now_ms()
    with db.write() as tx:
        alarm = raise_or_join(tx, press(number, now), Place(f"ตู้ {BOXES[number % len(BOXES)]}", LAT, LON), now)
    key = f"{alarm.station}/{alarm.id}"
    assert math.isfinite(max(_when(here, key, "raised"), _when(there, key, "raised"))), "both desks show the press"
    here.keyboard.press("u")
    here.keyboard.press("a")
    shown = _when(there, key, "acknowledged") - float(here.evaluate("window.__pressed"))
    asked = _answered(here)
    here.evaluate("performance.clearResourceTimings()")
    with db.write() as tx:
        alarms.step(
            tx, alarm.id, Step.CLOSE, by="bench", role="dispatcher", origin="bench", now=now_ms(), outcome="test"
        )
    return shown, asked


def pressed(browser: Browser, station: Station, other: str, number: int) -> tuple[list[float], list[float]]:
    """Every acknowledgement, one after the other: pressed on the station's process, looked for at `other`."""
    db = open_database(station.url)
    with (
        _desk(browser, station.web.base, station.cookie()) as here,
        _desk(browser, other, station.cookie()) as there,
    ):
        _one(here, there, db, -1)  # warms both up
        found = [_one(here, there, db, turn) for turn in range(number)]
    db.close()
    return [one[0] for one in found], [one[1] for one in found]


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(220, 8)
    with chromium() as browser:
        with rig.station() as station:
            station.start()
            one, one_asked = pressed(browser, station, station.web.base, number)
        with rig.station("postgresql") as station:
            second = Web(station.folder, {**station.environment, "SSZ_INGEST": "external"}, "second")
            station.start()
            second.start()
            try:
                second.wait(90)
                two, two_asked = pressed(browser, station, second.base, number)
            finally:
                second.stop()
    enough = rig.quick or number >= ENOUGH
    lines = [
        Line(
            what, spread(shown), spread(asked), f"p95 <= {SHOWN_MS:.0f} ms",
            enough and percentile(shown, 0.95) <= SHOWN_MS,
        )
        for what, shown, asked in (
            ("one web process, SQLite", one, one_asked),
            ("two web processes, PostgreSQL", two, two_asked),
        )
    ]  # fmt: skip
    how = (
        f"Two desks in Chromium, software WebGL; {number} presses, each acknowledged with the key `a` on the first "
        "and closed afterwards. From the key to the row painted as acknowledged on the second, two animation frames "
        "after it is in the page. Bare: the acknowledging request alone, as the first page measures it. Not shown "
        f"within {PATIENCE_MS / 1000:.0f} s counts as never."
    )
    samples: dict[str, object] = {
        "one_ms": plain(one), "one_request_ms": plain(one_asked), "two_ms": plain(two),
        "two_request_ms": plain(two_asked),
    }  # fmt: skip
    return Figure(NAME, "Acknowledged on one screen, shown on the other", how, lines, samples)
