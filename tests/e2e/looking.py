"""What the tests of the live map look at: the wall, where a mark is drawn, the colour of a pixel."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page

from tests.e2e.fixture_server import FixtureServer
from tests.servers import wait_until


def drawn(page: Page) -> None:
    """Wait until the map has drawn."""
    page.wait_for_function("Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0")


def open_wall(page: Page, server: FixtureServer) -> None:
    """Open the page and wait until the map has drawn and looks where it will look: the ground comes by itself, later
    the busier the machine, and moves the map to the station."""
    page.goto(server.url)
    drawn(page)
    page.wait_for_function("window.__ssz?.map?.camera.fitted === true")


def drawn_at(page: Page, key: str, lat: float, lon: float) -> None:
    """Wait until the map has drawn the unit's mark at the pixel of a place."""
    page.wait_for_function(
        """([key, lat, lon]) => {
            const map = window.__ssz?.map, wanted = map?.raw?.project([lon, lat]), at = wanted ? map.where(key) : null
            return at !== null && Math.hypot(at.x - wanted.x, at.y - wanted.y) < 3
        }""",
        arg=[key, lat, lon],
    )


def pixel(page: Page, lat: float, lon: float) -> tuple[int, ...]:
    """The colour on the screen at a place."""
    at = page.evaluate(
        "([lat, lon]) => { const p = window.__ssz.map.raw.project([lon, lat]); return [p.x, p.y] }", [lat, lon]
    )
    frame = page.locator(".ssz-map").bounding_box()
    assert frame is not None
    there = {"x": frame["x"] + at[0] - 1, "y": frame["y"] + at[1] - 1, "width": 2, "height": 2}
    image = Image.open(io.BytesIO(page.screenshot(clip=there)))  # type: ignore[arg-type]
    found = image.convert("RGB").getpixel((0, 0))
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether two colours are the same but for smoothing."""
    return all(abs(a - b) <= 12 for a, b in zip(found, wanted, strict=True))


def coloured(page: Page, lat: float, lon: float, wanted: tuple[int, ...]) -> None:
    """Wait until a place of the screen has a colour: what the map has drawn comes to the screen a frame later."""
    wait_until(lambda: near(pixel(page, lat, lon), wanted), 60, f"the colour {wanted} at {lat}, {lon}", every_s=0.1)


def click_at(page: Page, lat: float, lon: float) -> None:
    """Click on the map at a place. What is to be hit there must be drawn there (`drawn_at`)."""
    at = page.evaluate(
        "([lat, lon]) => { const p = window.__ssz.map.raw.project([lon, lat]); return [p.x, p.y] }", [lat, lon]
    )
    frame = page.locator(".ssz-map").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + at[0], frame["y"] + at[1])
