"""The running product in a real browser: one click signs in, no page breaks its content policy or asks outside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.app.serving import Product
from tests.e2e.conftest import chromium, wall  # noqa: F401 - fixtures
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.broker]

#: Reports every breach of the content policy where the test can read it.
_LISTEN = """window.__breaches = [];
document.addEventListener("securitypolicyviolation", (breach) => window.__breaches.push(
    `${breach.violatedDirective} ${breach.blockedURI} ${breach.sourceFile}:${breach.lineNumber}`))"""

PATIENCE_MS = 60_000


@pytest.fixture
def demo(tmp_path: Path) -> Any:
    """The demo, as `make run` starts it; yields the line it printed and itself."""
    settings = {"SSZ_DEMO": "1", "SSZ_INGEST": "embedded", "SSZ_MQTT_PORT": str(free_port())}
    product = Product(tmp_path, settings)
    line = product.start()
    yield line, product
    assert product.stop() == 0


def breaches(page: Page) -> list[str]:
    """Breaches of the content policy on the page that is open."""
    return list(page.evaluate("window.__breaches"))


def test_one_click_from_the_printed_link_to_the_wall_and_no_breach_on_any_page(
    demo: tuple[str, Product],
    wall: Page,  # noqa: F811
) -> None:
    line, product = demo
    assert line.startswith(f"Sign in: {product.url}/sign-in?link=")
    asked: set[str] = set()
    wall.on("request", lambda request: asked.add(request.url))
    wall.on("websocket", lambda socket: asked.add(socket.url))
    wall.add_init_script(_LISTEN)

    wall.goto(line.removeprefix("Sign in: "))
    assert breaches(wall) == []
    wall.get_by_role("button").click()
    expect(wall.get_by_role("heading", name="สภ.เมืองมุกดาหาร")).to_be_visible(timeout=PATIENCE_MS)
    # Not `wait_for_function`: that evaluates a string in the page, which the policy forbids.
    expect(wall.locator(".ssz")).to_have_attribute("data-idle", re.compile("[1-9]"), timeout=PATIENCE_MS)
    assert breaches(wall) == []
    for path, sign in (("/incidents", ".ssz-cases canvas"), ("/feeds", "[data-testid=stDataFrame]")):
        wall.goto(product.url + path)
        expect(wall.locator(sign).first).to_be_visible(timeout=PATIENCE_MS)
        assert breaches(wall) == []

    ours = (product.url, product.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []
