"""The desk over 50,000 closed alarms: opening it, its map, opening it anew over itself, choosing an alarm, and the
server's part; beside an empty store, and beside an empty page of Streamlit."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import chromium
from benchmarks.cold import answering
from benchmarks.empty_page import EmptyPage
from benchmarks.old_alarms import fill
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from dashboard.access.sessions import COOKIE
from store.database import open_database
from tests.servers import wait_until

NAME = "desk-open"
OPEN_MS = 1000.0
CLOSED, STILL_OPEN = 50_000, 8

#: How long a desk is waited for before it counts as never, in ms.
PATIENCE_MS = 20_000

#: Every row of the queue and one alarm in full are in the page: place, procedure, history, the units near it or that
#: there is none, earlier alarms where there are any.
_WHOLE = f"""(earlier) => {{
    const count = (what) => document.querySelectorAll(what).length
    return count(".ssz-side .ssz-vrow:not([hidden])") === {STILL_OPEN}
        && count(".ssz-ticks li") > 0 && count(".ssz-lines li") > 0
        && (document.querySelector(".ssz-case-top h2")?.textContent ?? "") !== ""
        && (count(".ssz-near li") > 0 || (document.querySelector(".ssz-case-note")?.textContent ?? "") !== "")
        && (!earlier || count("[data-panel=earlier] li") === 5)
}}"""

_PAINTED = """() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"""

# From the key to the next alarm in full.
_NEXT = f"""([code, earlier]) => new Promise((done) => {{
    const whole = {_WHOLE}, title = () => document.querySelector(".ssz-case-top h2").textContent
    const before = title(), began = performance.now()
    document.body.dispatchEvent(new KeyboardEvent("keydown", {{ code, key: "", bubbles: true }}))
    const look = () => title() !== before && whole(earlier)
        ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)))
        : requestAnimationFrame(look)
    look()
}})"""


def _marks(earlier: bool) -> str:
    """In the page from its first moment on, so that nobody's question comes between. ms since the browser was sent to
    the address. `begun`: the desk's first element. `drawn`: two frames after all is in the page its pixels are out.
    `mapped`: the map has drawn all it had to."""
    return f"""(() => {{
        const marks = window.__marks = {{}}, whole = {_WHOLE}, earlier = {str(earlier).lower()}
        const soon = (what) => requestAnimationFrame(() => requestAnimationFrame(() => {{
            marks[what] = performance.now()
        }}))
        // Told of changes of the page: a loop of frames would itself take a part of what is measured.
        new MutationObserver((_, self) => {{
            const desk = document.querySelector(".ssz")
            if (desk === null) return
            marks.begun ??= performance.now()
            if (!("drawn" in marks) && whole(earlier)) {{ marks.drawn = null; soon("drawn") }}
            if (!("mapped" in marks) && desk.dataset.idle) {{ marks.mapped = null; soon("mapped") }}
            if ("drawn" in marks && "mapped" in marks) self.disconnect()
        }}).observe(document, {{
            childList: true, subtree: true, characterData: true, attributes: true,
            attributeFilter: ["data-idle", "hidden"],
        }})
    }})()"""


@dataclass(frozen=True, slots=True)
class Times:
    """ms of each: opening the page from an empty tab, until its first element, until its map; opening it over a desk
    that stands open; choosing an alarm; the server's answer."""

    opened: list[float]
    begun: list[float]
    mapped: list[float]
    over: list[float]
    chosen: list[float]
    served: list[float]


