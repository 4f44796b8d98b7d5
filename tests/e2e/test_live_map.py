"""The live map component alone, in a real browser, fed frame by frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import FixtureServer, alarm, box, now_ms, unit
from tests.e2e.looking import drawn_at, near, open_wall, pixel
from tests.servers import wait_until

pytestmark = pytest.mark.browser

#: The colour of an available unit, from `tints.ts`.
AVAILABLE = (86, 180, 233)


def test_a_mark_is_drawn_at_its_place_and_moves_in_place(wall: Page, server: FixtureServer) -> None:
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    assert near(pixel(wall, 16.5460, 104.7265), AVAILABLE)
    wall.evaluate("document.querySelector('canvas').mine = true")
    for step in range(1, 9):
        server.send(units=[unit("201", 16.5460, 104.7265 + step * 0.0002)])
    drawn_at(wall, "demo/201", 16.5460, 104.7281)
    assert near(pixel(wall, 16.5460, 104.7281), AVAILABLE)
    assert not near(pixel(wall, 16.5460, 104.7265), AVAILABLE)
    assert wall.evaluate("document.querySelectorAll('canvas').length") == 1
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
    wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'down'", timeout=5_000, polling=50)
    wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'up'", timeout=10_000)
    assert server.connects == 2
    drawn_at(wall, "demo/201", 16.5460, 104.7265)


def test_a_silently_cut_link_says_so_by_the_pages_own_clock(wall: Page, server: FixtureServer) -> None:
    server.feed["stale_s"] = 6
    open_wall(wall, server)
    band = wall.locator('[data-band="stale"]')
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
    expect(band).to_have_count(0)
    server.silent = True
    began = now_ms()
    expect(band).to_contain_text("ข้อมูลไม่เป็นปัจจุบัน", timeout=9_000)
    assert 4_000 <= now_ms() - began <= 8_000
    frame = band.bounding_box()
    assert frame is not None
    assert frame["x"] <= 0
    assert frame["x"] + frame["width"] >= 1920
    # After ten seconds of silence the page takes the link for cut, and comes back on a new one.
    wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'down'", timeout=15_000, polling=50)
    server.silent = False
    expect(band).to_have_count(0, timeout=10_000)
    assert server.connects == 2


def test_a_machine_that_slept_takes_its_link_for_dead_though_its_steady_clock_stood_still(
    wall: Page, server: FixtureServer
) -> None:
    open_wall(wall, server)
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
    server.silent = True
    wall.evaluate("() => { const real = Date.now; Date.now = () => real() + 60_000 }")
    expect(wall.locator('[data-band="stale"]')).to_be_visible(timeout=3_000)
    # Long before ten seconds of silence.
    wait_until(lambda: server.connects == 2, 8, "a new link")
    server.silent = False
    expect(wall.locator('[data-band="stale"]')).to_have_count(0, timeout=10_000)


def test_a_dead_ingest_is_seen_though_the_link_lives(wall: Page, server: FixtureServer) -> None:
    server.feed["stale_s"] = 2
    open_wall(wall, server)
    server.beating = False
    expect(wall.locator('[data-band="stale"]')).to_be_visible(timeout=5_000)
    assert wall.locator(".ssz").get_attribute("data-link") == "up"


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
    server.units = [unit("201", 16.5460, 104.7265), unit("202", 16.5461, 104.7266, at=now_ms() - 60_000)]
    server.boxes = [box("SOS-01", 16.5461, 104.7250, online=False)]
    wall.goto(server.url)
    table = wall.locator(".ssz-plain")
    expect(table).to_contain_text("แสดงแผนที่ไม่ได้")
    expect(table).to_contain_text("สายตรวจ 202")
    expect(table).to_contain_text("พิกัดเก่า")
    expect(table).to_contain_text("ขาดการติดต่อ")
    server.send(alarms=[alarm("a1")])
    expect(wall.locator(".ssz-ack")).to_be_visible()


def test_old_and_lost_units_are_told_by_word_and_shape(wall: Page, server: FixtureServer) -> None:
    old = {"201": 5_000, "202": 60_000, "203": 900_000}
    server.units = [unit(name, 16.5445 + i * 0.0015, 104.7265, at=now_ms() - old[name]) for i, name in enumerate(old)]
    open_wall(wall, server)
    drawn_at(wall, "demo/203", 16.5475, 104.7265)
    wall.wait_for_function("() => window.__ssz.map.layer.labels.shown.length === 3")
    told: dict[str, list[str]] = wall.evaluate(
        """() => Object.fromEntries(window.__ssz.map.layer.labels.shown.map(
            ({ mark, name, word, age }) => [name, [mark.fresh, word, age]]))"""
    )
    assert told["สายตรวจ 201"].pop().endswith(" วิ")
    assert told == {
        "สายตรวจ 201": ["live", "ว่าง พร้อมปฏิบัติ · "],
        "สายตรวจ 202": ["stale", "พิกัดเก่า · ", "1 นาที"],
        "สายตรวจ 203": ["lost", "ขาดสัญญาณ GPS · ", "15 นาที"],
    }
