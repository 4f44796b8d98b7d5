"""An SOS from publishing to drawn and sounding on an open wall, while positions flood."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.blast import Blaster
from benchmarks.browser import alarm_pixels, chromium, on_screen, open_wall, painted, wall
from benchmarks.load import history_ms
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station, program, wait_for
from benchmarks.sos_flood import RATE
from benchmarks.sos_wall import DRAWN_MS, MARK, PATIENCE_S, PLACES, add_boxes, answered, press_of
from store.database import Database, open_database
from tests.fault.product import now_ms

NAME = "sos-wall-flood"
WORST_MS = 3000.0

#: How long the flood goes on for each press, in s; the figure is given up when that was too short.
_SPARE_S = 8.0

# The first moment of output since the page was told to listen; its state is the sound light's.
_LISTEN = """() => {
    window.__sounded = null
    clearInterval(window.__ear)
    window.__ear = setInterval(() => {
        const { siren } = window.__ssz
        if (siren.state !== "on" || siren.level() < 0.01) return
        window.__sounded = Date.now()
        clearInterval(window.__ear)
    }, 20)
}"""
_RAISED = "() => [...document.querySelectorAll('li.ssz-alarm[data-state=raised]')].map((row) => row.dataset.alarm)"
_QUIET = "() => window.__ssz.siren.state === 'on' && window.__ssz.siren.level() < 0.001"


@dataclass(frozen=True, slots=True)
class Times:
    """ms from publishing one press to each; infinite when it did not come."""

    puback: float
    drawn: float
    sounded: float


def one_press(page: Page, blaster: Blaster, db: Database, number: int) -> Times:
    """Press, wait for everything, and clean up: the next press raises an alarm of its own."""
    box, lat, lon = PLACES[number % len(PLACES)]
    place = on_screen(page, lat, lon)
    assert alarm_pixels(page, *place) < MARK, "the place is red before the press"
    for other in page.evaluate(_RAISED):  # the town has presses of its own
        answered(page, db, other)
    page.wait_for_function(_QUIET, timeout=PATIENCE_S * 1000)
    page.evaluate(_LISTEN)
    message, alarm = press_of(box, f"flood-{number}", now_ms())
    sent_ms = time.time() * 1000
    blaster.send([message])
    blaster.settle()
    row, mark = painted(page, alarm, PATIENCE_S)
    try:
        heard = page.wait_for_function("() => window.__sounded", timeout=PATIENCE_S * 1000).json_value()
    except PlaywrightTimeout:
        heard = math.inf
    red = alarm_pixels(page, *place)
    answered(page, db, alarm)
    puback = (blaster.acked_ns[-1] - blaster.sent_ns[-1]) / 1e6
    return Times(puback, max(row, mark) - sent_ms if red >= MARK else math.inf, float(heard) - sent_ms)


def flooded(station: Station, number: int) -> tuple[list[Times], float]:
    """Every press, one after the other; positions stored a second meanwhile."""
    station.start()
    station.listening()
    db = open_database(station.url)
    add_boxes(db)
    blaster = Blaster(station.broker.port, "bench-press")
    with chromium() as browser, wall(browser, station.web.base, station.cookie()) as page:
        open_wall(page, station.web.base)
        page.keyboard.press("Shift")  # a hand has been there: the sound is on
        page.wait_for_function("(n) => window.__ssz.state.boxes.size > n", arg=len(PLACES), timeout=30_000)
        seconds = number * _SPARE_S + 30
        options = ("--port", station.broker.port, "--rate", RATE, "--seconds", seconds)
        flood = program("benchmarks.blast", *options, "--first-ms", history_ms(int(seconds * RATE), now_ms()))
        wait_for(lambda: station.accepted() > RATE, 60, "the flood")
        one_press(page, blaster, db, -1)  # the first of all warms up browser and product
        found: list[Times] = []
        before, begun = station.accepted(), time.monotonic()
        while len(found) < number:
            assert flood.poll() is None, "the flood ended before the presses"
            found.append(one_press(page, blaster, db, len(found)))
        stored = (station.accepted() - before) / (time.monotonic() - begun)
    flood.terminate()
    flood.communicate(timeout=30)
    kept = station.count("SELECT COUNT(*) FROM sos_event WHERE origin LIKE 'bench-%'")
    assert kept == len(found) + 1, f"{kept} of {len(found) + 1} presses stored"
    blaster.close()
    db.close()
    return found, stored


def measure(rig: Rig) -> Figure:
    """The figure."""
    with rig.station(demo=1) as station:
        found, stored = flooded(station, rig.of(220, 8))
    puback = [one.puback for one in found]
    lines: list[Line] = []
    samples: dict[str, object] = {"puback_ms": plain(puback)}
    for what, name, times in (
        ("row and mark drawn", "drawn_ms", [one.drawn for one in found]),
        ("the siren gives sound", "sounded_ms", [one.sounded for one in found]),
    ):
        for share, most in ((0.95, DRAWN_MS), (0.99, WORST_MS)):
            held = percentile(times, share) <= most
            target = f"p{share * 100:.0f} <= {most / 1000:.0f} s"
            lines.append(Line(what, spread(times), spread(puback), target, held))
        samples[name] = plain(times)
    lines.append(Line("positions meanwhile", f"{RATE:,} msg/s offered by the clock, {stored:,.0f} msg/s stored"))
    samples["positions"] = {"offered": RATE, "stored": round(stored)}
    how = (
        f"{len(found)} presses of boxes in the town that drives, one at a time, each an alarm of its own, closed "
        f"afterwards, while a process of its own offers {RATE:,} positions a second of 484 units of another station; "
        "what the machine cannot take of them waits at the broker. "
        "One wall in Chromium (1920 x 1080, software WebGL). Drawn as in `sos-wall`; sounding: the "
        "running AudioContext has output, asked each 20 ms, silent before the press. Bare limit: the broker's "
        f"PUBACK. What is not there within {PATIENCE_S:.0f} s counts as never."
    )
    return Figure(NAME, "SOS publish to drawn and sounding on the wall, while positions flood", how, lines, samples)
