"""Crime clock and before / after in a browser: opened by their address, and after a change, until all is drawn."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.access.sessions import COOKIE
from tests.app.serving import Product

#: How long an opening or a change is waited for before it counts as never, and the first opening, which reads the
#: table, in ms.
PATIENCE_MS, FIRST_MS = 30_000, 300_000

#: In the page from its first moment on: ms since the browser was sent to the address, two frames after the last of
#: the page, the report's buttons below everything else, and every drawing are there.
_OPENED = """(drawings) => (() => {
    const all = () => document.querySelectorAll("[data-testid=stPopover]").length > 2
        && drawings.every((one) => document.querySelector(one))
    const look = () => {
        if (!all()) requestAnimationFrame(look)
        else requestAnimationFrame(() => requestAnimationFrame(() => { window.__opened = performance.now() }))
    }
    look()
})()"""

#: From the key that ends a typed day: ms until two frames after the last of the page that is another. That the script
#: runs is no sign of it: a short run begins and ends between two frames.
_CHANGE = """() => {
    window.__watch?.disconnect()
    window.__took = window.__at = 0
    let begun = 0
    window.__watch = new MutationObserver(() => {
        if (!begun) return
        window.__at = performance.now()
        requestAnimationFrame(() => requestAnimationFrame(() => { window.__took = performance.now() - begun }))
    })
    const all = { childList: true, characterData: true, subtree: true }
    window.__watch.observe(document.querySelector("[data-testid=stMain]"), all)
    addEventListener("keydown", (event) => { if (event.key === "Enter") begun = performance.now() }, { once: true, capture: true })
}"""  # noqa: E501 - a line of script

#: Nothing has changed for that long, in ms, and what did is drawn.
_STILL = "(ms) => window.__took && performance.now() - window.__at > ms"
STILL_MS = 300

_IDLE = "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
_SAID = "() => document.querySelector('[data-testid=stMain]').innerText"


@dataclass(frozen=True, slots=True)
class Analysed:
    """A page of analysis: its address, what is drawn on it, and the fields (by their label) in which days are typed,
    in turn, each with the first and the last day."""

    name: str
    path: str
    drawings: tuple[str, ...]
    fields: tuple[tuple[str, date, date], ...]


@dataclass(slots=True)
class Times:
    """ms of each opening and of each change; infinite when it never came. `told`: bytes each change brought
    the browser."""

    opened: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)


def pages(browser: Browser, product: Product, cookie: str, of: Analysed, openings: int, changes: int) -> Times:
    """Open the page and change its filter, so often. The first opening, which reads the table and fills the caches,
    is left out."""
    times = Times()
    with _page(browser, product, cookie, of) as page:
        _open(page, product, of, FIRST_MS)
        times.opened = [_open(page, product, of) for _ in range(openings)]
        heard = _Heard()
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.frame(frame)))
        _open(page, product, of)
        for label, day in _typed(of, changes):
            before = page.evaluate(_SAID)
            took = _change(page, heard, label, day)
            times.changed.append(took)
            times.told.append(heard.size)
            if math.isinf(took):
                _open(page, product, of)
            else:
                assert page.evaluate(_SAID) != before, "nothing on the page is another"
    return times


def _typed(of: Analysed, changes: int) -> Iterator[tuple[str, date]]:
    """A field and a day for each change, never the day that stands in the field: that would be none."""
    chance = random.Random(5)
    stands: dict[str, date] = {}
    for at in range(changes):
        label, first, last = of.fields[at % len(of.fields)]
        day = first + timedelta(days=chance.randrange((last - first).days))
        stands[label] = day + timedelta(days=1) if day == stands.get(label) else day
        yield label, stands[label]


@dataclass(slots=True)
class _Heard:
    """What the browser's socket was told: bytes, and how many runs of the script have ended."""

    size: int = 0
    ended: int = 0

    def frame(self, told: bytes | str) -> None:
        self.size += len(told)
        if isinstance(told, bytes):
            self.ended += ForwardMsg.FromString(told).WhichOneof("type") == "script_finished"


@contextmanager
def _page(browser: Browser, product: Product, cookie: str, of: Analysed) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH", bypass_csp=True)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({_OPENED})({list(of.drawings)!r})")
    yield page
    context.close()


def _open(page: Page, product: Product, of: Analysed, patience_ms: int = PATIENCE_MS) -> float:
    page.goto(product.url + of.path, wait_until="commit")
    try:
        page.wait_for_function("() => window.__opened", polling=50, timeout=patience_ms)
        page.wait_for_function(_IDLE)
    except PlaywrightTimeout:
        return math.inf
    return float(page.evaluate("window.__opened"))


def _change(page: Page, heard: _Heard, label: str, day: date) -> float:
    box = page.get_by_role("textbox", name=label, exact=True)
    try:
        box.fill(day.isoformat())
        page.evaluate(_CHANGE)
        heard.size = heard.ended = 0
        box.press("Enter")
        until = time.monotonic() + PATIENCE_MS / 1000
        while not heard.ended and time.monotonic() < until:
            page.wait_for_timeout(20)
        # What the run told last may not be on the page yet.
        page.evaluate("window.__at = performance.now()")
        page.wait_for_function(_STILL, arg=STILL_MS, polling=20, timeout=max(1.0, (until - time.monotonic()) * 1000))
    except PlaywrightTimeout:
        return math.inf
    return float(page.evaluate("window.__took")) if heard.ended else math.inf
