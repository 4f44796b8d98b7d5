"""The incidents' page in a browser, one start: every view agrees, each narrows the others and gives back, by mouse
and by key; then a record, a change that two make at once, and a new incident with its pin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from dashboard.access.sessions import COOKIE
from models.formats.dates import thai_date
from models.incidents.changes import EDITABLE
from models.records.camera import CameraPoint
from models.records.incident import IncidentReport
from models.records.station import Station
from store import incident_changes, incidents, registers
from store.database import Database
from store.incident_changes import Key
from store.rows import values_of
from tests.app.serving import Product, clock
from tests.e2e.accessible import violations
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.screen import coarse, insist
from tests.stores import new_store

pytestmark = pytest.mark.browser

STATION, HOUR, DAY = "mueang_mukdahan", 3_600_000, 86_400_000
BANGKOK = ZoneInfo("Asia/Bangkok")
LAT, LON = 16.545, 104.725

_SUMS = """() => {
    const sum = (part) => [...document.querySelectorAll(`[data-part="${part}"] [data-n]`)]
        .reduce((so_far, one) => so_far + Number(one.dataset.n), 0)
    return Object.fromEntries(["hours", "offences", "calendar", "trend"].map((part) => [part, sum(part)]))
}"""
_SETTLED = """(before) => {
    const at = document.querySelector(".ssz-cases")?.dataset.settled
    return at && at !== before
}"""


def noon(now: int) -> int:
    """The last full day's noon of the local clock: cases round it are all in the past and on known days."""
    here = datetime.fromtimestamp(now / 1000, BANGKOK).replace(hour=12, minute=0, second=0, microsecond=0)
    return round(here.timestamp() * 1000) - DAY


def fill(db: Database) -> int:
    """Sixty cases of twenty days, six of them without a place and five without an hour; returns the newest noon."""
    base = noon(clock())
    with db.write() as tx:
        town = Station(code=STATION, name_th="สภ.เมืองมุกดาหาร", name_en="Mukdahan", lat=LAT, lon=LON)
        registers.put_stations(tx, [town], 1)
        registers.put_stations(tx, [Station(code="lumphini", name_th="สน.ลุมพินี", name_en="Lumphini")], 1)
        camera = CameraPoint(station=STATION, point="c1", name_th="กล้องหน้าตลาด", lat=LAT, lon=LON, total=4)
        camera.working, camera.linked, camera.status_at = 3, 2, base
        registers.put_cameras(tx, [camera], base)
        for n in range(60):
            at = base - n % 20 * DAY + n % 3 * HOUR
            place = (None, None) if n % 10 == 9 else (LAT + n % 7 * 0.002, LON + n % 5 * 0.002)
            report = IncidentReport(
                STATION, "file", f"no-{n}", at, "theft" if n % 3 else "assault", at, offence_group=2 if n % 3 else 1,
                occurred_to=at + DAY if n % 12 == 7 else None, lat=place[0], lon=place[1], found_by="victim",
                place_quality="none" if place[0] is None else "exact", description="แจ้งโดยผู้เสียหาย",
            )  # fmt: skip
            assert incidents.take(tx, report)
    return base


