"""Markup in every text the store can hold, shown on every page in a real browser: nothing of it becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text, update
from sqlmodel import SQLModel

import manage
from dashboard.access.sessions import COOKIE
from models.records.access import Kiosk
from models.records.account import Account
from models.records.alarm import Alarm, AlarmStep
from models.records.report import Report
from models.records.unit import Unit
from store import devices, hotspots
from store.database import Database, open_database
from store.rows import put, table_of
from tests.app.serving import ROOT, Product, clock
from tests.e2e.conftest import chromium  # noqa: F401 - a fixture
from tests.e2e.screen import coarse, insist
from tests.hotspot_sample import record_of_forecasts, row_of, sample, spot
from tests.stores import new_store

pytestmark = pytest.mark.browser

STATION = "mukdahan_example"
#: Markup, a closed attribute, a picture and a link as Markdown writes them. A browser that takes any of it for markup
#: makes an element with `data-xss`, asks `evil.example`, or runs the script.
PAYLOAD = (
    "<img data-xss src=x onerror=window.__xss=1><script data-xss>window.__xss=1</script>\"'><b data-xss>"
    "![p](https://evil.example/p.png)[l](javascript:window.__xss=1)"
)
#: The same for names that are part of an address or a topic, without their delimiters.
NAME = "<img data-xss src=x onerror=window.__xss=1>"

#: Table -> its columns of free text: what people, devices and other systems write.
FREE = {
    "alarm": ("place", "by", "detail", "shelved_by"),
    "account": ("name", "display"), "camera_point": ("name_th", "name_en", "owner", "note", "stream"),
    "checkpoint": ("name_th", "name_en", "beat"), "device": ("approved_by",), "device_key": ("label",),
    "incident": ("offence", "description", "status"), "kiosk": ("name",),
    "report": ("text", "contact"), "sos_box": ("name_th", "name_en", "fault"),
    "station": ("name_th", "name_en", "bureau", "province"), "unit": ("call_sign", "beat"),
    "web_session": ("name", "agent", "address"), "zone": ("name_th", "name_en"),
}  # fmt: skip

PATIENCE_MS = 60_000

#: Pages that show the payload, as text, whatever else they show.
SHOWING = frozenset({"wall", "desk", "map", "hotspots"})


def pages() -> list[str]:
    """The addresses of all screens, as the list of screens names them."""
    found = re.findall(r'url_path="([a-z-]+)"', (ROOT / "dashboard" / "navigation.py").read_text(encoding="utf-8"))
    assert len(found) > 6
    return found


def account(now: int) -> Account:
    """Somebody who may sign in."""
    return Account(
        id="a", name="a", skeleton="a", display="a", display_fold="a", role="viewer", issuer="local", subject="a",
        created_at=now,
    )  # fmt: skip


def fill(db: Database) -> None:
    """Rows of what is only heard, then markup in every free text of every table."""
    now = clock()
    alarm = Alarm(
        station=STATION, id="a-1", origin_kind="box", origin=NAME, state="raised", version=2, raised_at=now - 60_000,
        pressed_at=now - 60_000, last_at=now, lat=16.54, lon=104.72, changed_at=now,
    )  # fmt: skip
    note = AlarmStep(station=STATION, alarm="a-1", version=2, step="note", at=now, by=PAYLOAD, detail=PAYLOAD)
    report = Report(station=STATION, channel="line", id="r1", at=now, received_at=now, kind="emergency", text=PAYLOAD)
    with db.write() as tx:
        put(tx, table_of(Alarm), [alarm.model_dump()])
        put(tx, table_of(AlarmStep), [note.model_dump()])
        put(tx, table_of(Report), [report.model_dump()])
        put(tx, table_of(Unit), [Unit(station=STATION, unit=NAME, call_sign=PAYLOAD).model_dump()])
        devices.heard_unknown(tx, "osmand", PAYLOAD, now)
        devices.create_key(tx, PAYLOAD, now)
        kiosk = Kiosk(hash="k", name="k", stations="*", created_at=now, expires_at=now + 10**9)
        put(tx, table_of(Kiosk), [kiosk.model_dump()])
        put(tx, table_of(Account), [account(now).model_dump()])
        for name, columns in FREE.items():
            table = SQLModel.metadata.tables[name]
            text_of = {column: PAYLOAD[: getattr(table.columns[column].type, "length", None)] for column in columns}
            assert tx.conn.execute(update(table).values(text_of)).rowcount, name
    with db.write() as tx:
        code, polygon = tx.conn.execute(text("SELECT code, polygon FROM zone WHERE valid_to IS NULL")).one()
        ring = orjson.loads(polygon)["coordinates"][0]
        lon, lat = (sum(place[at] for place in ring) / len(ring) for at in (0, 1))
        one = spot(1, 2, 2, name=PAYLOAD, outline=polygon, lat=lat, lon=lon)
        hotspots.keep(tx, [row_of(sample(now - 3_600_000, hotspots=(one,)), STATION, code)])
    record_of_forecasts(db, now, STATION, "robbery", hits=5, naive=4)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, str]]:
    """A running product whose every text is markup, and the cookie of an administrator."""
    folder = tmp_path_factory.mktemp("hostile")
    new_store(folder / "ssz.db")
    product = Product(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSZ_DATABASE_URL", product.database_url)
        for kind in ("station", "zone", "box", "camera", "checkpoint", "unit"):
            ending = "geojson" if kind == "zone" else "csv"
            assert (
                manage.main(
                    [kind, "import", str(ROOT / "examples" / f"{kind}{'es' if kind == 'box' else 's'}.{ending}")]
                )
                == 0
            )
        assert manage.main(["import-incidents", str(ROOT / "examples/incidents.csv"), "--station", STATION]) == 0
    signed = product.session()
    db = open_database(product.database_url)
    fill(db)
    db.close()
    product.start()
    yield product, signed.cookie
    product.stop()


def markup(page: Page) -> dict[str, Any]:
    """What of the payload the browser took for markup."""
    return dict(
        page.evaluate(r"""() => ({
            elements: document.querySelectorAll("[data-xss]").length,
            ran: window.__xss ?? 0,
            links: [...document.querySelectorAll("a[href]")]
                .filter((a) => /^javascript:|evil\.example/i.test(a.href)).length,
            pictures: [...document.querySelectorAll("img")].filter((i) => i.src.includes("evil.example")).length,
        })""")
    )


def no_download(page: Page) -> None:
    """A table's own toolbar has no download, which would write cells as they are; the page has its own."""
    page.get_by_role("tab").first.click()
    table, toolbar = page.get_by_test_id("stDataFrame").first, page.get_by_role("button", name="Search").first

    def point() -> None:
        page.mouse.move(1, 1)
        table.hover()

    insist(point, toolbar.is_visible, "the table's toolbar")
    expect(page.get_by_role("button", name=re.compile("^Download as CSV"))).to_have_count(0)


