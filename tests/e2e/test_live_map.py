"""The live map component alone, in a real browser, fed frame by frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import FixtureServer, alarm, box, now_ms, unit
from tests.e2e.looking import coloured, drawn_at, near, open_wall, pixel
from tests.servers import wait_until

pytestmark = pytest.mark.browser

#: The colour of an available unit, from `tints.ts`.
AVAILABLE = (86, 180, 233)

#: The clock that goes on in a sleep jumps by a minute, and the steady one stands still until the link is taken for
#: dead: by that one's ten seconds of silence it never would be.
_SLEEP = """() => {
    const real = Date.now, steady = performance.now.bind(performance), stood = steady()
    const root = document.querySelector(".ssz")
    new MutationObserver(() => { if (root.dataset.link === "down") performance.now = steady })
        .observe(root, { attributes: true, attributeFilter: ["data-link"] })
    performance.now = () => stood
    Date.now = () => real() + 60_000
}"""

_TOLD = """() => Object.fromEntries(window.__ssz.map.layer.labels.shown.map(
    ({ mark, name, word, age }) => [name, [mark.fresh, word, age]]))"""


def test_a_mark_is_drawn_at_its_place_and_moves_in_place(wall: Page, server: FixtureServer) -> None:
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    coloured(wall, 16.5460, 104.7265, AVAILABLE)
    wall.evaluate("document.querySelector('canvas').mine = true")
    for step in range(1, 9):
        server.send(units=[unit("201", 16.5460, 104.7265 + step * 0.0002)])
    drawn_at(wall, "demo/201", 16.5460, 104.7281)
    coloured(wall, 16.5460, 104.7281, AVAILABLE)
    assert not near(pixel(wall, 16.5460, 104.7265), AVAILABLE)
    assert wall.evaluate("document.querySelectorAll('canvas').length") == 2, "the ground, and the marks above it"
    assert wall.evaluate("document.querySelector('canvas').mine") is True
    outside = [
        url for url in asked if not url.startswith((server.url, server.url.replace("http", "ws"), "blob:", "data:"))
    ]
    assert outside == []


def test_reruns_and_frames_keep_canvas_pan_and_zoom(wall: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    wall.evaluate("document.querySelector('canvas').mine = true")
    wall.mouse.move(600, 600)
    wall.mouse.down()
    wall.mouse.move(700, 520, steps=4)
    wall.mouse.up()
    wall.get_by_role("button", name="ขยาย").click()
    where = "(() => { const m = window.__ssz.map.raw; return [m.getZoom(), m.getCenter().lng, m.getCenter().lat] })()"
    wall.wait_for_function("!window.__ssz.map.raw.isMoving()")
    before = wall.evaluate(where)
    for _ in range(5):
        wall.evaluate("window.rerun()")
        server.send(units=[unit("201", 16.5461, 104.7266)])
    server.send("snapshot", units=[unit("201", 16.5462, 104.7267)])
    drawn_at(wall, "demo/201", 16.5462, 104.7267)
    assert wall.evaluate(where) == before
    assert wall.evaluate("document.querySelector('canvas').mine") is True
    assert wall.locator(".ssz").count() == 1
    wall.evaluate("window.leave()")
    assert wall.locator("canvas").count() == 0


def test_a_reconnect_is_by_itself_and_old_frames_move_nothing_back(wall: Page, server: FixtureServer) -> None:
    newest = now_ms()
    server.units = [unit("201", 16.5460, 104.7265, at=newest)]
    open_wall(wall, server)
    server.units = [unit("201", 16.5480, 104.7255, at=newest - 60_000)]
    server.drop()
    wait_until(lambda: server.connects >= 2, 60, "a new link")
    expect(wall.locator(".ssz")).to_have_attribute("data-link", "up")
    drawn_at(wall, "demo/201", 16.5460, 104.7265)


def test_a_silently_cut_link_says_so_by_the_pages_own_clock(wall: Page, server: FixtureServer) -> None:
    server.feed["stale_s"] = 6
    open_wall(wall, server)
    band = wall.locator('[data-band="stale"]')
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
    expect(band).to_have_count(0)
    server.silent = True
    beat = server.feed["beat"]
    # Measured in the moment it is seen: it goes again with the new link.
    left, right = wall.wait_for_function(
        """() => {
            const band = document.querySelector('[data-band="stale"]')
            if (!band?.textContent.includes("ข้อมูลไม่เป็นปัจจุบัน")) return null
            const { left, right } = band.getBoundingClientRect()
            return [left, right]
        }"""
    ).json_value()
    # The page never runs ahead of the server's clock: it knows it from frames that took their time to come.
    assert now_ms() - beat >= 5_500, "not before it is old"
    assert left <= 0
    assert right >= 1920
    # After ten seconds of silence the page takes the link for cut, and comes back on a new one.
    wait_until(lambda: server.connects >= 2, 60, "a new link")
    server.silent = False
    expect(band).to_have_count(0)


def test_a_machine_that_slept_takes_its_link_for_dead_though_its_steady_clock_stood_still(
    wall: Page, server: FixtureServer
) -> None:
    open_wall(wall, server)
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
    server.silent = True
    wall.evaluate(_SLEEP)
    expect(wall.locator('[data-band="stale"]')).to_be_visible()
    wait_until(lambda: server.connects >= 2, 60, "a new link")
    server.silent = False
    expect(wall.locator('[data-band="stale"]')).to_have_count(0)


def test_a_dead_ingest_is_seen_though_the_link_lives(wall: Page, server: FixtureServer) -> None:
    server.feed["stale_s"] = 2
    open_wall(wall, server)
    server.beating = False
    expect(wall.locator('[data-band="stale"]')).to_be_visible()
    expect(wall.locator(".ssz")).to_have_attribute("data-link", "up")


def test_bands_say_what_is_wrong(wall: Page, server: FixtureServer) -> None:
    server.feed |= {"broker": "demo", "demo": True, "storage": "full"}
    open_wall(wall, server)
    expect(wall.locator('[data-band="demo-broker"]')).to_have_text("โบรกเกอร์สาธิต ห้ามใช้งานจริง")
    expect(wall.locator('[data-band="demo"]')).to_have_text("ข้อมูลจำลอง")
    expect(wall.locator('[data-band="storage"]')).to_contain_text("พื้นที่จัดเก็บเต็ม")
    server.feed |= {"broker": "down", "storage": "ok"}
    expect(wall.locator('[data-band="broker"]')).to_be_visible()
    expect(wall.locator('[data-band="storage"]')).to_have_count(0)


def test_without_webgl_there_is_a_list_and_alarms_still_come(wall: Page, server: FixtureServer) -> None:
    wall.add_init_script(
        """const real = HTMLCanvasElement.prototype.getContext
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
            return kind.startsWith("webgl") ? null : real.call(this, kind, ...more)
        }"""
    )
    server.units = [unit("201", 16.5460, 104.7265), unit("202", 16.5461, 104.7266, at=now_ms() - 600_000)]
    server.boxes = [box("SOS-01", 16.5461, 104.7250, online=False)]
    wall.goto(server.url)
    table = wall.locator(".ssz-plain")
    expect(table).to_contain_text("แสดงแผนที่ไม่ได้")
    expect(table).to_contain_text("สายตรวจ 202")
    expect(table).to_contain_text("พิกัดเก่า")
    expect(table).to_contain_text("ขาดการติดต่อ")
    expect(table.locator("em").filter(has_text="ใกล้")).to_have_count(2)  # places in words, not in degrees
    server.send(alarms=[alarm("a1")])
    expect(wall.locator(".ssz-ack")).to_be_visible()


def test_old_and_lost_units_are_told_by_word_and_shape(wall: Page, server: FixtureServer) -> None:
    server.feed |= {"live_s": 90, "lost_s": 300}
    old = {"201": 2_000, "202": 121_000, "203": 901_000}
    open_wall(wall, server)
    units = [unit(name, 16.5445 + i * 0.0015, 104.7265, at=now_ms() - old[name]) for i, name in enumerate(old)]
    server.send(units=units)
    wall.wait_for_function(f"() => Object.keys(({_TOLD})()).length === 3")
    told: dict[str, list[str]] = wall.evaluate(_TOLD)
    assert told["สายตรวจ 201"].pop().endswith((" วิ", "1 นาที"))
    assert told == {
        "สายตรวจ 201": ["live", "ว่าง พร้อมปฏิบัติ · "],
        "สายตรวจ 202": ["stale", "พิกัดเก่า · ", "2 นาที"],
        "สายตรวจ 203": ["lost", "ขาดสัญญาณ GPS · ", "15 นาที"],
    }