@contextmanager
def _desk(browser: Browser, station: Station, earlier: bool) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    context.add_cookies([{"name": COOKIE, "value": station.cookie(), "url": station.web.base}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(_marks(earlier))
    yield page
    context.close()


def _open(page: Page, base: str) -> tuple[float, float, float]:
    """Sent to the desk's address, as by a bookmark, with the browser's cache filled: ms until it is whole, until its
    first element, and until its map is drawn; infinite what never came."""
    page.goto(f"{base}/desk", wait_until="commit")
    with suppress(PlaywrightTimeout):
        page.wait_for_function("() => window.__marks.drawn && window.__marks.mapped", polling=200)
    marks = page.evaluate("window.__marks")
    drawn, begun, mapped = (marks.get(name) or math.inf for name in ("drawn", "begun", "mapped"))
    return drawn, begun, mapped


def _open_from_nothing(page: Page, base: str) -> tuple[float, float, float]:
    """The same from a tab that shows nothing."""
    page.goto("about:blank")
    return _open(page, base)


def empty_pages(folder: Path, browser: Browser, number: int) -> list[float]:
    """The same of an empty page of Streamlit: ms from its address to its title, two animation frames later."""
    empty = EmptyPage(folder)
    empty.start()
    try:
        wait_until(answering(empty.health), 60, "the empty page's server")
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
        page = context.new_page()
        found = []
        for _ in range(number + 1):  # the first fills the browser's cache
            page.goto(empty.base, wait_until="commit")
            page.wait_for_selector("h1", timeout=PATIENCE_MS)
            found.append(float(page.evaluate(_PAINTED)))
        context.close()
    finally:
        empty.stop()
    return found[1:]


def _served(station: Station, asked: int) -> list[float]:
    """What the server takes to tell one alarm in full."""
    with httpx.Client(base_url=station.web.base, cookies={COOKIE: station.cookie()}, timeout=20) as client:
        found = client.get("/api/v1/alarms").json()["alarms"]
        times = []
        for turn in range(asked):
            began = time.perf_counter()
            client.get(f"/live/desk/{found[turn % len(found)]['id']}").raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
    return times


def measured(rig: Rig, browser: Browser, closed: int, opens: int, turns: int) -> Times:
    """A product over a store with so many closed alarms."""
    with rig.station() as station:
        db = open_database(station.url)
        fill(db, closed, STILL_OPEN)
        db.close()
        station.start()
        base = station.web.base
        with _desk(browser, station, closed > 0) as page:
            _open(page, base)  # fills the browser's cache, and warms the product up
            opened = [_open_from_nothing(page, base) for _ in range(opens)]
            over = [_open(page, base)[0] for _ in range(min(opens, 30))]
            chosen = [_turn(page, turn, closed > 0) for turn in range(turns)]
        whole, begun, mapped = (list(one) for one in zip(*opened, strict=True))
        return Times(whole, begun, mapped, over, chosen, _served(station, turns))


def _turn(page: Page, turn: int, earlier: bool) -> float:
    """Down the queue and up again."""
    way = "KeyJ" if turn // (STILL_OPEN - 1) % 2 == 0 else "KeyK"
    return float(page.evaluate(_NEXT, [way, earlier]))


def measure(rig: Rig) -> Figure:
    """The figure."""
    closed = rig.of(CLOSED, 2_000)
    opens, few = rig.of(200, 5), rig.of(30, 3)
    with chromium() as browser:
        empty = measured(rig, browser, 0, few, few)
        full = measured(rig, browser, closed, opens, rig.of(200, 10))
        streamlit = empty_pages(rig.new_folder(), browser, few)
    lines = [
        Line(
            "desk opened by its address, every row of the queue and one alarm in full drawn", spread(full.opened),
            f"{_few(streamlit)}: an empty page of Streamlit", f"p95 <= {OPEN_MS:.0f} ms",
            percentile(full.opened, 0.95) <= OPEN_MS,
        ),
        Line("of these until the desk's first element", spread(full.begun), f"{_few(empty.begun)}: no closed alarm"),
        Line("the small map beside it drawn, from the address on", spread(full.mapped), _few(empty.mapped)),
        Line("the desk opened over a desk that stands open", _few(full.over), _few(empty.over)),
        Line(
            "another alarm chosen by a key, drawn in full", spread(full.chosen), _few(empty.chosen),
            f"p95 <= {OPEN_MS:.0f} ms", percentile(full.chosen, 0.95) <= OPEN_MS,
        ),
        Line("the server's part", spread(full.served), _few(empty.served)),
    ]  # fmt: skip
    how = (
        f"Chromium at 1920 x 1080 with software WebGL, its cache filled; {closed} closed alarms with their "
        f"histories, {STILL_OPEN} open. Each opening from a tab that shows nothing, sent to the desk's address as "
        "by a bookmark. Drawn: every row of the queue, place, procedure, timeline, the units near it and the five "
        "earlier alarms are in the page, two animation frames later; the map comes after that, and its time is "
        "said beside it. Opened over a desk that stands open, the browser first lets go of the old page and its "
        "map. Bare: the same product over a store with no closed alarm; of the opening, an empty page of "
        "Streamlit in the same browser, without any sign-in."
    )
    samples: dict[str, object] = {
        f"{name}_{what}_ms": plain(getattr(times, what))
        for name, times in (("full", full), ("empty", empty))
        for what in ("opened", "begun", "mapped", "over", "chosen", "served")
    }
    samples["streamlit_ms"] = plain(streamlit)
    return Figure(NAME, f"The desk over {closed} closed alarms", how, lines, samples)


def _few(values: list[float]) -> str:
    """Of too few for a tail."""
    return f"p50 {percentile(values, 0.5):.0f} / max {max(values):.0f} ms (n = {len(values)})"
