"""A change of the filter on the incidents' page in a browser: from the click until every view is drawn."""

from __future__ import annotations

import math
import random

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import chromium
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from benchmarks.workbench_million import fill
from dashboard.access.sessions import COOKIE
from store.migrate import upgrade
from tests.app.serving import Product

NAME = "workbench-browser"
DRAWN_MS = 1_000.0
BARE_CASES = 1_000

#: How long a change is waited for before it counts as never, and the first opening, which reads the table, in ms.
_PATIENCE_MS, _OPENING_MS = 30_000, 600_000
_ADDRESS = "/incidents?v=1&period=days&from=2015-01-01&to=2018-12-31"

_SETTLED = "() => document.querySelector('.ssz-cases')?.dataset.settled"

# The buttons that narrow to some cases; beyond two parts chosen a chip, which takes one back. Drawn: it says that
# map and list are of the answer that was told, and two frames later its pixels are out.
_CHANGE = """([at, patience]) => new Promise((done) => {
    const root = document.querySelector(".ssz-cases")
    const chips = [...root.querySelectorAll(".chip")]
    const parts = ["group", "offence", "weekday", "hour", "cell", "span"]
    const some = [...root.querySelectorAll("[data-narrow]")]
        .filter((one) => parts.includes(one.dataset.narrow) && Number(one.dataset.n) > 0 && !one.matches(".chip"))
    const from = chips.length > 1 || some.length === 0 ? chips : some
    const before = root.dataset.settled, begun = performance.now()
    const end = (ms) => { watch.disconnect(); clearTimeout(late); done(ms) }
    const watch = new MutationObserver(() => {
        if (root.dataset.settled === before) return
        requestAnimationFrame(() => requestAnimationFrame(() => end(performance.now() - begun)))
    })
    const late = setTimeout(() => end(null), patience)
    watch.observe(root, { attributes: true, attributeFilter: ["data-settled"] })
    from[Math.floor(at * from.length)].click()
})"""


def measure(rig: Rig) -> Figure:
    """The figure."""
    cases, number = rig.of(1_000_000, 20_000), rig.of(200, 10)
    stored, times = _measured(rig, cases, number)
    few, bare = _measured(rig, BARE_CASES, number)
    p95 = percentile(times, 0.95)
    line = Line("from a click until all views are drawn", spread(times), f"{spread(bare)}: {few:,} incidents",
                f"p95 <= {DRAWN_MS / 1000:.0f} s", p95 <= DRAWN_MS)  # fmt: skip
    how = (
        f"{stored:,} real cases of Chicago in SQLite, dealt to 20 stations; the page in Chromium, four years "
        "chosen. A change is a click on a group, offence, weekday, hour, cell, day or a chip that "
        "takes a part back (an answer asked before may be found again); the same seed for both. Times run in it, "
        "to two frames after map and list say that they are of the new answer. The bare side is the same page and "
        "clicks with few incidents. Not in it: the fields of the bar."
    )
    return Figure(NAME, "A change of the filter in a browser, until all views are drawn", how, [line],
                  {"drawn_ms": plain(times), "bare_ms": plain(bare)})  # fmt: skip


def _measured(rig: Rig, cases: int, number: int) -> tuple[int, list[float]]:
    product = Product(rig.new_folder(), {"SSZ_INGEST": "external"})
    upgrade(product.database_url)
    db = product.open_store()
    stored = fill(db, cases)
    db.close()
    cookie = product.session("chief").cookie
    product.start()
    try:
        with chromium() as browser:
            return stored, _changed(browser, product, cookie, number)
    finally:
        product.stop()


def _changed(browser: Browser, product: Product, cookie: str, number: int) -> list[float]:
    """ms of each change; infinite when it was not drawn in time, and the page is opened anew."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    chance = random.Random(11)
    _open(page, product)
    times: list[float] = []
    while len(times) < number:
        try:
            found = page.evaluate(_CHANGE, [chance.random(), _PATIENCE_MS])
        except PlaywrightTimeout:
            found = None
        times.append(math.inf if found is None else float(found))
        if found is None:
            _open(page, product)
    context.close()
    return times


def _open(page: Page, product: Product) -> None:
    page.goto(product.url + _ADDRESS, wait_until="commit")
    page.wait_for_function(_SETTLED, timeout=_OPENING_MS)