def named_on_the_map(page: Page) -> None:
    """A hotspot's name and its tip stand on the map, with the payload in them as text."""
    plate = page.locator(".ssz-spotmap .plate")
    for part in (".name", "title"):
        expect(plate.locator(part)).to_contain_text("data-xss", timeout=PATIENCE_MS)


def test_no_text_becomes_markup_on_any_page(chromium: Browser, hostile: tuple[Product, str]) -> None:  # noqa: F811
    product, cookie = hostile
    context = coarse(chromium, 1000, 700)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda one: outside.append(one.url) if "localhost" not in one.url[:20] else None)
    clean = {"elements": 0, "ran": 0, "links": 0, "pictures": 0}
    db = open_database(product.database_url)
    with db.read() as conn:
        row = conn.execute(text("SELECT station, source, id FROM incident ORDER BY id LIMIT 1")).one()
    db.close()
    record = "incident?" + urlencode(dict(zip(("station", "source", "id"), row, strict=True)))
    for address in [*pages(), record]:
        page.goto(f"{product.url}/{address}")
        expect(page.get_by_test_id("stAppViewContainer")).to_be_visible(timeout=PATIENCE_MS)
        ready = page.locator(".ssz[data-idle], .ssz-desk h1, .ssz-deskpage").first
        expect(ready).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=PATIENCE_MS)
        if address in SHOWING:  # the feed may come after the map has drawn
            expect(page.locator("body")).to_contain_text("data-xss", use_inner_text=True, timeout=PATIENCE_MS)
        for tab in page.get_by_role("tab").all():
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
        assert markup(page) == clean, address
        if address == record:
            expect(page.locator(".ssz-table").first).to_contain_text("data-xss", timeout=PATIENCE_MS)
        if address == "equipment":
            no_download(page)
            more_pages_in_thai(page)
        if address == "hotspots":
            named_on_the_map(page)
            assert markup(page) == clean, "the map"
            assert "\\" not in page.locator("body").inner_text(), "text that was escaped twice"
    context.close()
    assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []
    assert set(pages()) >= SHOWING, "the text was there to be taken for markup"


def more_pages_in_thai(page: Page) -> None:
    """Where the list of pages has no room the word for the others is Thai; Streamlit's own is not seen."""
    one = page.get_by_test_id("stTopNavSection").locator("p")
    expect(one).to_have_css("font-size", "0px")
    assert one.evaluate("one => getComputedStyle(one, '::after').content") == '"หน้าอื่น ๆ"'


def test_a_page_that_fails_tells_nothing_of_the_program(chromium: Browser, hostile: tuple[Product, str]) -> None:  # noqa: F811
    product, cookie = hostile
    db = open_database(product.database_url)
    with db.write() as tx:
        tx.conn.execute(text("ALTER TABLE device_key RENAME TO gone"))
    db.close()
    context = chromium.new_context(locale="th-TH")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    page.goto(f"{product.url}/devices")
    failed = page.get_by_test_id("stAlert").first
    expect(failed).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("tab").last.click()
    expect(page.get_by_test_id("stAlert").last).to_be_visible(timeout=PATIENCE_MS)
    said = page.content()
    context.close()
    assert "device_key" in product.log.read_text()  # the log has all of it
    told = (
        "Traceback",
        "device_key",
        "sqlalchemy",
        "sqlite",
        r"File \"",
        r"/\w+\.py\b",
        re.escape(str(ROOT)),
        "no such table",
    )
    assert [found[0] for word in told for found in re.finditer(f".{{0,60}}{word}.{{0,60}}", said)] == []
