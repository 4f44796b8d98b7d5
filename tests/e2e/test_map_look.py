"""How the live map looks in a real browser: the colours of day and night, and whose words win."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.basemap.palette import palette, rgb
from tests.e2e.fixture_server import FixtureServer, box, unit
from tests.e2e.looking import drawn_at, near, open_wall, pixel

pytestmark = pytest.mark.browser

#: An available unit by night and by day, from `tints.ts`.
AVAILABLE = {"night": (86, 180, 233), "day": (0, 114, 178)}
_LAND = "() => window.__ssz.map.raw.getPaintProperty('land', 'background-color')"


def test_day_and_night_are_a_switch_that_is_remembered_and_moves_nothing(wall: Page, server: FixtureServer) -> None:
    server.mode = "live"
    server.units = [unit("201", 16.5460, 104.7265)]
    server.boxes = [box("SOS-01", 16.5470, 104.7250)]
    open_wall(wall, server)
    root, switch = wall.locator(".ssz"), wall.locator(".ssz-theme")
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    assert near(pixel(wall, 16.5460, 104.7265), AVAILABLE["night"])
    wall.evaluate("document.querySelector('canvas').mine = true")
    camera = wall.evaluate("() => window.__ssz.map.raw.getCenter().toArray()")
    expect(switch).to_have_text("สีกลางวัน")
    switch.click()
    expect(root).to_have_attribute("data-theme", "day")
    expect(switch).to_have_text("สีกลางคืน")
    wall.wait_for_url(re.compile(r"theme=day"))
    assert wall.evaluate(_LAND) == palette("day")["land"]
    wall.wait_for_function("() => window.__ssz.map.layer.theme === 'day'")
    assert near(pixel(wall, 16.5460, 104.7265), AVAILABLE["day"])
    assert near(pixel(wall, 16.5494, 104.7284), tuple(rgb("day", "land")))
    assert wall.evaluate("document.querySelector('canvas').mine") is True
    assert wall.evaluate("() => window.__ssz.map.raw.getCenter().toArray()") == camera
    # Without the address the browser knows it, for pages of this kind; an address that says otherwise wins.
    wall.goto(server.url)
    expect(root).to_have_attribute("data-theme", "day")
    wall.goto(f"{server.url}?theme=night")
    expect(root).to_have_attribute("data-theme", "night")
    server.mode = "wall"
    wall.goto(server.url)
    expect(root).to_have_attribute("data-theme", "night")
