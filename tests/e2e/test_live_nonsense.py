"""A feed that sends nonsense, speaks another version, or tells a ground nobody can draw: said in words on the map's
page, in a real browser."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Page, expect

from dashboard.words import word
from tests.e2e.fixture_server import ZONE, FixtureServer, unit
from tests.e2e.looking import drawn, drawn_at, open_wall
from tests.servers import wait_until

pytestmark = pytest.mark.browser


def test_nonsense_is_counted_in_words_and_the_map_goes_on(wall: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    wall.evaluate("document.querySelector('canvas').mine = true")
    good = server.frame("delta", units=[unit("201", 16.5462, 104.7265)])
    noises: list[bytes | str] = [b"\x00\xff" * 40, good[:-7], "<html>502 Bad Gateway</html>"]
    for count, noise in enumerate(noises, 1):
        server.send_raw(noise)
        band = wall.locator('[data-band="nonsense"]')
        expect(band).to_contain_text(f"อ่านไม่ได้ ({count} ครั้ง)")
        # What the broken message was to tell is lost: the page asks for everything anew.
        wait_until(lambda wanted=count + 1: server.connects >= wanted, 60, "a new link")  # type: ignore[misc]
        expect(wall.locator(".ssz")).to_have_attribute("data-link", "up")
    server.send(units=[unit("201", 16.5470, 104.7265)])
    drawn_at(wall, "demo/201", 16.5470, 104.7265)
    expect(band).to_be_visible()
    assert wall.evaluate("document.querySelector('canvas').mine") is True


def test_a_page_of_another_version_loads_itself_again_once_and_then_says_so(
    wall: Page, server: FixtureServer
) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    server.other_version = "2"
    wall.goto(server.url)
    expect(wall.locator('[data-band="version"]')).to_contain_text("ไม่ตรงรุ่นกับเซิร์ฟเวอร์")
    wait_until(lambda: server.connects > 4, 60, "asking again and again")
    assert server.pages == 2, "loaded again once"
    server.other_version = ""
    expect(wall.locator('[data-band="version"]')).to_have_count(0)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)


def test_a_ground_that_cannot_be_drawn_is_said_and_the_rest_is_drawn(wall: Page, server: FixtureServer) -> None:
    def zone(shape: object) -> dict[str, object]:
        return {"type": "Feature", "properties": {"s": "demo"}, "geometry": shape}

    good = dict(server.ground)
    server.ground = {"version": "g1", "zones": "none"}
    server.units = [unit("201", 16.5460, 104.7265)]
    wall.goto(server.url)
    drawn(wall)
    band = wall.locator('[data-band="ground"]')
    expect(band).to_have_text(word("live.band_ground", "th"))
    wall.wait_for_function("() => window.__ssz?.map?.raw?.getSource('zones') !== undefined")
    # Asked for again by itself. Neither a zone nobody can draw nor one of 300,000 corners takes the others with it.
    turn = [(104.7265 + 0.004 * math.cos(i / 47_747), 16.5465 + 0.003 * math.sin(i / 47_747)) for i in range(300_000)]
    crossing = [ZONE[0], ZONE[2], ZONE[1], ZONE[3], ZONE[0]]
    shapes = [
        None,
        {"type": "Polygon", "coordinates": [["x"]]},
        {"type": "Polygon", "coordinates": [[*turn, turn[0]]]},
    ]
    shapes += [{"type": "Polygon", "coordinates": [crossing]}]
    zones = good["zones"]["features"] + [zone(shape) for shape in shapes]
    server.ground = good | {"zones": {"type": "FeatureCollection", "features": zones}}
    left, thinned = (word(f"live.band_ground_{what}", "th", n=n) for what, n in (("left", 2), ("thinned", 1)))
    expect(band).to_have_text(f"{left} · {thinned}")
    seen = """() => new Set(window.__ssz.map.raw.queryRenderedFeatures({ layers: ["zone-line"] })
        .map((one) => one.geometry.coordinates.flat(Infinity).length)).size >= 3"""
    wall.wait_for_function(seen)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    server.ground = good
    server.drop()
    expect(band).to_have_count(0)
