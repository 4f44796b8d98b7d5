"""The hotspots' page in a browser: what it loads, and choosing on the map and in the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.hotspots_open import MARKS
from dashboard.access.sessions import COOKIE
from tests.app.serving import Product, clock
from tests.e2e.screen import coarse
from tests.hotspot_sample import STATION, town
from tests.stores import new_store

pytestmark = pytest.mark.browser

#: Streamlit's files of the library of maps, of the grid of data, and of Arrow's table.
_HEAVY = re.compile(
    r"/(DeckGlJsonChart|DataFrame|ArrowTable|Table|glide|mapbox|maplibre|webgl)[\w-]*\.", re.IGNORECASE
)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product on a store of its own, not started yet."""
    new_store(tmp_path / "ssz.db")
    running = Product(tmp_path)
    yield running
    running.stop()


def test_no_library_is_loaded_for_it_and_a_hotspot_is_chosen_by_mouse_and_by_key(
    chromium: Browser, product: Product
) -> None:
    db = product.open_store()
    town(db, clock())
    db.close()
    cookie = product.session().cookie
    product.start()
    chosen_from(chromium, product.url, cookie)


def chosen_from(chromium: Browser, url: str, cookie: str) -> None:
    """Open the page anew and choose."""
    context = coarse(chromium, 1280, 900)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.add_init_script(MARKS)
    page.goto(f"{url}/hotspots?station={STATION}")
    expect(page.locator(".ssz-hours")).to_be_visible()
    plates, rows = page.locator(".ssz-spotmap .plate"), page.locator(".ssz-table tbody tr[data-spot]")
    expect(plates).to_have_count(3)
    # What `benchmarks/hotspots_open.py` takes for the whole page is it.
    page.wait_for_function("() => window.__marks.told && window.__marks.mapped")
    assert sum("/static/js/" in one for one in asked) > 20
    assert [one for one in asked if _HEAVY.search(one)] == []
    expect(page.locator(".ssz-spotmap .scale")).to_have_text(re.compile(r"^[125]0* ม\.$"))
    expect(rows.nth(0)).to_have_class("chosen")

    svg = page.locator(".ssz-spotmap svg")
    whole = svg.get_attribute("viewBox")
    page.locator("[data-zoom=in]").click()
    expect(svg).not_to_have_attribute("viewBox", str(whole))
    near = str(svg.get_attribute("viewBox"))
    rows.nth(1).get_by_role("button", name="ซอยศาลาแดง").click()
    expect(page.get_by_role("heading", name="ลำดับที่ 2 ซอยศาลาแดง")).to_be_visible()
    expect(rows.nth(1)).to_have_class("chosen")
    expect(page.locator(".plate.chosen")).to_have_attribute("data-spot", "h2")
    expect(svg).to_have_attribute("viewBox", near)  # a choice moves no map
    page.locator(".plate[data-spot=h1]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ลำดับที่ 1 ถนนสีลม")).to_be_visible()
    page.locator("thead button", has_text="เหตุใน 365 วัน").click()  # the least first
    expect(rows.first).to_have_attribute("data-spot", "h3")
    page.locator("thead button", has_text="เหตุใน 365 วัน").click()
    expect(rows.first).to_have_attribute("data-spot", "h1")
    cluster = page.locator(".ssz-spotmap .clusters path")
    expect(cluster).to_be_hidden()
    page.get_by_role("checkbox", name="กลุ่มเหตุใน 365 วันที่ผ่านมา (1 กลุ่ม)").check()
    expect(cluster).to_be_visible()
    page.locator("[data-zoom=all]").click()
    expect(svg).to_have_attribute("viewBox", str(whole))
    page.wait_for_url(re.compile("spot=h1"))
    context.close()
