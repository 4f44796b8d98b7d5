"""The crime clock and before / after in a browser: a case is one in dial and map, by mouse and by key; axe finds
nothing grave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dashboard.access.sessions import COOKIE
from models.records.incident import IncidentReport
from store import incidents
from tests.app.serving import Product, clock
from tests.e2e.accessible import violations
from tests.e2e.screen import coarse
from tests.hotspot_sample import CODE, STATION, town
from tests.stores import new_store

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product on a store of its own, not started yet."""
    new_store(tmp_path / "ssz.db")
    running = Product(tmp_path)
    yield running
    running.stop()


def test_a_case_lights_up_on_dial_and_map_and_both_pages_hold_the_rules(chromium: Browser, product: Product) -> None:
    db = product.open_store()
    town(db, clock())
    today = datetime.now(UTC).replace(hour=5, minute=0, second=0, microsecond=0)
    with db.write() as tx:
        for number in range(3):
            begun = round((today - timedelta(days=400 * number, hours=number)).timestamp() * 1000)
            incidents.take(
                tx,
                IncidentReport(
                    STATION, "hand", f"k{number}", begun, "theft", begun, offence_group=1 + number % 3, lat=13.727,
                    lon=100.536 + number / 1000, place_quality="exact", found_by="victim", arrested=number == 0,
                ),
            )  # fmt: skip
    db.close()
    cookie = product.session().cookie
    product.start()
    context = coarse(chromium, 1280, 900)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{product.url}/clock?station={STATION}&zone={STATION}/{CODE}&period=7")
    pins = page.locator(".month:last-child .dial [data-case$='hand/k0']")
    expect(pins).to_have_count(1, timeout=PATIENCE_MS)
    pins.hover(force=True)
    expect(page.locator("[data-case$='hand/k0'].lit")).to_have_count(2)
    expect(page.locator(".ssz-clocks .told")).to_contain_text("จับกุมได้")
    # What enlarges or moves one map does it to both.
    boxes = "() => [...document.querySelectorAll('svg.ground')].map((one) => one.getAttribute('viewBox'))"
    [whole, same] = page.evaluate(boxes)
    assert whole == same
    page.locator(".month:first-child [data-tool=in]").click()
    [nearer, same] = page.evaluate(boxes)
    assert nearer == same
    assert float(nearer.split()[2]) == pytest.approx(float(whole.split()[2]) / 1.5)
    ground = page.locator(".month:last-child svg.ground")
    ground.scroll_into_view_if_needed()
    box = ground.bounding_box()
    assert box is not None
    x, y = box["x"] + 20, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    [moved, same] = page.evaluate(boxes)
    assert moved == same
    assert float(moved.split()[0]) < float(nearer.split()[0])
    page.locator(".month:last-child [data-tool=fit]").click()
    assert page.evaluate(boxes) == [whole, whole]
    page.locator(".month:last-child .ground [data-case]").first.focus()
    held = page.locator(".month:last-child .ground [data-case][aria-pressed=true]")
    page.keyboard.press("Enter")
    expect(held).to_have_count(1)
    expect(page.locator(".month:last-child .dial .lit")).to_have_count(1)
    expect(page.locator(".ssz-week td")).to_have_count(7 * 24 + 1)
    assert violations(page, ".ssz-clock") == []
    assert violations(page, ".ssz-week") == []
    page.goto(f"{product.url}/before-after?station={STATION}&zone={CODE}")
    expect(page.locator(".ssz-forest svg")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".ssz-ground .ring").first).to_be_attached()
    assert violations(page, "[data-testid=stMain]") == []
    context.close()
