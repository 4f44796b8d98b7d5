"""A feed that sends nonsense, or speaks another version: said in words on the map's page, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import FixtureServer, unit
from tests.e2e.looking import drawn_at, open_wall

pytestmark = pytest.mark.browser


def test_nonsense_is_counted_in_words_and_the_map_goes_on(wall: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    wall.evaluate("document.querySelector('canvas').mine = true")
    good = server.frame("delta", units=[unit("201", 16.5462, 104.7265)])
    noises: list[bytes | str] = [b"\x00\xff" * 40, good[:-7], "<html>502 Bad Gateway</html>"]
    for count, noise in enumerate(noises, 1):
        server.send_raw(noise)
        band = wall.locator('[data-band="nonsense"]')
        expect(band).to_contain_text(f"อ่านไม่ได้ ({count} ครั้ง)")
        # What the broken message was to tell is lost: the page asks for everything anew.
        wall.wait_for_function("document.querySelector('.ssz').dataset.link === 'up'", timeout=10_000)
        assert server.connects == count + 1
    server.send(units=[unit("201", 16.5470, 104.7265)])
    drawn_at(wall, "demo/201", 16.5470, 104.7265)
    expect(band).to_be_visible()
    assert wall.evaluate("document.querySelector('canvas').mine") is True


def test_a_page_of_another_version_loads_itself_again_once_and_then_says_so(
    wall: Page, server: FixtureServer
) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    server.other_version = "2"
    wall.goto(server.url)
    expect(wall.locator('[data-band="version"]')).to_contain_text("ไม่ตรงรุ่นกับเซิร์ฟเวอร์", timeout=10_000)
    wall.wait_for_timeout(2_000)
    assert server.pages == 2, "loaded again once"
    assert server.connects > 2, "and goes on asking"
    server.other_version = ""
    expect(wall.locator('[data-band="version"]')).to_have_count(0, timeout=10_000)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
