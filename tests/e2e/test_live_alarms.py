"""The SOS list and the siren, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import FixtureServer, alarm, now_ms
from tests.e2e.looking import open_wall
from tests.servers import wait_until

pytestmark = pytest.mark.browser


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
    assert first.startswith("1:")
    expect(row.locator(".ssz-clock")).not_to_have_text(first)
    server.send(alarms=[press | {"stored": True, "v": 2, "presses": 3}])
    expect(row.locator(".ssz-origin")).to_contain_text("กด 3 ครั้ง")
    expect(row.locator(".ssz-marks")).not_to_contain_text("ยังไม่บันทึก")
    assert row.evaluate("(node) => node.mine") is True
    expect(wall.locator(".ssz-pin")).to_have_count(1)
    server.send(alarms=[press | {"state": "closed", "v": 5}])
    expect(row).to_have_count(0)
    expect(wall.locator(".ssz-pin")).to_have_count(0)


def test_the_button_and_the_key_answer_and_the_focus_is_never_taken(wall: Page, server: FixtureServer) -> None:
    begun = now_ms()
    server.alarms = [alarm("a1", raised=begun - 9_000), alarm("a2", raised=begun - 5_000)]
    open_wall(wall, server)
    wall.locator('[data-alarm="demo/a2"] .ssz-ack').click()
    wall.keyboard.press("Shift+Tab")
    held = wall.evaluate("document.activeElement.closest('.ssz-alarm')?.dataset.alarm")
    server.send(alarms=[alarm("a0", raised=begun - 30_000), alarm("a9")])
    expect(wall.locator(".ssz-alarm")).to_have_count(4)
    assert wall.evaluate("document.activeElement.closest('.ssz-alarm')?.dataset.alarm") == held == "demo/a2"
    wait_until(lambda: server.acknowledged == [("a2", "token-1")], 60, "the answer")
    wall.evaluate("document.activeElement.blur()")
    expect(wall.locator(".ssz-list")).to_have_attribute("data-settled", "yes")  # the first has stood there to be read
    wall.keyboard.press("a")
    wait_until(lambda: server.acknowledged[1:] == [("a0", "token-1")], 60, "the answer")
    wall.wait_for_function("!document.querySelector('.ssz-ack:disabled')")
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
    wall.wait_for_function("window.__ssz.siren.level() > 0.02")
    normal = _loudness(wall)
    server.send(alarms=[alarm("a1", v=2, level=1)])
    wall.wait_for_function("(was) => window.__ssz.siren.level() > was * 1.5", arg=normal)
    light.click()
    expect(light).to_have_attribute("data-state", "off")
    wall.wait_for_function("window.__ssz.siren.level() < 0.001")
    light.click()
    expect(light).to_have_attribute("data-state", "on")
    wall.wait_for_function("window.__ssz.siren.level() > 0.02")
    server.send(alarms=[alarm("a1", v=3, state="acknowledged")])
    wall.wait_for_function("window.__ssz.siren.level() < 0.001")
    expect(light).to_have_attribute("data-state", "on")
