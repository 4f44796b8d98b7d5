"""From starting the product to the first live map, with the demo's data in place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, units_drawn, wall
from benchmarks.empty_page import EmptyPage
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig, Station, median
from tests.servers import wait_until

NAME = "cold-start"
MOST_S = 6.0


def seconds_to(start: Callable[[], None], answers: Callable[[], bool], drawn: Callable[[], None]) -> float:
    """Seconds from `start` until `drawn` returns."""
    begin = time.monotonic()
    start()
    wait_until(answers, 60, "the server answers", every_s=0.02)
    drawn()
    return time.monotonic() - begin


def answering(url: str) -> Callable[[], bool]:
    """Whether somebody answers there."""

    def answers() -> bool:
        try:
            return httpx.get(url, timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    return answers


def _first_map(page: Page, base: str) -> None:
    page.goto(base, wait_until="commit")
    units_drawn(page, 60_000)


def product_start(browser: Browser, station: Station, cookie: str) -> float:
    """One start of the product on a store that is there already; it is stopped afterwards."""
    web = station.web
    with wall(browser, web.base, cookie) as page:
        took = seconds_to(web.start, answering(f"{web.base}/healthz"), lambda: _first_map(page, web.base))
    web.stop()
    return took


def bare_start(browser: Browser, folder: Path) -> float:
    """One start of an empty Streamlit page, until its title is on the screen."""
    empty = EmptyPage(folder)
    with wall(browser, empty.base, "") as page:

        def drawn() -> None:
            page.goto(empty.base, wait_until="commit")
            page.wait_for_selector("h1", timeout=60_000)

        try:
            return seconds_to(empty.start, answering(empty.health), drawn)
        finally:
            empty.stop()


def measure(rig: Rig) -> Figure:
    """The figure."""
    times: list[float] = []
    bare: list[float] = []
    folder = rig.new_folder()
    with rig.station(ground=False, demo=1) as station, chromium() as browser:
        station.start()  # makes the town
        cookie = station.cookie()
        station.web.stop()
        for _ in range(rig.of(5, 2)):
            times.append(product_start(browser, station, cookie))
            bare.append(bare_start(browser, folder))
    lines = [
        Line(
            "start to first live map", f"median {median(times):.1f} s, worst {max(times):.1f} s",
            f"median {median(bare):.1f} s (an empty Streamlit page)", f"<= {MOST_S:.0f} s", median(times) <= MOST_S,
        )
    ]  # fmt: skip
    how = (
        f"{len(times)} starts of `serve.py` with the demo's town and incidents in the store, Mosquitto running, the "
        "browser open with an empty cache: from starting the process to a drawn map with units in it. "
        f"The machine had {psutil.virtual_memory().available / 2**30:.0f} GB free; the programs' files were in the "
        "page cache from the second start on."
    )
    return Figure(NAME, "Start to first live map, cold", how, lines, {"seconds": times, "bare_s": bare})
