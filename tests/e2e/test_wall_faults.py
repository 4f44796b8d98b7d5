"""Rows 23 and 24 of the goal table, and row 16 as a page sees it, on an open wall in a real browser."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.e2e.recovery import PATIENCE_MS, fresh_data
from tests.e2e.screen import marked, open_wall, row, silent, sounds, untouched
from tests.fault.counts import took
from tests.fault.faketime import Clock
from tests.fault.ground import listening, prepare
from tests.fault.product import STATION, fresh
from tests.fault.publisher import Publisher
from tests.fault.scale import scaled
from tests.fault.viewer import cookie
from tests.fault.whole import ON_THE_WALL_S, Layout, Whole, whole
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.fault]

#: Age at which the page says that its data is old, in s: as shipped in the long form.
STALE_S = scaled(6, 15)

Start = Callable[..., Whole]


@pytest.fixture
def start(tmp_path: Path, sqlite_url: str, mosquitto: Mosquitto) -> Iterator[Start]:
    """Starts the product over one registered station; it ends with the test."""
    prepare(sqlite_url)
    with ExitStack() as stack:

        def make(layout: Layout = "embedded", clock: Clock | None = None, **settings: object) -> Whole:
            product = whole(tmp_path, sqlite_url, mosquitto.port, layout, **{"feed_stale_s": STALE_S, **settings})
            stack.callback(product.kill)
            product.start(**(clock.env if clock else {}))
            return product

        yield make


@pytest.fixture
def publisher(mosquitto: Mosquitto) -> Iterator[Publisher]:
    """The station's devices."""
    one = Publisher(mosquitto.port)
    yield one
    one.close()


def said_old(page: Page, since: float) -> None:
    """The band says in words that the data is old, in time."""
    expect(page.locator('[data-band="stale"]')).to_contain_text("ข้อมูลไม่เป็นปัจจุบัน")
    took("called old", time.monotonic() - since, 16)
    expect(page.locator(".ssz-light-data")).to_have_attribute("data-state", "stale")


def test_row_23_a_stopped_ingest_is_said_in_words_though_the_server_lives(
    wall: Page, start: Start, publisher: Publisher
) -> None:
    product = start("external")
    assert product.ingest
    listening(publisher, product.database_url)
    open_wall(wall, product.web.base, cookie(product.database_url))
    fresh_data(wall)
    marked(wall)
    product.ingest.kill()
    said_old(wall, time.monotonic())
    assert wall.locator(".ssz").get_attribute("data-link") == "up"
    product.ingest.start()
    fresh_data(wall)
    assert untouched(wall)


def steps(database_url: str, box: str) -> list[tuple[str, str, int]]:
    """(step, by whom, when) of a box's alarm, in order, through a fresh connection."""
    db = fresh(database_url)
    query = (
        "SELECT s.step, s.by, s.at FROM alarm_step s JOIN alarm a ON a.station = s.station AND a.id = s.alarm"
        " WHERE a.origin = :box ORDER BY s.version"
    )
    with db.read() as conn:
        rows = conn.execute(text(query), {"box": box}).all()
    db.close()
    return [(str(one[0]), str(one[1]), int(one[2])) for one in rows]


def red(page: Page) -> bool:
    """Whether the map's one pin stands on pixels of an open alarm."""
    pin = page.locator(".ssz-pin").bounding_box()
    if pin is None:
        return False
    x, y = pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] / 2
    around = {"x": x - 9, "y": y - 9, "width": 18, "height": 18}
    image = Image.open(io.BytesIO(page.screenshot(clip=around)))  # type: ignore[arg-type]
    colours = np.asarray(image.convert("RGB")).reshape(-1, 3)
    return bool(((colours[:, 0] > 150) & (colours[:, 1] < 90) & (colours[:, 2] < 110)).any())


def test_row_24_a_press_is_stored_drawn_sounded_escalated_and_answered(
    wall: Page, start: Start, publisher: Publisher
) -> None:
    product = start(escalate_s=scaled(4, 15), escalate_next_s=3600)
    listening(publisher, product.database_url)
    open_wall(wall, product.web.base, cookie(product.database_url))
    fresh_data(wall)
    light = wall.locator(".ssz-light-sound")
    expect(light).to_have_attribute("data-state", "blocked")
    wall.locator(".ssz-figures").click()
    expect(light).to_have_attribute("data-state", "on")
    silent(wall)
    began = time.monotonic()
    publisher.press(STATION, "B03", "in-need")
    expect(row(wall, "B03")).to_have_attribute("data-state", "raised")
    took("press drawn", time.monotonic() - began, ON_THE_WALL_S)
    expect(row(wall, "B03").locator(".ssz-place")).to_have_text("ตู้ B03")
    sounds(wall, PATIENCE_MS)
    wait_until(lambda: red(wall), 60, "the alarm on the map")
    wait_until(lambda: steps(product.database_url, "B03")[-1][0] == "escalate", 60, "the escalation")
    sounds(wall, PATIENCE_MS)
    row(wall, "B03").locator(".ssz-ack").click()
    expect(row(wall, "B03").locator(".ssz-state")).to_contain_text("tester")
    silent(wall)
    expect(light).to_have_attribute("data-state", "on")
    found = steps(product.database_url, "B03")
    assert [(step, by) for step, by, _ in found] == [
        ("raise", ""), ("escalate", "system"), ("acknowledge", "tester"),
    ]  # fmt: skip
    assert sorted(at for _, _, at in found) == [at for _, _, at in found]


def test_row_16_a_jump_of_the_servers_clock_is_no_old_data(
    wall: Page, start: Start, publisher: Publisher, tmp_path: Path
) -> None:
    clock = Clock(tmp_path)
    # No machine is so busy that its data is that old; after a jump it would be an hour.
    product = start(clock=clock, feed_stale_s=120)
    listening(publisher, product.database_url)
    open_wall(wall, product.web.base, cookie(product.database_url))
    fresh_data(wall)
    marked(wall)
    wall.evaluate(
        """() => { window.__old = 0; new MutationObserver(() => {
            window.__old += document.querySelectorAll('[data-band="stale"]').length
        }).observe(document.querySelector(".ssz-bands"), { childList: true, subtree: true }) }"""
    )
    clocks = wall.locator(".ssz-now time")
    for hours in (1, -1, 0):
        before = clocks.inner_text()[:2]
        clock.set(hours * 3600)
        expect(clocks).not_to_have_text(re.compile(f"^{before}:"))
        wall.wait_for_timeout(1_000)
    assert wall.evaluate("window.__old") == 0
    assert untouched(wall)
