"""A wall left alone: opened once, its sound permitted once, and from then on watched from inside the page."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

import psutil
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from models.town.town import STATION
from store.database import Database, open_database
from tests.e2e.screen import coarse, loudness, marked, open_wall, row, sounds, untouched
from tests.fault.answering import close_alarm
from tests.fault.counts import took
from tests.fault.product import Web, now_ms
from tests.fault.proxy import Proxy
from tests.fault.publisher import Publisher
from tests.fault.viewer import cookie
from tests.servers import wait_until

#: What the goal table allows a wall to come back in, in s; a test's own patience is longer.
BACK_S, PATIENCE_MS = 10, 60_000

# By the page's own steady clock: when the last frame came, when the band of old data came up, and every unit whose
# fix became older than it was.
_WATCH = """() => {
    const root = document.querySelector(".ssz"), bands = root.querySelector(".ssz-bands")
    const seen = new Map(), watch = (window.__watch = { frame: performance.now(), old: null, back: [], looks: 0 })
    new MutationObserver(() => { watch.frame = performance.now() })
        .observe(root, { attributes: true, attributeFilter: ["data-frames"] })
    new MutationObserver(() => {
        const old = bands.querySelector('[data-band="stale"]') !== null
        if (old && watch.old === null) watch.old = performance.now() - watch.frame
    }).observe(bands, { childList: true, subtree: true })
    setInterval(() => {
        watch.looks += 1
        for (const [key, one] of window.__ssz.state.units) {
            const known = seen.get(key)
            if (known !== undefined && one.at < known) watch.back.push([key, known, one.at])
            seen.set(key, one.at)
        }
    }, 50)
}"""

_OF_NOW = """(since) => {
    const units = [...window.__ssz.state.units.values()]
    return units.length === 8 && units.every((one) => one.at > since)
}"""


@dataclass(frozen=True, slots=True)
class Return:
    """Seconds from the end of a fault until the wall showed what was pressed meanwhile, sounded, had data of now, and
    had a new fix of every unit."""

    shown: float
    sounded: float
    of_now: float
    every_unit: float


@dataclass
class OpenWall:
    """The demo's wall in a browser, behind a proxy, its sound on and nothing to sound for."""

    web: Web
    page: Page
    proxy: Proxy
    publisher: Publisher
    db: Database
    #: Age at which the page says that its data is old, in s.
    stale_s: float
    #: Every return of the wall, in order.
    returns: list[Return] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _pressed: list[str] = field(default_factory=list)

    def press(self) -> None:
        """Somebody presses a box, on the wire; not through the web server."""
        number = next(self._numbers)
        box = f"sos-{number % 12 + 1:02d}"
        self._pressed.append(box)
        self.publisher.press(STATION, box, f"recovery-{number}")

    @contextmanager
    def back_after(self, what: str) -> Iterator[None]:
        """A fault, over when the context ends: then the wall is back with data of now, shows every press, and sounds.

        Nothing of the page is touched; afterwards the alarms are closed, by somebody elsewhere.
        """
        self._pressed.clear()
        self._answer()
        self.page.evaluate("() => { window.__watch.old = null }")
        looks = self.page.evaluate("() => window.__watch.looks")
        yield
        over, over_ms = time.monotonic(), now_ms()

        def passed() -> float:
            return time.monotonic() - over

        for box in self._pressed:
            expect(row(self.page, box)).to_have_attribute("data-state", "raised", timeout=PATIENCE_MS)
        shown = passed()
        sounds(self.page, PATIENCE_MS)
        sounded = passed()
        fresh_data(self.page)
        of_now = passed()
        self.page.wait_for_function(_OF_NOW, arg=over_ms, timeout=PATIENCE_MS)
        self.returns.append(Return(shown, sounded, of_now, passed()))
        took(f"press shown after {what}", shown, BACK_S)
        took(f"sounds after {what}", sounded, BACK_S)
        took(f"data of now after {what}", of_now, BACK_S)
        took(f"every unit of now after {what}", self.returns[-1].every_unit)
        assert self._pressed
        assert untouched(self.page)
        assert self.page.evaluate("() => window.__watch.looks") > looks
        assert self.page.evaluate("() => window.__watch.back") == []
        assert self._open_alarms(self._pressed) == len(self._pressed)
        self._answer()

    def called_old(self, what: str) -> float:
        """The band says that the data is old; how many s after the last frame, by the page's own clock."""
        band = self.page.locator('[data-band="stale"]')
        expect(band).to_contain_text("ข้อมูลไม่เป็นปัจจุบัน", timeout=PATIENCE_MS)
        expect(self.page.locator(".ssz-light-data")).to_have_attribute("data-state", "stale")
        assert not self.page.get_by_text("Connection error").is_visible(), (
            "no window of Streamlit's own over the wall"
        )
        seconds = float(self.page.evaluate("() => window.__watch.old")) / 1000
        took(f"called old after the last frame, {what}", seconds, self.stale_s)
        return seconds

    def _open_alarms(self, boxes: list[str]) -> int:
        query = text("SELECT origin FROM alarm WHERE state <> 'closed'")
        with self.db.read() as conn:
            return sum(str(found[0]) in boxes for found in conn.execute(query))

    def _answer(self) -> None:
        """Close what is open, until the wall is silent: now and then the town presses a box of its own."""
        query = text("SELECT id FROM alarm WHERE state <> 'closed'")

        def silent_now() -> bool:
            with self.db.read() as conn:
                open_alarms = [str(found[0]) for found in conn.execute(query)]
            for alarm in open_alarms:
                close_alarm(self.db, alarm)
            return self.page.locator(".ssz-alarm").count() == 0 and loudness(self.page) < 0.001

        wait_until(silent_now, PATIENCE_MS / 1000, "a silent wall", every_s=0.2)


