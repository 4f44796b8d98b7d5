"""An SOS from publishing to its receipt, and to the row and the mark drawn on an open wall in a real browser."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from playwright.sync_api import Page

from benchmarks.blast import Blaster
from benchmarks.browser import alarm_pixels, chromium, on_screen, open_wall, painted, wall
from benchmarks.load import Outgoing
from benchmarks.receipts import Receipts
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from models.records.sos import SosBox
from models.town.town import STATION
from models.town.zone import CENTRE
from store import registers
from store.database import Database, open_database
from tests.fault.answering import close_alarm
from tests.fault.product import now_ms
from tests.servers import wait_until

NAME = "sos-wall"
RECEIPT_MS, DRAWN_MS = 1000.0, 2000.0

#: How long a press is waited for before it counts as a time-out, in s.
PATIENCE_S = 15.0

#: Red pixels that make a mark, of 400 looked at.
MARK = 150

#: (name, lat, lon)
Place = tuple[str, float, float]

#: Boxes of our own in the middle of the zone, away from the town's own boxes.
PLACES: list[Place] = [
    (f"bench-{i}-{j}", CENTRE[0] + (i - 1) * 0.0013 + 0.0004, CENTRE[1] + (j - 1) * 0.0013 + 0.0003)
    for i in range(3)
    for j in range(3)
]


@dataclass(frozen=True, slots=True)
class Times:
    """ms from publishing one press to each; infinite when it did not come."""

    puback: float
    receipt: float
    drawn: float
    pictured: float


def add_boxes(db: Database, places: Sequence[Place] = PLACES) -> None:
    """Put our boxes into the demo's station."""
    with db.write() as tx:
        found = [
            SosBox(station=STATION, box=name, name_th=f"ตู้ {name}", lat=lat, lon=lon) for name, lat, lon in places
        ]
        registers.put_boxes(tx, found, now_ms())


def press_of(box: str, name: str, at: int) -> tuple[Outgoing, str]:
    """A press of one of our boxes as it is sent, and the key of the alarm it raises."""
    key = f"{STATION}/box/{box}/{name}/{at}/press"
    alarm = hashlib.sha256(key.encode()).hexdigest()[:16]
    body = orjson.dumps({"id": name, "at": at, "kind": "press"})
    return (f"ssz/v1/{STATION}/sos/{box}/event", body), f"{STATION}/{alarm}"


def answered(page: Page, db: Database, alarm: str) -> None:
    """Close an alarm and wait until it has left the wall."""
    close_alarm(db, alarm.split("/")[1])
    wait_until(lambda: page.locator(f'[data-alarm="{alarm}"]').count() == 0, 20, "the alarm leaves the wall")


def one_press(page: Page, blaster: Blaster, receipts: Receipts, db: Database, number: int) -> Times:
    """Press, wait for everything, and clean up: the next press raises an alarm of its own."""
    box, lat, lon = PLACES[number % len(PLACES)]
    place = on_screen(page, lat, lon)
    assert alarm_pixels(page, *place) < MARK, "the place is red before the press"
    name = f"bench-{number}"
    message, alarm = press_of(box, name, now_ms())
    sent_ms = time.time() * 1000
    blaster.send([message])
    deadline = time.monotonic() + PATIENCE_S
    blaster.settle()
    row, mark = painted(page, alarm, PATIENCE_S)
    red = alarm_pixels(page, *place)
    pictured = time.time() * 1000 if red >= MARK else math.inf
    while name not in receipts.seen and time.monotonic() < deadline:
        time.sleep(0.005)
    receipt = (receipts.seen[name] - blaster.sent_ns[-1]) / 1e6 if name in receipts.seen else math.inf
    answered(page, db, alarm)
    puback = (blaster.acked_ns[-1] - blaster.sent_ns[-1]) / 1e6
    drawn = max(row, mark) - sent_ms if red >= MARK else math.inf
    return Times(puback, receipt, drawn, pictured - sent_ms)


def driving(page: Page, boxes: int) -> None:
    """Wait until the wall knows our boxes and the town drives."""
    page.wait_for_function("(n) => window.__ssz.state.boxes.size > n", arg=boxes, timeout=30_000)
    wait_until(lambda: page.evaluate("() => window.__ssz.state.units.size === 8"), 60, "the town drives", 0.2)


def all_presses(station: Station, number: int) -> list[Times]:
    """Every press, one after the other."""
    station.start()
    db = open_database(station.url)
    add_boxes(db)
    receipts = Receipts(station.broker.port, STATION)
    blaster = Blaster(station.broker.port, "bench-press")
    with chromium() as browser, wall(browser, station.web.base, station.cookie()) as page:
        open_wall(page, station.web.base)
        driving(page, len(PLACES))
        one_press(page, blaster, receipts, db, -1)  # the first of all warms up browser and product
        found = [one_press(page, blaster, receipts, db, turn) for turn in range(number)]
    kept = station.count("SELECT COUNT(*) FROM sos_event WHERE origin LIKE 'bench-%'")
    assert kept == number + 1, f"{kept} of {number + 1} presses stored"
    blaster.close()
    receipts.close()
    db.close()
    return found


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(220, 10)
    with rig.station(ground=False, demo=1) as station:
        found = all_presses(station, number)
    puback, receipt = [one.puback for one in found], [one.receipt for one in found]
    drawn, pictured = [one.drawn for one in found], [one.pictured for one in found]
    lines = [
        Line(
            "to the receipt", spread(receipt), spread(puback), f"p95 <= {RECEIPT_MS / 1000:.0f} s",
            percentile(receipt, 0.95) <= RECEIPT_MS,
        ),
        Line(
            "to row and mark drawn on the wall", spread(drawn), "", f"p95 <= {DRAWN_MS / 1000:.0f} s",
            percentile(drawn, 0.95) <= DRAWN_MS,
        ),
        Line("to a finished picture of the screen that shows it", spread(pictured)),
    ]  # fmt: skip
    samples: dict[str, object] = {
        "puback_ms": plain(puback), "receipt_ms": plain(receipt), "drawn_ms": plain(drawn),
        "pictured_ms": plain(pictured),
    }  # fmt: skip
    how = (
        f"The town drives on a real Mosquitto; {number} presses of boxes in the zone, one at a time, each an alarm "
        "of its own, closed afterwards. Drawn: the row of that very alarm and its mark on the map are painted (two "
        "animation frames after they are in the page), and a picture of the screen taken then shows at least "
        f"{MARK} of 400 pixels at the box in the red of an alarm, which they had not before; without them the press "
        "counts as never drawn. Bare limit: the broker's PUBACK. A press not seen within "
        f"{PATIENCE_S:.0f} s counts as never."
    )
    return Figure(NAME, "SOS publish to receipt, and to the wall", how, lines, samples)
