"""From the broker to the pixel: a unit moves, and its mark is at its new place in a real browser, among 500 units."""

from __future__ import annotations

import math
import time

import orjson
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks import fleet
from benchmarks.blast import Blaster
from benchmarks.browser import chromium, wall
from benchmarks.push import reading
from benchmarks.report import ENOUGH, Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from models.town.town import STATION
from tests.fault.product import now_ms
from tests.servers import wait_until

NAME = "broker-pixel"

#: p95 to reach, in ms.
MOST_MS = 500.0

#: Units that stand until it is their turn; the others drive all the time.
MOVERS = 240

#: A mark goes to a fix this long after the last one at once; after a shorter while it glides there.
STAND_S = 62.0

#: How long a mark is waited for before it counts as a time-out, in s.
PATIENCE_S = 10.0

#: Looks at a square of pixels after each frame the map draws: how it is at first, and when it is another. The time
#: is taken in the animation frame after the one that drew it: then it is out.
_WATCH = """() => {
    const map = window.__ssz.map.raw, canvas = map.getCanvas(), gl = canvas.getContext("webgl2")
    const watch = (window.__pixel = { at: null, before: null, seen: null })
    const look = () => {
        const ratio = canvas.width / canvas.clientWidth, data = new Uint8Array(9 * 9 * 4)
        const x = Math.round(watch.at[0] * ratio) - 4, y = canvas.height - Math.round(watch.at[1] * ratio) - 5
        gl.readPixels(x, y, 9, 9, gl.RGBA, gl.UNSIGNED_BYTE, data)
        return data
    }
    map.on("render", () => {
        if (watch.at === null || watch.seen !== null) return
        const now = look()
        if (watch.before === null) watch.before = now
        else if (now.filter((value, i) => Math.abs(value - watch.before[i]) > 40).length > 40) {
            watch.seen = 0
            requestAnimationFrame(() => { watch.seen = Date.now() })
        }
    })
}"""

_ARM = """(at) => {
    Object.assign(window.__pixel, { at, before: null, seen: null })
    window.__ssz.map.raw.triggerRepaint()
}"""


def grid(page: Page) -> tuple[list[tuple[float, float, float, float]], tuple[float, float, float, float]]:
    """Places (x, y, lat, lon) over the right half of the map, and the box (south, west, north, east) of its left."""
    size = page.evaluate(
        "() => { const c = window.__ssz.map.raw.getCanvas(); return [c.clientWidth, c.clientHeight] }"
    )
    wide, high = size
    spots = [
        (wide * (0.5 + 0.46 * column / 19), high * (0.1 + 0.8 * row / 11))
        for row in range(12)
        for column in range(20)
    ]
    find = "(all) => all.map((xy) => { const at = window.__ssz.map.raw.unproject(xy); return [at.lat, at.lng] })"
    places = page.evaluate(find, [*spots, (wide * 0.06, high * 0.9), (wide * 0.44, high * 0.15)])
    (south, west), (north, east) = places[-2:]
    return [(x, y, lat, lon) for (x, y), (lat, lon) in zip(spots, places, strict=False)], (south, west, north, east)


def one_move(
    page: Page, blaster: Blaster, number: int, place: tuple[float, float, float, float]
) -> tuple[float, float]:
    """ms from publishing to the pixel and to the PUBACK; infinite when it did not come."""
    x, y, lat, lon = place
    page.evaluate(_ARM, [x, y])
    page.wait_for_function("() => window.__pixel.before !== null", timeout=PATIENCE_S * 1000)
    sent_ms = time.time() * 1000
    blaster.send([(fleet.topic(STATION, number), fleet.fix(now_ms(), lat, lon))])
    blaster.settle()
    puback = (blaster.acked_ns[-1] - blaster.sent_ns[-1]) / 1e6
    try:
        seen = page.wait_for_function("() => window.__pixel.seen", timeout=PATIENCE_S * 1000).json_value()
    except PlaywrightTimeout:
        return math.inf, puback
    return float(seen) - sent_ms, puback


def moves(station: Station, number: int) -> list[tuple[float, float]]:
    """Every move, one after the other, while the other units drive."""
    station.start()
    fleet.register(station.url, STATION)
    blaster = Blaster(station.broker.port, "bench-move")
    with chromium() as browser, wall(browser, station.web.base, station.cookie()) as page:
        page.goto(station.web.base)
        page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=60_000)
        places, box = grid(page)
        south, west, _, _ = box
        at = now_ms()
        blaster.send((fleet.topic(STATION, one), fleet.fix(at, south, west)) for one in range(MOVERS))
        # Available: the middle of the mark is coloured.
        free = orjson.dumps({"at": at, "status": "available"})
        blaster.send((f"ssz/v1/{STATION}/unit/{fleet.name(one)}/status", free) for one in range(MOVERS))
        blaster.settle()
        began = time.monotonic()
        driving = ("benchmarks.fleet", "--port", station.broker.port, "--station", STATION, "--first", MOVERS)
        with reading(*driving, "--box", *box):
            wait_until(
                lambda: page.evaluate("() => window.__ssz.state.units.size") >= fleet.UNITS, 60, "all units", 0.5
            )
            page.evaluate(_WATCH)
            time.sleep(max(0.0, STAND_S - (time.monotonic() - began)))
            found = []
            for one in range(number):
                found.append(one_move(page, blaster, one, places[one]))
                page.wait_for_timeout(150 + 37 * (one % 11))  # at every phase of the pump
    blaster.close()
    return found


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(220, 12)
    with rig.station(ground=False, demo=1) as station:
        found = moves(station, number)
    pixel, puback = [one[0] for one in found], [one[1] for one in found]
    p95 = percentile(pixel, 0.95)
    enough = rig.quick or len(pixel) >= ENOUGH
    held = p95 <= MOST_MS and enough
    line = Line("publish to pixel", spread(pixel), f"PUBACK {spread(puback)}", f"p95 <= {MOST_MS:.0f} ms", held)
    how = (
        f"{fleet.UNITS} units on the wall of the demo's station in Chromium, {fleet.UNITS - MOVERS} of them driving "
        "with a fix a second. The others stand for a minute (a mark that was heard of less long ago glides to its "
        f"fix), then {number} of them move, one after the other, to an empty place of the map. Counted until the "
        "square of pixels there, read from the map's own buffer after each frame, is another, and the next animation "
        "frame has come. Bare limit: the broker's PUBACK."
    )
    samples: dict[str, object] = {"pixel_ms": plain(pixel), "puback_ms": plain(puback)}
    return Figure(NAME, "Broker to pixel among 500 units", how, [line], samples)
