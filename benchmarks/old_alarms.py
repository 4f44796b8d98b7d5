"""A store with years of closed alarms in it, each with its history; and some that are open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import orjson
from sqlalchemy import insert

from benchmarks.load import BOXES, LAT, LON, STATION
from models.alarms.life import State, Step
from models.records.alarm import AlarmNow
from models.records.sos import EventKind, Signal
from store.alarms import Place, raise_or_join
from store.alarms.rows import ALARM, STEP, columns_of
from store.database import Database
from tests.fault.product import now_ms

#: From one closed alarm to the next, in ms: 50,000 of them reach back three years.
EACH_MS = 30 * 60_000

_PIECE = 2_000


def closed_alarm(number: int, at: int) -> AlarmNow:
    """A closed alarm of the station, raised at a moment."""
    box = BOXES[number % len(BOXES)]
    return AlarmNow(
        station=STATION, id=f"old-{number:06d}", origin_kind="box", origin=box, kind="sos", state=State.CLOSED,
        version=3, raised_at=at, pressed_at=at, last_at=at, presses=1, marks="unverified", place=f"ตู้ {box}",
        lat=LAT, lon=LON, level=0, by="bench", assigned="", outcome="helped", changed_at=at + 300_000,
    )  # fmt: skip


def _lines(alarm: AlarmNow) -> Iterator[dict[str, object]]:
    """As the store writes them: each with the alarm as it was left."""
    body = orjson.dumps(columns_of(alarm)).decode()
    whole = (("raise", "", State.RAISED), (Step.ACKNOWLEDGE, State.RAISED, State.ACKNOWLEDGED),
             (Step.CLOSE, State.ACKNOWLEDGED, State.CLOSED))  # fmt: skip
    for version, (step, old, new) in enumerate(whole, 1):
        yield {
            "station": alarm.station, "alarm": alarm.id, "version": version, "step": str(step),
            "at": alarm.raised_at + version, "by": "bench" if version > 1 else "", "origin": "127.0.0.1",
            "old_state": str(old), "new_state": str(new), "detail": "", "body": body,
        }  # fmt: skip


def fill(db: Database, closed: int, still_open: int) -> None:
    """Put them in: closed ones straight into the tables, open ones as presses."""
    now = now_ms()
    alarms = (closed_alarm(number, now - (number + 2) * EACH_MS) for number in range(closed))
    while piece := list(islice(alarms, _PIECE)):
        with db.write(patience_s=60.0) as tx:
            tx.conn.execute(insert(ALARM), [columns_of(alarm) for alarm in piece])
            tx.conn.execute(insert(STEP), [line for alarm in piece for line in _lines(alarm)])
    with db.write() as tx:
        for number in range(still_open):
            raise_or_join(tx, press(number, now), Place(f"ตู้ {BOXES[number % len(BOXES)]}", LAT, LON), now)


def press(number: int, now: int) -> Signal:
    """A press of one of the station's boxes."""
    return Signal(STATION, "box", BOXES[number % len(BOXES)], f"open-{number}", now, EventKind.PRESS, now)
