"""The live map page alone: its list beside the map, the filter, the keyboard, thousands of rows, accessibility."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessible import violations
from tests.e2e.fixture_server import FixtureServer, alarm, box, now_ms, unit
from tests.e2e.looking import click_at, drawn, drawn_at, open_wall

pytestmark = pytest.mark.browser

_NAMES = "[...document.querySelectorAll('.ssz-board .ssz-vrow:not([hidden])')].map((row) => [" \
    "Number(row.getAttribute('aria-posinset')), row.querySelector('strong').textContent])"  # fmt: skip
_DRAWN = "[...window.__ssz.map.fleet.marks.values()].filter((one) => !one.hidden).map((one) => one.key).sort()"


@pytest.fixture
def page(wall: Page, server: FixtureServer) -> Page:
    """The page of a dispatcher's desk, not opened yet."""
    server.more = {"mode": "live"}
    wall.set_viewport_size({"width": 1440, "height": 900})
    return wall


def names(page: Page) -> list[str]:
    """The rows in sight, from top to bottom."""
    found: list[list[Any]] = page.evaluate(_NAMES)
    return [name for _, name in sorted(found)]


def test_the_list_is_sorted_as_thai_readers_sort_and_by_state(page: Page, server: FixtureServer) -> None:
    calls = {"1": "สายตรวจ 10", "2": "สายตรวจ 9", "3": "แก้ว", "4": "กานดา", "5": "เขียว", "6": "ขาว"}
    old = {"6": 600_000}
    server.units = [unit(i, 16.546, 104.7265, call=call, at=now_ms() - old.get(i, 0)) for i, call in calls.items()]
    open_wall(page, server)
    page.wait_for_function(f"() => {_NAMES}.length === 6")
    assert names(page) == ["กานดา", "แก้ว", "เขียว", "สายตรวจ 9", "สายตรวจ 10", "ขาว"]
    row = page.locator(".ssz-board .ssz-vrow", has_text="ขาว")
    expect(row).to_have_attribute("data-state", "stale")
    expect(row).to_contain_text("พิกัดเก่า")
    expect(row.locator("time")).to_have_text("10 นาที")
    expect(page.locator(".ssz-board .ssz-vrow", has_text="กานดา")).to_contain_text("24 กม./ชม.")


def test_selected_in_the_list_is_selected_on_the_map_and_back(page: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265), unit("202", 16.5470, 104.7275)]
    server.boxes = [box("SOS-01", 16.5461, 104.7250)]
    open_wall(page, server)
    page.locator(".ssz-board .ssz-vrow", has_text="สายตรวจ 202").click()
    assert page.evaluate("window.__ssz.selection.key") == "unit/demo/202"
    expect(page.locator(".ssz-card")).to_contain_text("สายตรวจ 202")
    page.wait_for_function(
        """() => { const at = window.__ssz.map.raw.getCenter()
            return Math.abs(at.lat - 16.5470) < 1e-5 && Math.abs(at.lng - 104.7275) < 1e-5 }"""
    )
    drawn_at(page, "demo/201", 16.5460, 104.7265)  # where it is since the map was moved
    click_at(page, 16.5460, 104.7265)
    expect(page.locator('.ssz-vrow[aria-selected="true"]')).to_contain_text("สายตรวจ 201")
    page.evaluate("window.__ssz.selection.set('box/demo/SOS-01')")
    expect(page.locator('.ssz-vrow[aria-selected="true"]')).to_contain_text("SOS-01")


def test_one_filter_for_list_map_and_address(page: Page, server: FixtureServer) -> None:
    old = now_ms() - 600_000
    server.units = [
        unit("201", 16.5460, 104.7265), unit("202", 16.5470, 104.7275, at=old),
        unit("203", 16.5450, 104.7255, at=old, kind="motorcycle"), unit("301", 16.5450, 104.7250, at=old),
    ]  # fmt: skip
    open_wall(page, server)
    chip = page.locator('.ssz-chips [data-fresh="stale"]')
    expect(chip).to_have_text("พิกัดเก่า 3")
    chip.click()
    page.get_by_role("searchbox").fill("ตรวจ 20")
    expect(page.locator(".ssz-board .ssz-vrow:not([hidden])")).to_have_count(2)
    page.locator(".ssz-chips select").select_option("motorcycle")
    expect(page.locator(".ssz-board .ssz-vrow:not([hidden])")).to_have_count(1)
    page.wait_for_function(
        "() => location.search.includes('state=stale') && location.search.includes('kind=motorcycle')"
    )
    page.wait_for_function(f"() => ({_DRAWN}).join() === 'demo/203'")
    page.reload()
    page.wait_for_function(f"() => window.__ssz?.map?.fleet.marks.size === 4 && ({_DRAWN}).join() === 'demo/203'")
    page.wait_for_function(f"() => {_NAMES}.map(([, name]) => name).join() === 'สายตรวจ 203'")
    expect(page.get_by_role("searchbox")).to_have_value("ตรวจ 20")
    # A unit that comes to life leaves the filter by itself.
    server.send(units=[unit("203", 16.5450, 104.7255, kind="motorcycle")])
    expect(page.locator(".ssz-board .ssz-none")).to_have_text("ไม่พบรายการตามตัวกรอง")
    page.wait_for_function(f"() => ({_DRAWN}).length === 0")


