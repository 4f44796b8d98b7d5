"""A kiosk link in a real browser on the whole product: to the wall, to nothing beside it, until it is revoked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.access.kiosk import kiosk_link
from dashboard.access.sessions import COOKIE
from dashboard.basemap.palette import Theme
from store import kiosks
from tests.app.serving import Product, clock
from tests.e2e.screen import coarse
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.broker]

PATIENCE_MS = 60_000
_CALLS = "() => [...window.__ssz.state.units.values()].map((one) => one.call)"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo as `make run` starts it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("kiosk")
    running = Product(folder, {"SSZ_DEMO": "1", "SSZ_INGEST": "embedded", "SSZ_MQTT_PORT": str(free_port())})
    running.start()
    yield running
    running.stop()


def link(product: Product, name: str, visitor: bool, theme: Theme | None = None) -> str:
    """A kiosk link as `manage.py kiosk create` prints it."""
    db = product.open_store()
    try:
        with db.write() as tx:
            return kiosk_link(kiosks.create_kiosk(tx, name, "*", clock(), 86_400_000, visitor=visitor), theme)
    finally:
        db.close()


def revoke(product: Product, name: str) -> None:
    """What `manage.py kiosk revoke` does."""
    db = product.open_store()
    try:
        with db.write() as tx:
            assert kiosks.revoke_kiosk(tx, name, clock())
    finally:
        db.close()


def known(page: Page) -> None:
    """Wait until the eight units of the demo are known."""
    page.wait_for_function("() => window.__ssz?.state.units.size === 8", timeout=PATIENCE_MS)


def test_a_kiosk_shows_the_wall_and_nothing_else_until_it_is_revoked(chromium: Browser, product: Product) -> None:
    context = coarse(chromium)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    opened = link(product, "hall", visitor=True, theme="day")
    secret = opened.partition("#")[2]
    page.goto(product.url + opened)
    known(page)
    assert page.url == f"{product.url}/?theme=day"
    expect(page.locator(".ssz")).to_have_attribute("data-theme", "day")
    assert [line for line in asked if secret in line.partition("#")[0] or secret in line.partition(" ")[2]] == []
    assert COOKIE not in page.evaluate("document.cookie"), "out of reach of scripts"
    expect(page.locator(".ssz-visitor")).to_have_text("โหมดผู้เยี่ยมชม")
    assert set(page.evaluate(_CALLS)) == {""}
    assert page.locator(".ssz-ack:visible").count() == 0
    assert page.locator(".ssz a").count() == 0
    for path in ("/incidents", "/feeds", "/map", "/api/v1/units"):
        answer = page.request.get(product.url + path)
        assert answer.status == 403, path
    # The page of the link was replaced, not left behind: there is nothing to go back to but the empty first page.
    assert page.evaluate("history.length") == 2

    revoke(product, "hall")
    page.wait_for_url("**/sign-in**")
    expect(page.get_by_text("สิ้นสุด")).to_be_visible()
    context.close()


def test_a_members_wall_is_a_visitors_at_a_switch(wall: Page, product: Product) -> None:
    wall.context.add_cookies([{"name": COOKIE, "value": product.session("dispatcher").cookie, "url": product.url}])
    wall.goto(f"{product.url}/?visitor=1")
    known(wall)
    assert set(wall.evaluate(_CALLS)) == {""}
    expect(wall.locator(".ssz-visitor")).to_be_visible()
    wall.goto(product.url)
    known(wall)
    assert "" not in wall.evaluate(_CALLS)
    expect(wall.locator(".ssz-visitor")).to_be_hidden()
