"""How the live map looks in a real browser: the colours of day and night, and whose words win."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.basemap.palette import palette, rgb
from tests.e2e.fixture_server import FixtureServer, alarm, box, unit
from tests.e2e.looking import coloured, drawn_at, open_wall

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
    coloured(wall, 16.5460, 104.7265, AVAILABLE["night"])
    wall.evaluate("document.querySelector('canvas').mine = true")
    camera = wall.evaluate("() => window.__ssz.map.raw.getCenter().toArray()")
    expect(switch).to_have_text("สีกลางวัน")
    switch.click()
    expect(root).to_have_attribute("data-theme", "day")
    expect(switch).to_have_text("สีกลางคืน")
    wall.wait_for_url(re.compile(r"theme=day"))
    wall.wait_for_function(f"(land) => ({_LAND})() === land", arg=palette("day")["land"])
    wall.wait_for_function("() => window.__ssz.map.layer.theme === 'day'")
    coloured(wall, 16.5460, 104.7265, AVAILABLE["day"])
    coloured(wall, 16.5494, 104.7284, tuple(rgb("day", "land")))
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


#: Names of streets that the map has placed within these areas, px of the map.
_NAMES = """(areas) => areas.flatMap(([left, top, right, bottom]) =>
    window.__ssz.map.raw.queryRenderedFeatures([[left, top], [right, bottom]], { layers: ["street-names"] })
).length"""
_AREAS = "() => window.__ssz.map.layer.labels.areas()"


def test_names_of_streets_give_way_to_units_and_alarms_and_labels_keep_clear_of_tools(
    wall: Page, server: FixtureServer
) -> None:
    server.mode = "live"
    open_wall(wall, server)
    names = "() => window.__ssz.map.raw.queryRenderedFeatures({ layers: ['street-names'] }).length"
    wall.wait_for_function(f"() => ({names})() > 8")
    # On the streets themselves: each label would lie over a name.
    server.send(units=[unit(f"2{i}", 16.5440 + i * 0.00085, 104.7245 + i * 0.0008) for i in range(6)])
    wall.wait_for_function(f"() => ({_AREAS})().length === 6")
    areas = wall.evaluate(_AREAS)
    wall.wait_for_function(f"(areas) => ({_NAMES})(areas) === 0", arg=areas)
    assert wall.evaluate(names) > 0, "the others stay"
    # The marks have moved for a while: then their words are told of rarely, but a new pin is told of at once.
    wall.evaluate(
        "() => Object.assign(window.__ssz.map.rooms, { often: 0, toldAt: (window.then = performance.now()) })"
    )
    server.send(alarms=[alarm("a1", lat=16.5457, lon=104.7290)])
    pin = "() => window.__ssz.map.pins.areas(window.__ssz.map.raw)"
    wall.wait_for_function(f"() => ({pin})().length === 1")
    soon = "({ due, toldAt }) => toldAt > window.then || due < performance.now() + 5000"
    assert wall.evaluate(f"() => ({soon})(window.__ssz.map.rooms)")
    wall.wait_for_function(f"() => ({_NAMES})(({pin})()) === 0")
    # A name the right edge would cut stands on the other side of its pin.
    wide = wall.evaluate("() => window.__ssz.map.raw.getCanvas().clientWidth")
    right = wall.evaluate("(x) => window.__ssz.map.raw.unproject([x, 300])", wide - 60)
    server.send(alarms=[alarm("a2", lat=right["lat"], lon=right["lng"])])
    expect(wall.locator(".ssz-pin[data-side=left]")).to_have_count(1)
    expect(wall.locator(".ssz-pin[data-side=right]")).to_have_count(1)
    # Taken off the map, the names come back.
    wall.evaluate("() => window.__ssz.url.change({ off: ['labels'] })")
    wall.wait_for_function(f"(areas) => ({_NAMES})(areas) > 0", arg=areas)
    wall.evaluate("() => window.__ssz.url.change({ off: [] })")

    tools = wall.locator(".ssz-corner").bounding_box()
    frame = wall.locator(".ssz-canvas").bounding_box()
    assert tools is not None
    assert frame is not None
    at = "([x, y]) => { const p = window.__ssz.map.raw.unproject([x, y]); return [p.lat, p.lng] }"
    below = [tools["x"] - frame["x"] - 60, tools["y"] - frame["y"] + 20]
    lat, lon = wall.evaluate(at, below)
    edge = wall.evaluate(at, [frame["width"] - 40, frame["height"] / 2])
    server.send(units=[unit("31", lat, lon), unit("32", *edge)])
    wall.wait_for_function(f"() => ({_AREAS})().length === 8")
    for left, _top, right, bottom in wall.evaluate(_AREAS):
        assert right <= frame["width"] or bottom > frame["height"]
        assert not (right > tools["x"] - frame["x"] and bottom < tools["y"] - frame["y"] + tools["height"]), left