def test_a_copied_link_opens_the_same_view(page: Page, server: FixtureServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    server.units = [unit("201", 16.5460, 104.7265), unit("202", 16.5470, 104.7275)]
    open_wall(page, server)
    page.get_by_role("searchbox").fill("202")
    page.locator(".ssz-tools button").first.click()
    page.wait_for_function("window.__ssz.url.view.camera !== null && !window.__ssz.map.raw.isMoving()")
    copy = page.locator(".ssz-copy")
    expect(copy).to_have_text("คัดลอกลิงก์")
    copy.click()
    expect(copy).to_have_text("คัดลอกแล้ว")
    link: str = page.evaluate("navigator.clipboard.readText()")
    assert "find=202" in link
    assert "map=16.5" in link
    page.goto(link)
    drawn(page)
    expect(page.get_by_role("searchbox")).to_have_value("202")
    assert page.evaluate("window.__ssz.url.address") == link
    # Served without HTTPS a page has no clipboard: the link is copied all the same.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy.click()
    expect(copy).to_have_text("คัดลอกแล้ว")


def test_two_thousand_units_by_keyboard_and_no_update_takes_the_focus(page: Page, server: FixtureServer) -> None:
    server.units = [unit(f"{i:04d}", 16.5440 + i % 50 * 1e-4, 104.7230 + i // 50 * 1e-4) for i in range(2_000)]
    page.goto(server.url)
    page.wait_for_function("() => window.__ssz?.state.units.size === 2000")
    expect(page.locator(".ssz-tabs button").first).to_have_text("สายตรวจ 2000")
    page.locator(".ssz-board .ssz-vlist").focus()
    for key in ("End", "PageUp", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("End")
    active = page.locator(".ssz-vlist [data-active=yes]")
    expect(active).to_contain_text("สายตรวจ 1999")
    expect(active).to_have_attribute("aria-setsize", "2000")
    assert active.get_attribute("id") == page.locator(".ssz-vlist").get_attribute("aria-activedescendant")
    rows = page.locator(".ssz-board .ssz-vrow").count()
    assert rows < 60
    for i in range(20):
        server.send(units=[unit(f"{j:04d}", 16.5450, 104.7260) for j in range(i * 100, i * 100 + 100)])
        server.send(alarms=[alarm(f"a{i}", origin=f"B{i}")])
    expect(page.locator(".ssz-alarm")).to_have_count(20)
    assert page.evaluate("document.activeElement.className") == "ssz-vlist"
    expect(active).to_contain_text("สายตรวจ 1999")
    page.keyboard.press("Enter")
    assert page.evaluate("window.__ssz.selection.key") == "unit/demo/1999"
    expect(page.locator(".ssz-board .ssz-vrow")).to_have_count(rows)


@pytest.mark.parametrize("mode", ["wall", "live"])
def test_no_serious_violation_of_the_accessibility_rules(page: Page, server: FixtureServer, mode: str) -> None:
    server.more = {"mode": mode}
    server.units = [unit("201", 16.5460, 104.7265), unit("202", 16.5470, 104.7275, at=now_ms() - 600_000)]
    server.boxes = [box("SOS-01", 16.5461, 104.7250), box("SOS-02", 16.5471, 104.7250, online=False)]
    server.alarms = [
        alarm("a1", marks=["unverified"], level=1),
        alarm("a2", origin="B2", state="acknowledged", by="ร.ต.อ.สมชาย"),
    ]
    open_wall(page, server)
    page.mouse.move(300, 300)
    page.mouse.move(320, 320)  # the hand on the mouse brings the buttons
    assert violations(page) == []