def fresh_data(page: Page) -> None:
    """Wait until the wall says that its data is of now, and no band says anything else."""
    expect(page.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh", timeout=PATIENCE_MS)
    expect(page.locator('[data-band="stale"]')).to_have_count(0)


@contextmanager
def opened(browser: Browser, web: Web, database_url: str, mqtt_port: int, stale_s: float) -> Iterator[OpenWall]:
    """The wall of a started product with the demo's town, all units driving, its sound permitted by one click."""
    proxy = Proxy(web.port)
    publisher = Publisher(mqtt_port)
    db = open_database(database_url)
    context = coarse(browser)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        open_wall(page, f"http://127.0.0.1:{proxy.port}", cookie(database_url))
        page.locator(".ssz-figures").click()
        expect(page.locator(".ssz-light-sound")).to_have_attribute("data-state", "on")
        fresh_data(page)
        page.wait_for_function(_OF_NOW, arg=0, timeout=PATIENCE_MS)
        marked(page)
        page.evaluate(_WATCH)
        yield OpenWall(web, page, proxy, publisher, db, stale_s)
    finally:
        context.close()
        proxy.close()
        publisher.close()
        db.close()
    assert wrong == []


@contextmanager
def standing_still(*, page_alone: bool = False) -> Iterator[None]:
    """This run's own browser stands still, every process of it, as when its machine sleeps.

    `page_alone`: the pages only. The browser goes on and keeps for them what comes, as for a page put to sleep; the
    DevTools' own way (`Page.setWebLifecycleState`) does nothing to a page that can be seen.
    """
    mine = _browser()
    found = [one for one, words in mine if not page_alone or "--type=renderer" in words]
    assert 0 < len(found) < len(mine) if page_alone else len(found) > 2
    _send(found, signal.SIGSTOP)
    try:
        wait_until(lambda: all(map(_stands, found)), 60, "a browser that stands")
        yield
    finally:
        _send(found, signal.SIGCONT)


def _browser() -> list[tuple[psutil.Process, list[str]]]:
    """Every process of this run's browser, and its command. It ends one now and then by itself."""
    found = []
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "chrom" in one.name():
                found.append((one, one.cmdline()))
    return found


def _send(processes: list[psutil.Process], number: signal.Signals) -> None:
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(number)


def _stands(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
