"""The crime clock and before / after in a browser: a case is one in dial and map, by mouse and by key; axe finds
nothing grave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.access.sessions import COOKIE
from models.records.incident import IncidentReport
from store import incidents
from tests.app.serving import Product, clock
from tests.e2e.accessible import violations
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.screen import coarse, insist
from tests.hotspot_sample import CODE, STATION, town
from tests.stores import new_store

pytestmark = pytest.mark.browser


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
    # Noon of the last day of last month: whatever day today is, that month is past, and whole.
    today = datetime.now(ZoneInfo("Asia/Bangkok")).replace(hour=12, minute=0, second=0, microsecond=0)
    noon = today.replace(day=1) - timedelta(days=1)
    month = f"period=days&from={noon:%Y-%m}-01&to={noon:%Y-%m-%d}"
    with db.write() as tx:
        for number in range(3):
            begun = round((noon - timedelta(days=400 * number, hours=number)).timestamp() * 1000)
            incidents.take(
                tx,
                IncidentReport(
                    STATION, "hand", f"k{number}", begun, "theft", begun, offence_group=1 + number % 3, lat=13.727,
                    lon=100.536 + number / 1000, place_quality="exact", found_by="victim", arrested=number == 0,
                ),
            )  # fmt: skip
        # At the same place as the first of them, an hour earlier.
        again = round((noon - timedelta(hours=1)).timestamp() * 1000)
        case = IncidentReport(
            STATION, "hand", "same", again, "theft", again, offence_group=2, lat=13.727, lon=100.536,
            place_quality="exact",
        )  # fmt: skip
        incidents.take(tx, case)
    db.close()
    cookie = product.session().cookie
    product.start()
    context = coarse(chromium, 1280, 900)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    runs = runs_of(page)
    page.goto(f"{product.url}/clock?station={STATION}&zone={STATION}/{CODE}&{month}")
    pins = page.locator(".month:last-child .dial [data-case$='hand/k0']")
    expect(pins).to_have_count(1)
    lit = page.locator("[data-case$='hand/k0'].lit")

    def point() -> None:
        page.mouse.move(1, 1)
        pins.hover(force=True)

    insist(point, lambda: lit.count() == 2, "the case lit on dial and map")
    expect(page.locator(".ssz-clocks .told")).to_contain_text("จับกุมได้")
    one, other = (page.locator(f".month:last-child .ground [data-case$='hand/{name}']") for name in ("k0", "same"))
    boxes_of = [pin.bounding_box() for pin in (one, other)]
    assert None not in boxes_of
    assert boxes_of[0] != boxes_of[1], "one hides the other"
    # What enlarges or moves one map does it to both.
    grounds = page.locator("svg.ground")
    expect(grounds).to_have_count(2)
    whole = str(grounds.first.get_attribute("viewBox"))
    expect(grounds.last).to_have_attribute("viewBox", whole)
    page.locator(".month:first-child [data-tool=in]").click()
    expect(grounds.first).not_to_have_attribute("viewBox", whole)
    nearer = str(grounds.first.get_attribute("viewBox"))
    expect(grounds.last).to_have_attribute("viewBox", nearer)
    assert float(nearer.split()[2]) == pytest.approx(float(whole.split()[2]) / 1.5)

    def drag() -> None:
        grounds.last.scroll_into_view_if_needed()
        box = grounds.last.bounding_box()
        assert box is not None
        x, y = box["x"] + 20, box["y"] + 20
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 40, steps=4)
        page.mouse.up()

    insist(drag, lambda: grounds.last.get_attribute("viewBox") != nearer, "a map that is dragged")
    moved = str(grounds.last.get_attribute("viewBox"))
    expect(grounds.first).to_have_attribute("viewBox", moved)
    assert float(moved.split()[0]) < float(nearer.split()[0])
    page.locator(".month:last-child [data-tool=fit]").click()
    expect(grounds.first).to_have_attribute("viewBox", whole)
    expect(grounds.last).to_have_attribute("viewBox", whole)
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
    expect(page.locator(".ssz-forest svg")).to_be_visible()
    ring = page.locator(".ssz-ground .ssz-keys")
    expect(ring).to_contain_text("วงแหวน")
    page.get_by_role("combobox", name="วงแหวนรอบเขต").click()
    alone(page, runs, page.get_by_role("option", name="500 ม.").click)
    expect(ring).to_contain_text("500 ม.")
    expect(page.locator(".ssz-ground .ring").first).to_be_attached()
    assert violations(page, "[data-testid=stMain]") == []
    context.close()
