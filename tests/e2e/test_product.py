"""`make run` as a newcomer meets it: the printed link, a map that never blinks, a press on the wire that is seen and
answered, each screen in both languages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from dashboard.language import switch_path
from dashboard.words import Language, word
from models.town.town import STATION
from tests.e2e.screen import coarse, row
from tests.fault.product import ROOT
from tests.fault.publisher import Publisher
from tests.fault.scale import scaled
from tests.servers import free_port, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.broker]

PATIENCE_MS = 60_000

#: Screens by path, and a word each must show.
SCREENS = {
    "/": "live.figure_live",
    "/map": "nav.live_map",
    "/incidents": "nav.incidents",
    "/hotspots": "nav.hotspots",
    "/forecasts": "nav.forecasts",
    "/feeds": "nav.feeds",
    "/equipment": "nav.equipment",
}
LANGUAGES: tuple[Language, ...] = ("th", "en")

#: Opened at a screen's own address, Streamlit's page first asks for its server below it, is told 404, and finds it.
_PROBED = re.compile(r"/(map|incidents|hotspots|forecasts|feeds|equipment)/_stcore/(health|host-config)$")

_VIEW = "() => { const m = window.__ssz.map.raw, c = m.getCenter(); return [m.getZoom(), c.lng, c.lat] }"
_MARKS = "() => Object.fromEntries([...window.__ssz.state.units].map(([key, one]) => [key, [one.lat, one.lon]]))"

#: Whether two units at least are elsewhere than they were.
_MOVED = """(was) => Object.entries(was).filter(([key, [lat, lon]]) => {
    const one = window.__ssz.state.units.get(key)
    return one.lat !== lat || one.lon !== lon
}).length >= 2"""


class Run:
    """`serve.py` with the generated town, its own port, broker and folder; what it prints is kept."""

    def __init__(self, folder: Path) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SSZ_")}
        self.mqtt_port = free_port()
        env |= {
            "SSZ_DEMO": "1",
            "SSZ_REFIT": "external",
            "SSZ_PORT": str(free_port()),
            "SSZ_MQTT_PORT": str(self.mqtt_port),
        }
        env |= {"SSZ_DATA_DIR": str(folder), "SSZ_DATABASE_URL": f"sqlite:///{folder / 'ssz.db'}"}
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "serve.py"],
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line.rstrip("\n"))

    def output(self) -> str:
        """Everything it has written."""
        return "\n".join(self._lines)

    def link(self) -> str:
        """The sign-in link it prints."""
        wait_until(lambda: "Sign in: " in self.output(), 90, "the sign-in link")
        found = re.search(r"^Sign in: (\S+)$", self.output(), re.MULTILINE)
        assert found
        return found.group(1)

    def stop(self) -> int:
        """End it in order; its exit status."""
        self.process.terminate()
        status = self.process.wait(60)
        self._thread.join(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Run]:
    """The demo, started as a person starts it."""
    run = Run(tmp_path)
    yield run
    if run.process.poll() is None:
        run.process.kill()
        run.stop()


class Watched:
    """A page of which every request and every complaint is written down."""

    def __init__(self, browser: Browser) -> None:
        self.context = coarse(browser)
        self.page: Page = self.context.new_page()
        self.hosts: set[str] = set()
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._said)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("blob", "data"):
            self.hosts.add(parts.hostname or "")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBED.search(message.location.get("url", "")):
            self.wrong.append(f"{message.text} {message.location.get('url', '')}")


def drawn(page: Page) -> None:
    """Wait until the map has drawn."""
    expect(page.locator(".ssz")).to_have_attribute("data-idle", re.compile("[1-9]"), timeout=PATIENCE_MS)


@pytest.mark.timeout(600)  # some two dozen steps, each of which may take its time
def test_the_printed_link_leads_to_every_screen_and_a_map_that_never_blinks(chromium: Browser, demo: Run) -> None:
    seen = Watched(chromium)
    page = seen.page
    page.goto(demo.link())
    page.get_by_role("button").click()
    drawn(page)
    base = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    moving(page)
    pressed_and_answered(page, demo.mqtt_port)
    for language in LANGUAGES:
        page.goto(base + switch_path(language))
        for path, name in SCREENS.items():
            page.goto(base + path)
            shown(page, path)
            expect(page.get_by_text(word(name, language)).first).to_be_visible(timeout=PATIENCE_MS)
    assert seen.hosts == {"localhost"}
    assert seen.wrong == []
    seen.context.close()
    assert demo.stop() == 0
    assert "Traceback" not in demo.output()


def shown(page: Page, path: str) -> None:
    """Wait until a screen has what it is for."""
    if path in ("/", "/map"):
        drawn(page)
        return
    # A young town has no map of hotspots yet: then the page says so.
    what = (
        "[data-testid=stAlert]"
        if path in ("/hotspots", "/forecasts")
        else "[data-testid=stDataFrame], [data-testid=stMain] table"
    )
    expect(page.locator(what).first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def moving(page: Page) -> None:
    """For a while of updates the canvas, pan and zoom stay, and the units' marks move."""
    there = "() => window.__ssz.state.units.size === 8 && window.__ssz.map.raw !== null"
    page.wait_for_function(there, timeout=PATIENCE_MS)
    page.evaluate("document.querySelector('canvas').mine = true")
    zoom = page.evaluate("() => window.__ssz.map.raw.getZoom()")
    page.mouse.move(700, 600)
    page.mouse.down()
    page.mouse.move(760, 560, steps=4)
    page.mouse.up()
    page.mouse.wheel(0, -200)
    # The map has glided to its end: a wheel's step may come when the glide of the drag is over already.
    rested = """(was) => {
        const map = window.__ssz.map.raw, at = [map.getZoom(), ...map.getCenter().toArray()].join();
        if (at !== window.atRest?.at || map.isMoving()) window.atRest = { at, since: performance.now() };
        return map.getZoom() !== was && performance.now() - window.atRest.since > 2000;
    }"""
    page.wait_for_function(rested, arg=zoom, timeout=PATIENCE_MS)
    view, marks = page.evaluate(_VIEW), page.evaluate(_MARKS)
    told = "() => Number(document.querySelector('.ssz').dataset.frames)"
    frames = page.evaluate(told) + scaled(8, 600)
    page.wait_for_function(f"(least) => ({told})() >= least", arg=frames, timeout=scaled(60, 900) * 1000)
    assert page.evaluate(_VIEW) == view
    assert page.evaluate("document.querySelector('canvas').mine") is True
    assert page.evaluate("document.querySelectorAll('canvas').length") == 2
    page.wait_for_function(_MOVED, arg=marks, timeout=PATIENCE_MS)


def pressed_and_answered(page: Page, mqtt_port: int) -> None:
    """A box that is quiet is pressed, as the box itself does it: its row comes, is answered, and names who did."""
    boxes: list[str] = page.evaluate("() => [...window.__ssz.state.boxes.values()].map((one) => one.id).sort()")
    taken: list[str] = page.evaluate("() => [...window.__ssz.state.alarms.values()].map((one) => one.origin)")
    box = next(one for one in reversed(boxes) if one not in taken)
    publisher = Publisher(mqtt_port)
    publisher.press(STATION, box, "in-need")
    publisher.settle()
    publisher.close()
    raised = row(page, box)
    expect(raised).to_have_attribute("data-state", "raised", timeout=PATIENCE_MS)
    raised.locator(".ssz-ack").click()
    expect(raised).to_have_attribute("data-state", re.compile("acknowledged|assigned"), timeout=PATIENCE_MS)
    expect(raised.locator(".ssz-state")).to_contain_text("demo")  # whom the printed link lets in
