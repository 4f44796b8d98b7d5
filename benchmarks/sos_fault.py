"""Presses while the store takes nothing: each must be on an open wall all the same, and stored once it can be."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from playwright.sync_api import Page

from benchmarks.blast import Blaster
from benchmarks.browser import alarm_pixels_each, chromium, on_screen, open_wall, painted, wall
from benchmarks.receipts import Receipts
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from benchmarks.sos_wall import DRAWN_MS, MARK, PATIENCE_S, Place, add_boxes, answered, driving, one_press, press_of
from benchmarks.sos_wall import PLACES as WARM_UP
from models.town.town import STATION
from models.town.zone import CENTRE
from store.database import Database, open_database
from tests.fault.product import now_ms
from tests.servers import wait_until

#: A fault lasts at least so long, and a press comes so often, in s.
FAULT_S, EVERY_S = 30.0, 0.5

#: All must be stored this long after the end of the fault, in s.
STORED_S = 10.0

#: A box for each press of a fault, all in sight on the wall and clear of each other: eight rows of seven.
PLACES: list[Place] = [
    (f"bench-fault-{i}-{j}", CENTRE[0] + (i - 3.5) * 0.0011, CENTRE[1] + (j - 3) * 0.0028)
    for i in range(8)
    for j in range(7)
]

#: On when entered, off when left.
Fault = Callable[[Station], AbstractContextManager[None]]


@dataclass
class Found:
    """ms from publishing each press to PUBACK and to drawn (infinite: never); s from a fault's end to all stored."""

    puback: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    stored_s: list[float] = field(default_factory=list)


def _stored(station: Station) -> int:
    return station.count("SELECT COUNT(*) FROM sos_event WHERE origin LIKE 'bench-%' AND kind = 'press'")


def press_all(blaster: Blaster, turn: int, number: int) -> tuple[list[str], list[float]]:
    """The presses of one fault, at their pace whatever becomes of them: the alarms, and when each was sent (ms)."""
    found: list[str] = []
    sent: list[float] = []
    begin = time.monotonic()
    for n in range(number):
        time.sleep(max(0.0, begin + n * EVERY_S - time.monotonic()))
        message, alarm = press_of(PLACES[n][0], f"fault-{turn}-{n}", now_ms())
        sent.append(time.time() * 1000)
        blaster.send([message])
        blaster.settle()
        found.append(alarm)
    return found, sent


def reds(page: Page, number: int) -> list[int]:
    """Pixels in the red of an alarm at each of the first places; asked anew, for bands move the map."""
    return alarm_pixels_each(page, [on_screen(page, lat, lon) for _, lat, lon in PLACES[:number]])


def one_fault(station: Station, page: Page, blaster: Blaster, fault: Fault, turn: int, number: int) -> Found:
    """One fault with its presses; they are answered afterwards, so that the next finds a clean wall."""
    assert max(reds(page, number)) < MARK, "a place is red before its press"
    before, found = _stored(station), Found()
    with fault(station):
        begin = time.monotonic()
        pressed, sent = press_all(blaster, turn, number)
        shown = [max(painted(page, alarm, PATIENCE_S)) for alarm in pressed]
        red = reds(page, number)
        assert _stored(station) == before, "a press was stored: there was no fault"
        time.sleep(max(0.0, begin + FAULT_S - time.monotonic()))
    released = time.monotonic()
    acked = zip(blaster.sent_ns[-number:], blaster.acked_ns[-number:], strict=True)
    found.puback = [(there - here) / 1e6 for here, there in acked]
    wait_until(lambda: _stored(station) >= before + number, 60, "every press is stored", every_s=0.05)
    found.stored_s = [time.monotonic() - released]
    assert _stored(station) == before + number, "a press is stored twice"
    seen = zip(shown, sent, red, strict=True)
    found.drawn = [at - since if pixels >= MARK else math.inf for at, since, pixels in seen]
    db = open_database(station.url)
    _answer_all(page, db, pressed)
    db.close()
    return found


def _answer_all(page: Page, db: Database, pressed: list[str]) -> None:
    for alarm in pressed:
        answered(page, db, alarm)


def presses_under(station: Station, fault: Fault, turns: int, number: int) -> Found:
    """All faults, one after the other, on one wall."""
    station.start()
    db = open_database(station.url)
    add_boxes(db, [*WARM_UP, *PLACES])
    receipts = Receipts(station.broker.port, STATION)
    blaster = Blaster(station.broker.port, "bench-press")
    found = Found()
    with chromium() as browser, wall(browser, station.web.base, station.cookie()) as page:
        open_wall(page, station.web.base)
        driving(page, len(WARM_UP) + len(PLACES))
        one_press(page, blaster, receipts, db, -1)  # the first of all warms up browser and product
        for turn in range(turns):
            one = one_fault(station, page, blaster, fault, turn, number)
            found.puback += one.puback
            found.drawn += one.drawn
            found.stored_s += one.stored_s
    blaster.close()
    receipts.close()
    db.close()
    return found


def figure(rig: Rig, station: Station, fault: Fault, name: str, title: str, fault_in_words: str) -> Figure:
    """The figure of one kind of fault."""
    turns, number = rig.of(4, 1), rig.of(55, 6)
    found = presses_under(station, fault, turns, number)
    lines = [
        Line(
            "to row and mark drawn on the wall", spread(found.drawn), spread(found.puback),
            f"p95 <= {DRAWN_MS / 1000:.0f} s",
            percentile(found.drawn, 0.95) <= DRAWN_MS,
        ),
        Line(
            "end of the fault to the last press stored", f"worst {max(found.stored_s):.1f} s (n = {turns})", "",
            f"<= {STORED_S:.0f} s", max(found.stored_s) <= STORED_S,
        ),
    ]  # fmt: skip
    samples: dict[str, object] = {
        "puback_ms": plain(found.puback), "drawn_ms": plain(found.drawn), "stored_s": found.stored_s,
    }  # fmt: skip
    how = (
        f"{fault_in_words} {turns} times for {FAULT_S:.0f} s and more, the town driving on a real Mosquitto; each "
        f"time {number} presses of as many boxes in and round the zone, one every {EVERY_S} s whatever became of the "
        "one before. None of them was stored before the fault ended, all were afterwards, each once. Drawn as in "
        "`sos-wall`: the row of that very alarm is in the list and its mark on the map, two animation frames ago; a "
        f"picture of the screen before the end of the fault shows {MARK} of 400 pixels at the box in the red of an "
        "alarm, which they had not before the fault, else the press counts as never. A press not yet stored is shown "
        "after a second of grace: of the time, one second is that. Bare limit: the broker's PUBACK."
    )
    return Figure(name, title, how, lines, samples)
