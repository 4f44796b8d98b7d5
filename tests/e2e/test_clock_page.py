"""The crime clock and before / after in a browser: a case is one in dial and map, by mouse and by key; axe finds
nothing grave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

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


_PART = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def runs_of(page: Page) -> list[bool]:
    """A list that grows with each run of a page's script that ends: whether it drew a part of the page alone."""
    runs: list[bool] = []

    def heard(frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            told = ForwardMsg.FromString(frame)
            if told.WhichOneof("type") == "script_finished":
                runs.append(told.script_finished == _PART)

    page.on("websocket", lambda socket: socket.on("framereceived", heard))
    return runs


def alone(page: Page, runs: list[bool], act: Callable[[], None]) -> None:
    """Act on a page that stands still, and see that the runs it brings draw a part of the page alone."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    before, until = len(runs), time.monotonic() + PATIENCE_MS / 1000
    act()
    while len(runs) == before and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert runs[before:], "nothing was drawn anew"
    assert all(runs[before:]), "the head and the list of pages were drawn anew"


def narrowed(page: Page, runs: list[bool]) -> None:
    """A change of the filter draws bar and views anew, both months, and nothing else of the page; and back."""
    marked = page.locator(".ssz-clock[data-mark]")
    before = str(marked.get_attribute("data-mark"))
    hour = page.get_by_role("button", name="ไม่ทราบชั่วโมงแน่ชัด")
    alone(page, runs, hour.click)
    expect(marked).not_to_have_attribute("data-mark", before)
    expect(page.locator(".ssz-clocks [data-case]")).to_have_count(0)
    page.wait_for_url(lambda asked: "hour=x" in asked)
    alone(page, runs, hour.click)
    expect(marked).to_have_attribute("data-mark", before)
    expect(page.locator(".month:last-child .dial [data-case$='hand/k0']")).to_have_count(1)


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
    runs = runs_of(page)
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
    narrowed(page, runs)
    assert violations(page, ".ssz-clock") == []
    assert violations(page, ".ssz-week") == []
    page.goto(f"{product.url}/before-after?station={STATION}&zone={CODE}")
    expect(page.locator(".ssz-forest svg")).to_be_visible(timeout=PATIENCE_MS)
    ring = page.locator(".ssz-ground .ssz-keys")
    expect(ring).to_contain_text("วงแหวน")
    page.get_by_role("combobox", name="วงแหวนรอบเขต").click()
    alone(page, runs, page.get_by_role("option", name="500 ม.").click)
    expect(ring).to_contain_text("500 ม.")
    expect(page.locator(".ssz-ground .ring").first).to_be_attached()
    assert violations(page, "[data-testid=stMain]") == []
    context.close()
