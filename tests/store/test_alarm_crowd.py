"""Many alarms: none lost, none merged that are two, and closed ones do not slow the open ones down."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from sqlalchemy import Select, insert, select, text

from models.alarms.life import Step
from models.records.sos import EventKind, Signal
from store import alarms
from store.alarms.rows import ALARM, STILL_OPEN
from store.database import Database
from store.sos import take_signal
from tests.store.plans import plan_of

NOW = 1_790_000_000_000
STATIONS = ("lumphini", "hat_yai", "_unknown")


def test_three_hundred_presses_in_ten_minutes_are_three_hundred(db: Database) -> None:
    """Repeated presses join the open alarm of their box; some alarms are closed between, so that new ones begin."""
    chance = random.Random(4)
    presses = [
        Signal(chance.choice(STATIONS), "box", f"b{chance.randrange(120)}", f"p{n}", NOW + n * 2000, EventKind.PRESS,
               NOW + n * 2000 + 40)
        for n in range(300)
    ]  # fmt: skip
    who: dict[str, Any] = {"by": "a", "role": "dispatcher", "origin": ""}
    expected: dict[str, list[int]] = {}
    still: dict[tuple[str, str], str] = {}
    for first in range(0, len(presses), 50):
        with db.write() as tx:
            for signal in presses[first : first + 50]:
                taken = take_signal(tx, signal, signal.received_at)
                assert taken.alarm is not None
                origin = (signal.station, signal.origin)
                assert still.setdefault(origin, taken.alarm.id) == taken.alarm.id
                expected.setdefault(taken.alarm.id, []).append(signal.at)
            for origin in chance.sample(sorted(still), 20):
                closed = still.pop(origin)
                alarms.step(tx, closed, Step.ACKNOWLEDGE, now=NOW, **who)
                alarms.step(tx, closed, Step.CLOSE, now=NOW, outcome="test", **who)
    with db.read() as conn:
        found = alarms.alarms(conn, None, limit=2000)
        stored = Counter(conn.execute(text("SELECT alarm FROM sos_event")).scalars())
        still_open = {alarm.id for alarm in alarms.open_alarms(conn, None)}
    assert sum(alarm.presses for alarm in found) == 300
    assert {alarm.id: alarm.presses for alarm in found} == {ident: len(some) for ident, some in expected.items()}
    assert stored == {ident: len(some) for ident, some in expected.items()}
    assert still_open == set(still.values())


def _many_closed(db: Database, number: int) -> None:
    rows = [
        {
            "station": STATIONS[n % 2], "id": f"{n:016x}", "origin_kind": "box", "origin": f"b{n % 300}",
            "kind": "sos", "state": "closed", "version": 3, "raised_at": NOW + n, "pressed_at": NOW + n,
            "last_at": NOW + n, "presses": 1, "marks": "", "place": "", "level": 0, "by": "a", "assigned": "",
            "outcome": "test", "changed_at": NOW + n, "cause": "", "detail": "", "shelved_by": "",
        }
        for n in range(number)
    ]  # fmt: skip
    with db.write() as tx:
        tx.conn.execute(insert(ALARM), rows)
    with db.write() as tx:
        tx.conn.execute(text("ANALYZE"))


#: What a desk and the walls ask, and the index that answers it.
ASKED: dict[str, Select[Any]] = {
    "alarm_one_open": select(ALARM).where(STILL_OPEN),
    "alarm_id": select(ALARM).where(ALARM.c.id == "x"),
    "alarm_newest": select(ALARM).order_by(ALARM.c.raised_at.desc(), ALARM.c.id.desc()).limit(100),
    "alarm_changed": select(ALARM).where(ALARM.c.changed_at >= NOW + 4_990),
    "alarm_of_origin": select(ALARM)
    .where(ALARM.c.station == "hat_yai", ALARM.c.origin_kind == "box", ALARM.c.origin == "b3")
    .where(ALARM.c.raised_at <= NOW + 5_000)
    .order_by(ALARM.c.raised_at.desc(), ALARM.c.id.desc())
    .limit(5),
}


def test_what_a_desk_asks_never_reads_all_closed_alarms(db: Database) -> None:
    _many_closed(db, 2_000)
    plans = {index: plan_of(db, query) for index, query in ASKED.items()}
    assert {index: index in plan for index, plan in plans.items()} == dict.fromkeys(ASKED, True), plans