#: Press a button of that name where there is one, at once.
_PRESS = "(name) => [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === name)?.click()"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product on a store of its own, not started yet."""
    new_store(tmp_path / "ssz.db")
    running = Product(tmp_path)
    yield running
    running.stop()


def agreed(page: Page, before: str | None = None) -> int:
    """Wait until every view is of one answer (another than `before`); how many cases it holds."""
    page.wait_for_function(_SETTLED, arg=before, timeout=PATIENCE_MS)
    sums = page.evaluate(_SUMS)
    [total] = set(sums.values())
    drawn = int(str(page.locator(".ssz-cases canvas").get_attribute("data-n")))
    no_place = int(str(page.locator("[data-part=no_place] [data-n]").get_attribute("data-n")))
    assert drawn + no_place == total, "the map"
    listed = page.locator(".ssz-cases .leaf span").inner_text() if total else " · 0 เหตุ"
    assert re.search(rf"· {total:,} (เหตุ|incidents)$", listed), "the list"
    return int(total)


def settled(page: Page) -> str:
    return str(page.locator(".ssz-cases").get_attribute("data-settled"))


def test_all_views_agree_and_a_case_is_looked_up_changed_and_entered(chromium: Browser, product: Product) -> None:
    db = product.open_store()
    base = fill(db)
    cookie, stranger = product.session("chief").cookie, product.session("viewer", "lumphini").cookie
    product.start()
    context = coarse(chromium, 1280, 900)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    hosts: set[str] = set()
    page.on("request", lambda one: hosts.add(urlsplit(one.url).hostname or ""))
    views_agree(page, product.url)
    only_for_those_who_may(product, stranger)
    record_and_change(page, product.url, db)
    entered(page, product.url, base)
    english(page, product.url)
    context.close()
    assert hosts - {""} == {"localhost"}
    with db.read() as conn:
        did = set(conn.execute(text("SELECT action FROM audit")).scalars())
    assert {"saw.incident", "data.incident_edited", "data.incident_recorded"} <= did
    db.close()


def views_agree(page: Page, url: str) -> None:
    """A click in each view narrows all of them, stands in the address, and is taken back."""
    page.goto(f"{url}/incidents")
    assert agreed(page) == 60
    bucket = page.locator("[data-part=no_place] button")
    bucket.hover()
    expect(bucket).to_have_attribute("title", str(bucket.get_attribute("aria-label")))
    counts = {
        "[data-part=no_place] button": 6, "[data-part=hours] .bucket": 5,
        "[data-part=offences] [data-value=assault]": 20,
        "[data-part=calendar] [data-n='3'] >> nth=0": 3, "[data-part=hours] [data-narrow=weekday] >> nth=0": 0,
        ".rows tbody [data-narrow=group] >> nth=0": 0,
    }  # fmt: skip
    for where, expected in counts.items():
        before = settled(page)
        page.locator(f".ssz-cases {where}").click()
        found = agreed(page, before)
        assert found == expected or (expected == 0 and 0 < found < 60), where
        chip = page.locator(".ssz-cases .chip")
        expect(chip).to_have_count(1)
        page.wait_for_url(lambda asked: len(asked) > len(url) + 12)  # it stands in the address
        before = settled(page)
        chip.click()
        assert agreed(page, before) == 60
    # An area drawn round the lower half of the map by its corners, the first clicked again.
    canvas = page.locator(".ssz-cases .ground canvas")
    box = canvas.bounding_box()
    assert box is not None
    before = settled(page)
    page.locator("[data-tool=draw]").click()
    wide, high = box["width"], box["height"]
    corners = ((20, high / 2), (wide - 80, high / 2), (wide - 80, high - 20), (20, high - 20))
    for x, y in (*corners, corners[0]):
        canvas.click(position={"x": x, "y": y})
    inside = agreed(page, before)
    assert 0 < inside < 54, "some of those with a place"
    page.wait_for_url(re.compile("area="))
    before = settled(page)
    page.locator(".ssz-cases .chip").click()
    assert agreed(page, before) == 60
    # What the map shows, nearer, taken for the area.
    before = settled(page)
    for tool in ("in", "in", "view"):
        page.locator(f"[data-tool={tool}]").click()
    assert 0 < agreed(page, before) < 54
    before = settled(page)
    page.locator(".ssz-cases .chip").click()
    page.wait_for_function(_SETTLED, arg=before, timeout=PATIENCE_MS)
    page.locator("[data-tool=fit]").click()
    expect(canvas).to_have_attribute("data-n", "54", timeout=PATIENCE_MS)
    assert agreed(page) == 60
    # By key: from the first cell of the hours to its right neighbour's neighbour below, and chosen.
    cells = page.locator("[data-part=hours] [data-roving] [data-narrow]")
    cells.first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Home"):
        page.keyboard.press(key)
    expect(cells.first).to_be_focused()
    page.locator("[data-part=offences] [data-narrow=group]").first.focus()
    before = settled(page)
    page.keyboard.press("Enter")
    assert agreed(page, before) == 20
    expect(page.locator("[data-narrow=group]").first).to_be_focused()
    before = settled(page)
    page.keyboard.press("Enter")
    assert agreed(page, before) == 60
    first = page.locator(".ssz-cases .rows tbody tr").first
    words = first.inner_text()
    page.locator("[data-sort=offence]").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.locator("[data-page='1']").click()
    expect(page.locator(".ssz-cases .leaf")).to_contain_text("หน้า 2 จาก 3")
    expect(first).not_to_have_text(words, use_inner_text=True)
    assert violations(page, ".ssz-cases") == []


def only_for_those_who_may(product: Product, stranger: str) -> None:
    """The doors of map and list: nobody without a session, and of other stations nothing, whatever is asked for."""
    asked = f"period=365&station={STATION}"
    with product.client() as nobody, product.client(stranger) as other:
        for path in ("/cases/map", "/cases/rows"):
            assert nobody.get(f"{path}?{asked}").status_code == 401
            answer = other.get(f"{path}?{asked}")
            assert (answer.status_code, answer.json().get("n", answer.json().get("total"))) == (200, 0)
            assert other.get(f"{path}?{asked}&start=x").status_code == 400


def record_and_change(page: Page, url: str, db: Database) -> None:
    """The record with its camera; two who change it: the second is told, and history holds both."""
    name = Key(STATION, "file", "no-0")
    page.goto(f"{url}/incident?station={STATION}&source=file&id=no-0")
    expect(page.get_by_text("กล้องหน้าตลาด")).to_be_visible()
    expect(page.get_by_text("3 / 4")).to_be_visible()
    expect(page.get_by_text("แจ้งโดยผู้เสียหาย")).to_be_visible()
    page.get_by_role("button", name="แก้ไข").click()
    status = page.get_by_label("สถานะคดี")
    status.fill("ส่งอัยการ")
    status.press("Enter")
    with db.write() as tx:
        row = incident_changes.one(tx.conn, name)
        assert row is not None
        fields = {one: value for one, value in values_of(row).items() if one in EDITABLE} | {"arrested": True}
        assert incident_changes.edit(tx, name, 0, fields, "ผกก. สมศรี", clock())
    # If it is there still: the run that Enter asked for may have met the other one's change, and told of it.
    page.evaluate(_PRESS, "บันทึก")
    expect(page.get_by_text(re.compile("ยังไม่ได้บันทึก เพราะ ผกก. สมศรี"))).to_be_visible()
    page.get_by_role("button", name="บันทึกทับ").click()
    expect(page.get_by_text("บันทึกแล้ว", exact=True)).to_be_visible()
    with db.read() as conn:
        history = incident_changes.history(conn, name)
        row = incident_changes.one(conn, name)
    assert [(one.version, one.by) for one in history] == [(1, "ผกก. สมศรี"), (2, "tester")]
    assert row is not None
    assert (row.status, row.arrested) == ("ส่งอัยการ", True)  # the other one's change stays
    expect(page.get_by_text("ผกก. สมศรี").last).to_be_visible()
    assert violations(page, ".stMain") == []


def entered(page: Page, url: str, base: int) -> None:
    """A new incident: what is missing is said, the pin is put on the map, what may be the same is shown first."""
    page.goto(f"{url}/incident-entry?station={STATION}")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.get_by_text("ยังไม่ได้บันทึก มี 2 รายการที่ต้องแก้ไข")).to_be_visible()
    for label, words in (("วันที่เกิดเหตุ *", thai_date(base, BANGKOK)), ("เวลา", "12.00 น.")):
        field = page.get_by_label(label, exact=True)
        field.fill(words)
        field.press("Enter")
    offence = page.get_by_label("ฐานความผิด *")
    option = page.get_by_role("option", name="ทำร้ายร่างกาย").first

    def write() -> None:
        offence.click()
        offence.fill("ทำร้ายร่างกาย")

    insist(write, option.is_visible, "the offence in the list")
    option.click()
    canvas, latitude = page.locator(".ssz-cases canvas"), page.get_by_label("ละติจูด")

    expect(canvas).to_have_attribute("data-drawn", re.compile("[1-9]"))
    insist(canvas.click, lambda: latitude.input_value().startswith("16.54"), "the pin's place in the form")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.get_by_role("cell", name="no-0", exact=True)).to_be_visible()
    page.get_by_role("button", name="เป็นคนละเหตุ บันทึก").click()
    expect(page.get_by_text("บันทึกแล้ว", exact=True)).to_be_visible()
    page.wait_for_url(re.compile("source=entry"))
    expect(page.get_by_text("บันทึกครั้งแรก").first).to_be_visible()


def english(page: Page, url: str) -> None:
    """The same in English on a wide screen: the new case is counted by every view."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{url}/language/en")
    page.goto(f"{url}/incidents?source={quote('entry')}")
    assert agreed(page) == 1
    expect(page.locator(".ssz-cases h2").first).to_have_text("Hour and weekday")
    assert violations(page, ".ssz-cases") == []
