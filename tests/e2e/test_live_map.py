"""The live map component alone, in a real browser, fed frame by frame."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import FixtureServer, alarm, box, now_ms, unit

pytestmark = pytest.mark.browser

#: The colour of an available unit, from `look.ts`.
AVAILABLE = (86, 180, 233)


def open_wall(page: Page, server: FixtureServer) -> None:
    """Open the page and wait until the map has drawn."""
    page.goto(server.url)
    page.wait_for_function("Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=30_000)


def drawn_at(page: Page, key: str, lat: float, lon: float) -> None:
    """Wait until the map has drawn the unit's mark at the pixel of a place."""
    page.wait_for_function(
        """([key, lat, lon]) => {
            const map = window.__ssz.map.raw, at = map.project([lon, lat])
            return map.queryRenderedFeatures([[at.x - 3, at.y - 3], [at.x + 3, at.y + 3]], { layers: ["units"] })
                .some((one) => one.properties.id === key)
        }""",
        arg=[key, lat, lon],
        timeout=10_000,
    )


def pixel(page: Page, lat: float, lon: float) -> tuple[int, ...]:
    """The colour on the screen at a place."""
    at = page.evaluate(
        "([lat, lon]) => { const p = window.__ssz.map.raw.project([lon, lat]); return [p.x, p.y] }", [lat, lon]
    )
    frame = page.locator(".ssz-map").bounding_box()
    assert frame is not None
    image = Image.open(io.BytesIO(page.screenshot()))
    found = image.convert("RGB").getpixel((round(frame["x"] + at[0]), round(frame["y"] + at[1])))
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether two colours are the same but for smoothing."""
    return all(abs(a - b) <= 12 for a, b in zip(found, wanted, strict=True))


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
    wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'down'", timeout=5_000)
    wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'up'", timeout=10_000)
    assert server.connects == 2
    drawn_at(wall, "demo/201", 16.5460, 104.7265)


def test_a_press_is_a_row_of_its_own_with_a_running_clock(wall: Page, server: FixtureServer) -> None:
    open_wall(wall, server)
    expect(wall.locator(".ssz-none")).to_have_text("ไม่มีเหตุ SOS ค้างอยู่")
    press = alarm("p-77", raised=now_ms() - 65_000, marks=["unverified"], stored=False)
    server.send(alarms=[press])
    row = wall.locator('[data-alarm="demo/p-77"].ssz-alarm')
    expect(row.locator(".ssz-place")).to_have_text("หน้าตลาดอินโดจีน")
    expect(row.locator(".ssz-marks")).to_contain_text("ยังไม่บันทึก")
    expect(row.locator(".ssz-marks")).to_contain_text("ยังไม่ยืนยัน")
    expect(row.locator(".ssz-ack")).to_be_hidden()
    row.evaluate("(node) => { node.mine = true }")
    first = row.locator(".ssz-clock").inner_text()
    assert first.startswith("1:0")
    expect(row.locator(".ssz-clock")).not_to_have_text(first)
    server.send(alarms=[press | {"stored": True, "v": 2, "presses": 3}])
    expect(row.locator(".ssz-origin")).to_contain_text("กด 3 ครั้ง")
    expect(row.locator(".ssz-marks")).not_to_contain_text("ยังไม่บันทึก")
    assert row.evaluate("(node) => node.mine") is True
    assert wall.locator(".ssz-pin").count() == 1
    server.send(alarms=[press | {"state": "closed", "v": 5}])
    expect(row).to_have_count(0)
    expect(wall.locator(".ssz-pin")).to_have_count(0)


def test_the_button_and_the_key_answer_and_the_focus_is_never_taken(wall: Page, server: FixtureServer) -> None:
    server.alarms = [alarm("a1", raised=now_ms() - 9_000), alarm("a2", raised=now_ms() - 5_000)]
    open_wall(wall, server)
    wall.locator('[data-alarm="demo/a2"] .ssz-ack').click()
    wall.keyboard.press("Shift+Tab")
    held = wall.evaluate("document.activeElement.closest('.ssz-alarm')?.dataset.alarm")
    server.send(alarms=[alarm("a0", raised=now_ms() - 30_000), alarm("a9")])
    expect(wall.locator(".ssz-alarm")).to_have_count(4)
    assert wall.evaluate("document.activeElement.closest('.ssz-alarm')?.dataset.alarm") == held == "demo/a2"
    assert server.acknowledged == [("a2", "token-1")]
    wall.evaluate("document.activeElement.blur()")
    wall.keyboard.press("a")
    wall.wait_for_function("!document.querySelector('.ssz-ack:disabled')")
    assert server.acknowledged[1:] == [("a0", "token-1")]
    taken = alarm("a2", state="acknowledged", v=2, by="ร.ต.อ.สมชาย")
    server.send(alarms=[taken])
    row = wall.locator('[data-alarm="demo/a2"].ssz-alarm')
    expect(row.locator(".ssz-state")).to_have_text("รับแจ้งแล้ว โดย ร.ต.อ.สมชาย")
    expect(row.locator(".ssz-ack")).to_be_hidden()
    server.answer = 409
    wall.locator('[data-alarm="demo/a1"] .ssz-ack').click()
    expect(wall.locator('[data-alarm="demo/a1"] .ssz-said')).to_have_text("มีผู้รับแจ้งเหตุนี้แล้ว")


def _loudness(page: Page) -> float:
    """Loudest of several looks at what the loudspeaker is given."""
    levels = page.evaluate(
        """async () => { const seen = []
            const pause = () => new Promise((done) => setTimeout(done, 40))
            for (let i = 0; i < 12; i++) { seen.push(window.__ssz.siren.level()); await pause() }
            return seen }"""
    )
    return float(max(levels))


def test_the_siren_sounds_after_one_click_until_somebody_answers(wall: Page, server: FixtureServer) -> None:
    server.alarms = [alarm("a1")]
    open_wall(wall, server)
    light = wall.locator(".ssz-light-sound")
    expect(light).to_have_attribute("data-state", "blocked")
    wall.locator(".ssz-figures").click()
    expect(light).to_have_attribute("data-state", "on")
    wall.wait_for_function("window.__ssz.siren.level() > 0.02", timeout=5_000)
    normal = _loudness(wall)
    server.send(alarms=[alarm("a1", v=2, level=1)])
    wall.wait_for_function("(was) => window.__ssz.siren.level() > was * 1.5", arg=normal, timeout=5_000)
    light.click()
    expect(light).to_have_attribute("data-state", "off")
    wall.wait_for_function("window.__ssz.siren.level() < 0.001", timeout=5_000)
    light.click()
    expect(light).to_have_attribute("data-state", "on")
    wall.wait_for_function("window.__ssz.siren.level() > 0.02", timeout=5_000)
    server.send(alarms=[alarm("a1", v=3, state="acknowledged")])
    wall.wait_for_function("window.__ssz.siren.level() < 0.001", timeout=5_000)
    expect(light).to_have_attribute("data-state", "on")


def test_a_silently_cut_link_says_so_by_the_pages_own_clock(wall: Page, server: FixtureServer) -> None:
    server.feed["stale_s"] = 3
    open_wall(wall, server)
    band = wall.locator('[data-band="stale"]')
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
    expect(band).to_have_count(0)
    server.silent = True
    began = now_ms()
    expect(band).to_contain_text("ข้อมูลไม่เป็นปัจจุบัน", timeout=6_000)
    assert 1_500 <= now_ms() - began <= 5_500
    frame = band.bounding_box()
    assert frame is not None
    assert frame["width"] == 1920
    # After ten seconds of silence the page takes the link for cut, and comes back on a new one.
    wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'down'", timeout=15_000)
    server.silent = False
    expect(band).to_have_count(0, timeout=10_000)
    assert server.connects == 2


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
    found: list[dict[str, Any]] = wall.evaluate(
        "window.__ssz.map.raw.querySourceFeatures('units').map((one) => one.properties)"
    )
    seen = {one["call"]: (one["icon"], one["note"].split(" · ")[0]) for one in found}
    assert seen["สายตรวจ 201"] == ("unit-available-live", "ว่าง พร้อมปฏิบัติ")
    assert seen["สายตรวจ 202"] == ("unit-available-stale", "พิกัดเก่า")
    assert seen["สายตรวจ 203"] == ("unit-available-lost", "ขาดสัญญาณ GPS")
