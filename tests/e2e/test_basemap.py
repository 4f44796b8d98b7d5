"""The base map in a real browser: drawn under everything, named, credited, and asked of nobody but our own server."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from dashboard.access.sessions import COOKIE
from dashboard.basemap.shown import Basemap
from dashboard.words import word
from models.records.station import Station
from store import registers
from tests.app.serving import Product
from tests.basemap_files import MIDDLE, town_map
from tests.e2e.fixture_server import FixtureServer, unit
from tests.e2e.looking import coloured, drawn_at, open_wall
from tests.e2e.screen import coarse
from tests.e2e.screen import open_wall as open_product

pytestmark = pytest.mark.browser

#: A file with a row that can be taken, in the middle of the town, and one outside of the station's area.
HOSTILE = "<img src=https://tracker.example/x>"
ROWS = f"""id,occurred_at,offence,lat,lon
{HOSTILE},30/6/2565 11:00,ลักทรัพย์,{MIDDLE[1]},{MIDDLE[0]}
2,30/6/2565 11:00,ลักทรัพย์,18.8,99.0
"""
CREDIT = "ข้อมูลแผนที่: © OpenStreetMap contributors"
_SEEN = """(layer) => [...new Set(window.__ssz.map.raw.queryRenderedFeatures({ layers: [layer] })
    .flatMap((one) => [one.properties.name, one.properties.kind]))]"""
_ORDER = "window.__ssz.map.raw.getLayersOrder()"
_PARK = "#14241f"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town_map(tmp_path_factory.mktemp("basemap"))


def seen(page: Page, layer: str, wanted: str) -> None:
    """Wait until a layer of the base map shows this name or kind."""
    page.wait_for_function(f"([layer, wanted]) => ({_SEEN})(layer).includes(wanted)", arg=[layer, wanted])


def test_it_lies_under_everything_with_thai_names_and_its_credit(
    wall: Page, server: FixtureServer, built: Path
) -> None:
    server.basemap = Basemap(built, "© OpenStreetMap contributors")
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    seen(wall, "base-street", "minor")
    seen(wall, "base-highway-name", "ถนนสำราญชายโขงใต้")
    for name in ("สวนสาธารณะ", "มุกดาหาร"):
        seen(wall, "base-place", name)
    coloured(wall, 16.5440, 104.7231, tuple(bytes.fromhex(_PARK[1:])))
    expect(wall.locator(".ssz-credit")).to_have_text(CREDIT)
    expect(wall.locator(".ssz-mapnote")).to_be_hidden()
    order = wall.evaluate(_ORDER)
    base = [at for at, name in enumerate(order) if name.startswith("base-")]
    over = [order.index(name) for name in ("zone-line", "cameras", "boxes")]
    assert max(base) < min(over)
    # The registers' own streets are the same ones: drawn once. The unit stands above all of it.
    wall.wait_for_function("window.__ssz.map.raw.querySourceFeatures('streets').length > 0")
    wall.wait_for_function(f"() => ({_SEEN})('streets').length === 0")
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    wall.evaluate("window.rerun({ language: 'en' })")
    wall.wait_for_function("document.querySelector('.ssz-credit').textContent.startsWith('Map data')")
    name = "window.__ssz.map.raw.getLayoutProperty('base-place', 'text-field')"
    english = '["coalesce",["get","en"],["get","name"]]'
    wall.wait_for_function(f"(wanted) => JSON.stringify({name}) === wanted", arg=english)


def test_generated_streets_stay_above_a_base_map_and_need_no_credit(
    wall: Page, server: FixtureServer, built: Path
) -> None:
    open_wall(wall, server)
    expect(wall.locator(".ssz-credit")).to_be_hidden()
    server.basemap = Basemap(built, "")
    server.drop()  # asked again with the next connection
    seen(wall, "base-street", "minor")
    seen(wall, "streets", "residential")


def test_imported_streets_without_a_base_map_name_their_owner(wall: Page, server: FixtureServer) -> None:
    server.basemap = Basemap(None, "© OpenStreetMap contributors")
    open_wall(wall, server)
    expect(wall.locator(".ssz-credit")).to_have_text(CREDIT)
    seen(wall, "streets", "residential")


def test_a_file_that_cannot_be_used_is_said_and_the_map_is_not_blank(
    wall: Page, server: FixtureServer, tmp_path: Path
) -> None:
    (tmp_path / "town.pmtiles").write_bytes(b"\x89PNG\r\n")
    server.basemap = Basemap(tmp_path / "town.pmtiles", "")
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    expect(wall.locator(".ssz-mapnote")).to_have_text(
        "ไม่ใช้แผนที่ฐาน town.pmtiles เพราะไม่ใช่ไฟล์แผนที่ .pmtiles แต่ยังแสดงข้อมูลได้"
    )
    seen(wall, "streets", "residential")
    drawn_at(wall, "demo/201", 16.5460, 104.7265)


def test_tiles_that_are_torn_are_said_and_units_go_on(wall: Page, server: FixtureServer, built: Path) -> None:
    def tear(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.body()[:127] + bytes(max(0, len(answer.body()) - 127)))

    wall.route(re.compile(r"/tiles/basemap\.pmtiles"), tear)
    server.basemap = Basemap(built, "© OpenStreetMap contributors")
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    expect(wall.locator(".ssz-mapnote")).to_have_text(word("map.torn", "th"))
    server.send(units=[unit("201", 16.5470, 104.7270)])
    drawn_at(wall, "demo/201", 16.5470, 104.7270)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[Product]:
    """The whole product with a base map and a place to look at."""
    folder = tmp_path_factory.mktemp("product")
    running = Product(folder, {"SSZ_BASEMAP": str(built)})
    running.start()
    db = running.open_store()
    with db.write() as tx:
        town = Station(code="a", name_th="สถานี ก", name_en="A", lat=MIDDLE[1], lon=MIDDLE[0], plausible_km=50)
        registers.put_stations(tx, [town], 1)
    db.close()
    yield running
    running.stop()


def test_no_request_of_wall_and_analysis_map_leaves_for_another_host(chromium: Browser, product: Product) -> None:
    hosts: Counter[str] = Counter()
    tiles: Counter[str] = Counter()

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("blob", "data"):
            return
        hosts[parts.hostname or ""] += 1
        if parts.path.startswith("/tiles/"):
            tiles[Path(parts.path).suffix] += 1

    cookie = product.session().cookie
    context = coarse(chromium)
    try:
        context.on("request", lambda request: asked(request.url))  # those of workers too
        page = context.new_page()
        page.on("websocket", lambda socket: asked(socket.url))
        where = f"?map={MIDDLE[1]},{MIDDLE[0]},15"
        open_product(page, f"{product.url}/{where}", cookie)
        expect(page.locator(".ssz-credit")).to_have_text(CREDIT)
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some((one) => one.name.includes('.pmtiles'))"
        )
        with page.expect_response(
            lambda answer: answer.url.endswith(".mvt") or ".mvt?" in answer.url, timeout=60_000
        ):
            page.goto(f"{product.url}/incidents")
        expect(page.get_by_text(CREDIT)).to_be_visible(timeout=60_000)
        page.goto(f"{product.url}/imports")
        with page.expect_response(lambda answer: ".mvt?" in answer.url, timeout=60_000):
            page.locator("[data-testid=stFileUploader] input").set_input_files(
                {"name": "f.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
            )
        map_of_rows = page.get_by_test_id("stDeckGlJsonChart")
        tip = page.locator(".deck-tooltip")
        deadline = time.monotonic() + 60
        # The one good row is in the middle; its mark is there once the map has drawn, and the map may still move.
        while not any(HOSTILE in text for text in tip.all_inner_texts()) and time.monotonic() < deadline:
            map_of_rows.scroll_into_view_if_needed(timeout=60_000)
            middle = map_of_rows.bounding_box()
            if middle is not None:
                page.mouse.move(middle["x"] + 5, middle["y"] + 5)
                page.mouse.move(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2, steps=3)
            page.wait_for_timeout(300)
        expect(tip).to_contain_text(HOSTILE)
        assert tip.locator("img").count() == 0
        page.goto(f"{product.url}/feeds")
        expect(page.get_by_text("แผนที่ฐาน town.pmtiles: ซูม 5 ถึง 14")).to_be_visible(timeout=60_000)
    finally:
        context.close()
    assert tiles[".pmtiles"] > 0
    assert tiles[".json"] >= 2
    assert tiles[".mvt"] > 0
    assert dict(hosts) == {"localhost": hosts.total()}
    assert hosts.total() > 50


def test_nobody_gets_a_tile_without_a_session(product: Product) -> None:
    with product.client() as stranger, product.client(product.session("viewer").cookie) as guest:
        for path in ("/tiles/basemap.pmtiles", "/tiles/basemap.json", "/tiles/style.json", "/tiles/14/1/1.mvt"):
            assert stranger.get(path).status_code == 401
            assert guest.get(path).status_code in (200, 204)
        assert COOKIE not in stranger.cookies
