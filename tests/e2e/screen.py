"""A wall of the product in a real browser: opened signed in, its lights, its siren, its alarm list."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from dashboard.access.sessions import COOKIE
from tests.servers import wait_until

#: Keeps what the page's loudspeaker is given within reach of the test; nothing else is changed.
LISTEN = """(() => {
    const Real = window.AnalyserNode
    window.__ears = []
    window.AnalyserNode = class extends Real {
        constructor(...given) { super(...given); window.__ears.push(this) }
    }
})()"""

_LOUDNESS = """() => {
    const ear = window.__ears?.at(-1)
    if (!ear || ear.context.state !== "running") return 0
    const wave = new Float32Array(ear.fftSize)
    ear.getFloatTimeDomainData(wave)
    return Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length)
}"""


def coarse(browser: Browser, width: int = 1920, height: int = 1080) -> BrowserContext:
    """A Thai screen of so many CSS pixels, each half as fine as usual: everything is laid out as ever, and the map,
    drawn in software here, costs a quarter."""
    return browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=0.5, locale="th-TH")


def open_wall(page: Page, base: str, cookie: str) -> None:
    """Open the wall and wait until the map has drawn."""
    page.add_init_script(LISTEN)
    page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    # Until the page has made its siren nothing may look at it: to a browser that is an act of the person, which
    # permits the page to sound.
    with page.expect_event("websocket", lambda socket: "/live?" in socket.url, timeout=60_000):
        page.goto(base)
    expect(page.locator(".ssz")).to_have_attribute("data-idle", re.compile("[1-9]"), timeout=60_000)


def insist(act: Callable[[], object], seen: Callable[[], bool], what: str) -> None:
    """Do what may be done twice, and again as a person would who sees that nothing came of it: Streamlit may draw
    what is below the hand anew, or put it elsewhere, in that very moment."""

    def done() -> bool:
        act()
        try:
            wait_until(seen, 5, what)
        except TimeoutError:
            return False
        return True

    wait_until(done, 60, what)


def marked(page: Page) -> None:
    """Mark the canvas, for `untouched`. To a browser this is an act of the person: from now on sound is permitted."""
    page.evaluate("document.querySelector('canvas').mine = true")


def untouched(page: Page) -> bool:
    """Whether the canvas is the one that was there when it was marked."""
    return page.evaluate("document.querySelector('canvas').mine") is True


def row(page: Page, origin: str) -> Locator:
    """An origin's row of the alarm list."""
    return page.locator(".ssz-alarm").filter(has=page.locator(".ssz-origin", has_text=re.compile(rf"\b{origin}\b")))


def sounds(page: Page, timeout_ms: float) -> None:
    """Wait until the loudspeaker is given a sound."""
    page.wait_for_function(f"() => ({_LOUDNESS})() > 0.02", timeout=timeout_ms)


def loudness(page: Page) -> float:
    """What the loudspeaker is given now."""
    return float(page.evaluate(_LOUDNESS))


def silent(page: Page, timeout_ms: float = 60_000) -> None:
    """Wait until the loudspeaker is given nothing."""
    page.wait_for_function(f"() => ({_LOUDNESS})() < 0.001", timeout=timeout_ms)
