"""A real Chromium in front of the wall of the demo town, and what it has drawn."""

from __future__ import annotations

import io
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dashboard.access.sessions import COOKIE
from tests.e2e.conftest import ARGS
from tests.servers import MissingBinaryError

PATIENCE_MS = 60_000

#: Half the side of the square looked at, in pixels: the red disc of an alarm is 30 across.
_HALF = 10

# When the row of an alarm and its mark on the map came up and were painted: two frames after an element is in the
# page its pixels are out.
_WATCH = """() => {
    window.__shown = {}
    const note = (element, what) => {
        const known = (window.__shown[element.dataset.alarm] ??= {})
        if (what in known) return
        known[what] = null
        requestAnimationFrame(() => requestAnimationFrame(() => { known[what] = Date.now() }))
    }
    const look = () => {
        for (const row of document.querySelectorAll("li.ssz-alarm")) note(row, "row")
        for (const pin of document.querySelectorAll(".ssz-pin")) note(pin, "pin")
    }
    new MutationObserver(look).observe(document.querySelector(".ssz"), { childList: true, subtree: true })
}"""

_UNITS = "() => (window.__ssz?.map?.layer.visible ?? 0) > 0"

_PAINTED = "(key) => { const one = window.__shown[key]; return one?.row && one?.pin ? [one.row, one.pin] : null }"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, software WebGL, so that the map draws on any machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise MissingBinaryError("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@contextmanager
def wall(browser: Browser, base: str, cookie: str) -> Iterator[Page]:
    """A wall display of 1920 x 1080 in a context of its own (nothing cached), signed in, no page yet."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    yield context.new_page()
    context.close()


def open_wall(page: Page, base: str) -> None:
    """Open the wall, wait for its first drawn map, and watch the SOS list from then on."""
    page.goto(base)
    page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=PATIENCE_MS)
    page.evaluate(_WATCH)


def on_screen(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """The pixel of a place."""
    frame = page.locator(".ssz-map").bounding_box()
    assert frame is not None
    x, y = page.evaluate(
        "([lat, lon]) => { const p = window.__ssz.map.raw.project([lon, lat]); return [p.x, p.y] }", [lat, lon]
    )
    return frame["x"] + x, frame["y"] + y


def alarm_pixels(page: Page, x: float, y: float) -> int:
    """How many pixels round a place have the red of an alarm, on a picture taken of the screen now."""
    clip = {"x": x - _HALF, "y": y - _HALF, "width": 2 * _HALF, "height": 2 * _HALF}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip, animations="allow", caret="initial")))  # type: ignore[arg-type]
    return _red(image)


def alarm_pixels_each(page: Page, places: Sequence[tuple[float, float]]) -> list[int]:
    """The same round several places, on one picture of the whole screen."""
    image = Image.open(io.BytesIO(page.screenshot(animations="allow", caret="initial")))
    squares = [(round(x) - _HALF, round(y) - _HALF, round(x) + _HALF, round(y) + _HALF) for x, y in places]
    return [_red(image.crop(square)) for square in squares]


def _red(image: Image.Image) -> int:
    return sum(_is_red(pixel) for pixel in image.convert("RGB").get_flattened_data())


def _is_red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    return bool(red > 150 and green < 90 and blue < 90)


def painted(page: Page, key: str, timeout_s: float) -> tuple[float, float]:
    """Epoch ms at which the row and the mark of an alarm were painted; infinite when they were not in time."""
    try:
        row, pin = page.wait_for_function(_PAINTED, arg=key, timeout=timeout_s * 1000).json_value()
    except PlaywrightTimeout:
        return math.inf, math.inf
    return float(row), float(pin)


def units_drawn(page: Page, timeout_ms: float) -> None:
    """Wait for a frame that has units in it: the map says which marks stand in the picture it has drawn."""
    page.wait_for_function(_UNITS, timeout=timeout_ms)
