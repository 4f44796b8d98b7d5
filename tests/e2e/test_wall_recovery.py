"""A wall that nobody touches comes back by itself: after the server was killed or stood still, after a sleep of its
own machine, after a pulled cable. What was pressed meanwhile is shown and sounds, and no mark goes backwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.recovery import OpenWall, opened, standing_still
from tests.fault.scale import scaled
from tests.fault.whole import whole
from tests.servers import Mosquitto
from tests.stores import new_store

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.fault]


#: Age at which the page says that its data is old, in s: as shipped in the long form.
STALE_S = scaled(6, 15)


@pytest.fixture(scope="module")
def wall(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenWall]:
    """The demo's wall, open behind a cable that can be cut: one for all tests, for it stays open for months."""
    folder: Path = tmp_path_factory.mktemp("recovery")
    url = new_store(folder / "ssz.db")
    with ExitStack() as stack:
        broker = Mosquitto(folder / "mosquitto")
        stack.callback(broker.stop)
        product = whole(folder, url, broker.port, "embedded", demo=1, feed_stale_s=STALE_S)
        stack.callback(product.kill)
        product.start()
        yield stack.enter_context(opened(chromium, product.web, url, broker.port, STALE_S))


@pytest.mark.parametrize("down_s", scaled([8], [2, 15, 60, 300]))
def test_row_22_after_a_kill_of_the_server_the_wall_comes_back(wall: OpenWall, down_s: float) -> None:
    with wall.back_after(f"{down_s} s of a killed server"):
        begun = time.monotonic()
        wall.web.kill()
        wall.press()
        if down_s > wall.stale_s:
            wall.called_old("server killed")
        wall.page.wait_for_timeout(max(0.0, begun + down_s - time.monotonic()) * 1000)
        wall.web.start()
        wall.web.wait()


def test_row_23_a_server_that_stands_still_is_called_old(wall: OpenWall) -> None:
    with wall.back_after("a server that stood still"):
        wall.web.pause()
        wall.press()
        wall.called_old("server stopped (SIGSTOP)")
        wall.web.resume()


@pytest.mark.parametrize("cut_s", scaled([12], [20, 60, 300]))
def test_row_23_a_pulled_cable_is_called_old_and_the_wall_comes_back(wall: OpenWall, cut_s: float) -> None:
    with wall.back_after(f"{cut_s} s of a pulled cable"):
        begun = time.monotonic()
        wall.proxy.swallow()
        wall.press()
        wall.called_old("cable pulled")
        wall.page.wait_for_timeout(max(0.0, begun + cut_s - time.monotonic()) * 1000)
        wall.proxy.heal(closing=False)  # nobody tells the page that its connections are dead


@pytest.mark.parametrize("asleep_s", scaled([3], [3, 60]))
@pytest.mark.parametrize("page_alone", [False, True], ids=["browser", "page"])
def test_a_wall_that_slept_is_of_now_at_once(wall: OpenWall, asleep_s: float, page_alone: bool) -> None:
    what = "page" if page_alone else "browser"
    with wall.back_after(f"{asleep_s} s of a {what} that slept"), standing_still(page_alone=page_alone):
        wall.press()
        time.sleep(asleep_s)  # nothing of the browser may be asked meanwhile
