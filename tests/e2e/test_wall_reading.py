"""The wall is read from five metres, on any screen, for months: sizes, drift, figures, rotation, no growth."""

from __future__ import annotations

import copy
import math
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.fixture_server import FixtureServer, alarm, box, now_ms, unit
from tests.e2e.looking import open_wall
from tests.e2e.screen import coarse

pytestmark = pytest.mark.browser

BANGKOK = ZoneInfo("Asia/Bangkok")

#: A 55-inch screen of 16:9 is so high, mm.
SCREEN_MM = 55 * 25.4 * 9 / math.hypot(16, 9)
DISTANCE_MM = 5_000
#: Least height of a capital letter as the eye sees it, minutes of arc. ISO 9241-303 and NUREG-0700 1.3.1-4: at least
#: 16, 20 to 22 where text is read at length.
LEAST_ARCMIN = 16

#: What must be read from there: where, since when, how many, and whether it is true.
MUST_READ = {
    "place of an alarm": ".ssz-alarm .ssz-place",
    "clock of an alarm": ".ssz-alarm .ssz-clock",
    "figures": ".ssz-figure strong",
    "age of the data": ".ssz-light-data",
    "time": ".ssz-now time",
}

_CAPITALS = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
    const style = getComputedStyle(one), pen = document.createElement("canvas").getContext("2d")
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
    return pen.measureText("H").actualBoundingBoxAscent
})"""

#: (selector, overhang in px) of everything on the wall that reaches beyond the screen.
_BEYOND = """() => [...document.querySelectorAll(".ssz-head *, .ssz-side *, .ssz-figures *")].filter((one) => {
    const at = one.getBoundingClientRect()
    const clipped = one.closest(".ssz-list, .ssz-hidden, nav, [hidden]")
    return at.width > 0 && !clipped && (at.left < 0 || at.top < 0 || at.right > innerWidth || at.bottom > innerHeight)
}).map((one) => one.className || one.tagName)"""

#: Elements whose words are wider than their room.
_CUT = """() => [...document.querySelectorAll(".ssz-figure strong, .ssz-figure span, .ssz-light, .ssz-now time")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .map((one) => one.textContent)"""


def busy(server: FixtureServer, alarms: int) -> None:
    """A town with some of everything."""
    server.units = [unit(f"2{i:02d}", 16.5445 + i * 0.0003, 104.7250 + i * 0.0004) for i in range(12)]
    server.boxes = [box(f"SOS-{i:02d}", 16.5445 + i * 0.0004, 104.7290, online=i != 3) for i in range(12)]
    server.alarms = [
        alarm(
            f"a{i}", origin=f"SOS-{i:02d}", raised=now_ms() - i * 61_000, state="acknowledged" if i > 8 else "raised"
        )
        for i in range(alarms)
    ]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_what_must_be_read_is_large_enough_for_five_metres(
    chromium: Browser, server: FixtureServer, width: int, height: int
) -> None:
    busy(server, 12)
    page = coarse(chromium, width, height).new_page()
    page.goto(server.url)
    expect(page.locator(".ssz-alarm")).to_have_count(12)
    page.evaluate("document.fonts.ready")
    px_mm = SCREEN_MM / height
    for name, selector in MUST_READ.items():
        heights: list[float] = page.evaluate(_CAPITALS, selector)
        assert heights, name
        arcmin = math.degrees(math.atan(min(heights) * px_mm / DISTANCE_MM)) * 60
        assert arcmin >= LEAST_ARCMIN, (name, arcmin)
    assert page.evaluate(_CUT) == []
    # Nothing is cut wherever the drift has it, and nothing moves farther than the edge that is kept free.
    for x, y in ((6, 6), (-6, -6), (6, -6)):
        page.evaluate("([x, y]) => { const f = document.querySelector('.ssz-frame');"
                      " f.style.transform = `translate(${x}px, ${y}px)` }", [x, y])  # fmt: skip
        assert page.evaluate(_BEYOND) == [], (x, y)
    page.context.close()


def test_static_elements_shift_by_themselves(wall: Page, server: FixtureServer) -> None:
    open_wall(wall, server)
    where = "document.querySelector('.ssz-head').getBoundingClientRect().x"
    first = wall.evaluate(where)
    # The page drifts by the server's clock, to and fro in seven minutes; a loaded machine may pass over a place.
    seen = {first}
    for minutes in range(1, 8):
        server.ahead_ms = minutes * 60_000
        told = [datetime.fromtimestamp((now_ms() + server.ahead_ms) / 1000 + more, BANGKOK) for more in (0, 30)]
        # Clock and place are set in one go.
        expect(wall.locator(".ssz-now time")).to_have_text(re.compile("|".join(f"{at:%H:%M}" for at in told)))
        seen.add(wall.evaluate(where))
        if len(seen) >= 3:
            break
    assert len(seen) >= 3
    assert max(seen) - min(seen) <= 12


def test_a_dead_feed_does_not_look_like_zero(wall: Page, server: FixtureServer) -> None:
    server.feed["stale_s"] = 3
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    figure = wall.locator(".ssz-figure-alarms")
    expect(figure).to_have_attribute("data-state", "none")
    expect(figure.locator("strong")).to_have_text("0")
    expect(wall.locator(".ssz-figure-boxes strong")).to_have_text("–")
    expect(wall.locator(".ssz-figure-answered strong")).to_have_text("3/4")
    # In the moment it is of that state: on a busy machine a frame may be late by the seconds after which data is old.
    look = """(state) => {
        const one = document.querySelector(".ssz-figure-alarms")
        if (one.dataset.state !== state) return null
        return [getComputedStyle(one).backgroundImage, getComputedStyle(one.querySelector("strong")).color]
    }"""
    alive = wall.wait_for_function(look, arg="none").json_value()
    server.beating = False
    expect(figure).to_have_attribute("data-state", "poor")
    expect(figure.locator("em")).to_contain_text("ณ")
    dead = wall.wait_for_function(look, arg="poor").json_value()
    assert all(before != after for before, after in zip(alive, dead, strict=True))


def test_stations_take_turns_and_an_unanswered_sos_holds_its_own(wall: Page, server: FixtureServer) -> None:
    far: dict[str, Any] = copy.deepcopy(server.ground)
    server.ground["stations"] = [
        {"code": "demo", "th": "สภ.เมืองมุกดาหาร", "en": "Mueang Mukdahan", "lat": 16.546, "lon": 104.727},
        {"code": "far", "th": "สน.ลุมพินี", "en": "Lumphini", "lat": 13.73, "lon": 100.54},
    ]
    zone = far["zones"]["features"][0]
    zone["properties"]["station"] = "far"
    zone["geometry"]["coordinates"] = [[[lon - 4.18, lat - 2.81] for lon, lat in zone["geometry"]["coordinates"][0]]]
    server.ground["zones"]["features"].append(zone)
    title = wall.locator(".ssz-names h1")
    turns = ("สภ.เมืองมุกดาหาร", "สน.ลุมพินี")

    def next_turn() -> str:
        """Let the server's clock, by which the page goes, come to the next turn; whose turn it is."""
        now = now_ms() + server.ahead_ms
        server.ahead_ms += 61_000 - now % 60_000
        at = datetime.fromtimestamp((now_ms() + server.ahead_ms) / 1000, BANGKOK)
        expect(wall.locator(".ssz-now time")).to_have_text(re.compile(f"{at:%H:%M}"))
        return turns[(now // 60_000 + 1) % 2]

    def turn(name: str) -> None:
        if next_turn() != name:
            next_turn()
        expect(title).to_have_text(name)

    wall.goto(f"{server.url}?rotate=60")
    turn("สน.ลุมพินี")
    wall.wait_for_function(
        "() => window.__ssz.map?.raw && Math.abs(window.__ssz.map.raw.getCenter().lat - 13.73) < 0.1"
    )
    turn("สภ.เมืองมุกดาหาร")
    server.alarms = [alarm("a1")]
    server.send(alarms=server.alarms)
    expect(wall.locator(".ssz-turn")).to_have_attribute("data-held", "yes")
    for _ in range(3):
        next_turn()
        assert title.inner_text() == "สภ.เมืองมุกดาหาร"
    server.send(alarms=[alarm("a1", state="acknowledged", v=2, by="ร.ต.อ.สมชาย")])
    turn("สน.ลุมพินี")


def test_months_of_news_leave_no_elements_behind(wall: Page, server: FixtureServer) -> None:
    busy(server, 3)
    open_wall(wall, server)
    expect(wall.locator(".ssz-alarm")).to_have_count(3)
    expect(wall.locator(".ssz-pin")).to_have_count(3)
    expect(wall.locator(".ssz-figure-answered strong")).to_have_text("3/4")  # the last that is fetched
    count = "document.querySelectorAll('*').length"
    before = wall.evaluate(count)
    for i in range(60):
        one = alarm(f"n{i}", origin=f"B{i}")
        server.send(alarms=[one])
        server.send(alarms=[one | {"state": "closed", "v": 2}])
    server.send(units=[unit(f"2{i:02d}", 16.5450, 104.7260) for i in range(12)])
    expect(wall.locator(".ssz-alarm")).to_have_count(3)
    expect(wall.locator(".ssz-pin")).to_have_count(3)
    assert wall.evaluate(count) - before <= 12
