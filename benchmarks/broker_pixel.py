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

#: Colour of the middle of an available unit's mark, from `tints.ts`.
AVAILABLE = (86, 180, 233)

#: Reads a square of pixels back in the first frame after it was asked to, and in each frame in which the unit's mark
#: says it is there: reading holds the GPU up, so no more often. The time is taken in the animation frame after the
#: one that has the mark's colour in it: then it is out.
_WATCH = """(colour) => {
    const map = window.__ssz.map, { layer } = map, { canvas } = layer.overlay
    const watch = (window.__pixel = { key: null, at: null, empty: null, seen: null })
    const coloured = (gl, [x, y]) => {
        const ratio = canvas.width / canvas.clientWidth, data = new Uint8Array(9 * 9 * 4)
        const left = Math.round(x * ratio) - 4, bottom = canvas.height - Math.round(y * ratio) - 5
        gl.readPixels(left, bottom, 9, 9, gl.RGBA, gl.UNSIGNED_BYTE, data)
        let found = 0
        for (let i = 0; i < data.length; i += 4)
            if (colour.every((wanted, c) => Math.abs(data[i + c] - wanted) < 20)) found += 1
        return found > 40
    }
    layer.watched = (gl) => {
        const { key, at, empty, seen } = watch
        if (at === null || seen !== null) return
        if (empty === null) return void (watch.empty = !coloured(gl, at))
        const place = map.where(key)
        if (place === null || Math.hypot(place.x - at[0], place.y - at[1]) > 3 || !coloured(gl, at)) return
        watch.seen = 0
        requestAnimationFrame(() => { watch.seen = Date.now() })
    }
}"""

_ARM = """([key, at]) => {
    Object.assign(window.__pixel, { key, at, empty: null, seen: null })
    window.__ssz.map.again()
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
    page.evaluate(_ARM, [f"{STATION}/{fleet.name(number)}", [x, y]])
    page.wait_for_function("() => window.__pixel.empty === true", timeout=PATIENCE_S * 1000)
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
        # Before the ground is there the map shows the whole country: no place of that is the unit's next one.
        page.wait_for_function("() => window.__ssz.map.raw.getZoom() > 10", timeout=60_000)
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
            page.evaluate(_WATCH, AVAILABLE)
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
        "square of pixels there, read back from the canvas of the marks and empty before, has the mark's colour, and "
        "the next animation frame has come. Bare limit: the broker's PUBACK."
    )
    samples: dict[str, object] = {"pixel_ms": plain(pixel), "puback_ms": plain(puback)}
    return Figure(NAME, "Broker to pixel among 500 units", how, [line], samples)
