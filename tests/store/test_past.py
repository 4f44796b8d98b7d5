"""A past moment read from the store is what the live fold showed of everything up to it, on both databases."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text, update

from dashboard.live.objects import alarm_object, box_object
from dashboard.live.past_objects import unit_object
from dashboard.live.views import UnitInfo
from models.access.scope import Scope
from models.alarms.ladder import Ladders
from models.alarms.life import IllegalStepError, State, Step
from models.fold import apply_all
from models.happenings import BoxHeard, BoxPlaced, Happening
from models.picture import Picture
from models.records.alarm import AlarmNow, AlarmStep
from models.records.position import Fix, FixFlag
from models.records.sos import BoxOnline, EventKind, Signal, SosBox
from models.records.station import Station
from models.records.unit import StatusReport, Unit, UnitStatus
from store import alarms, boxes, past, positions, registers, sos, units
from store.database import Database, Tx
from store.rows import of_stations, table_of
from store.scopes import alarm_stations
from tests.store.plans import plan_of

START = 1_790_000_000_000
END = START + 600_000
STATIONS = ("hat_yai", "lumphini")
LUMPHINI = frozenset({"lumphini"})


def shown(picture: Picture, stations: frozenset[str] | None = None) -> dict[str, Any]:
    """What a screen shows of a picture: units that have a place, boxes, open alarms."""

    def of(station: str) -> bool:
        return stations is None or station in stations

    return {
        "units": {
            key: {**unit_object(unit, UnitInfo()), "heard": 0}
            for key, unit in picture.units.items()
            if unit.mark and of(key[0])
        },
        "boxes": {key: box_object(box) for key, box in picture.boxes.items() if of(key[0])},
        "alarms": [alarm_object(alarm) for alarm in picture.open_alarms if of(alarm.station)],
    }


@dataclass
class Lived:
    """What happened, each with the moment it counts from: a fix from its own time, all else from its arrival."""

    told: list[tuple[int, Happening]] = field(default_factory=list)

    def picture(self, moment: int) -> Picture:
        """The live fold of everything up to a moment."""
        return apply_all(Picture(), [happening for at, happening in self.told if at <= moment])


def counted_from(happening: Happening, now: int) -> int:
    if isinstance(happening, Fix | StatusReport):
        return happening.at
    return happening.changed_at if isinstance(happening, AlarmNow) else now


def live(db: Database, rng: random.Random, steps: int = 160) -> Lived:
    """Ten minutes of two stations: fixes (some late, some jumping), box words, presses, answers."""
    lived = Lived()
    happens = (fixed, fixed, fixed, said_word, said_word, said_online, said_status, pressed, answered)
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=code, name_th=code, name_en=code) for code in STATIONS], START)
        registers.put_units(tx, [Unit(station=code, unit=f"u{n}") for code in STATIONS for n in range(3)], START)
        placed = [SosBox(station=code, box=f"b{n}", lat=13.7, lon=100.5) for code in STATIONS for n in range(3)]
        registers.put_boxes(tx, placed, START)
        lived.told = [(0, one) for one in tx.happenings if isinstance(one, BoxPlaced)]
        assert len(lived.told) == 6
        picture = apply_all(Picture(), tx.happenings)
        for number in range(steps):
            now, known = START + number * (600_000 // steps), len(tx.happenings)
            rng.choice(happens)(tx, rng, picture, now, number)
            new = tx.happenings[known:]
            picture = apply_all(picture, new)
            lived.told.extend((counted_from(one, now), one) for one in new)
    return lived


def fixed(tx: Tx, rng: random.Random, picture: Picture, now: int, number: int) -> None:
    at = now - rng.choice((0, 0, 0, 0, 40_000))
    lat = 13.7 + rng.random() / 1000 + rng.choice((0, 0, 0, 0, 2))
    flags = rng.choice((0, 0, 0, 0, int(FixFlag.OUT_OF_AREA)))
    fix = Fix(
        rng.choice(STATIONS), f"u{rng.randrange(3)}", at, lat, 100.5, 30.0, 90.0, 5.0, None, "native", flags, now
    )
    inserted = positions.insert_fixes(tx, [fix], picture.units)
    tx.tell(*inserted.fixes)


def said_word(tx: Tx, rng: random.Random, picture: Picture, now: int, number: int) -> None:
    kind = rng.choice((EventKind.HEARTBEAT, EventKind.HEARTBEAT, EventKind.FAULT, EventKind.RESTORE, EventKind.TEST))
    box, at = f"b{rng.randrange(3)}", now - rng.choice((0, 0, 90_000))
    signal = Signal(
        rng.choice(STATIONS), "box", box, f"w{number}", at, kind, now,
        battery_pct=rng.choice((None, 80.0, 15.0)), mains=rng.choice((None, True, False)), note="ตู้เสีย",
    )  # fmt: skip
    sos.take_signal(tx, signal, now)


def said_online(tx: Tx, rng: random.Random, picture: Picture, now: int, number: int) -> None:
    boxes.take(tx, BoxOnline(rng.choice(STATIONS), f"b{rng.randrange(3)}", rng.random() < 0.5, now))


def said_status(tx: Tx, rng: random.Random, picture: Picture, now: int, number: int) -> None:
    at = now - rng.choice((0, 0, 90_000))
    report = StatusReport(rng.choice(STATIONS), f"u{rng.randrange(3)}", at, rng.choice(tuple(UnitStatus)))
    units.take(tx, report)
    tx.tell(report)  # a late word moves no live picture, but is what was


def pressed(tx: Tx, rng: random.Random, picture: Picture, now: int, number: int) -> None:
    signal = Signal(rng.choice(STATIONS), "box", f"b{rng.randrange(3)}", f"p{number}", now, EventKind.PRESS, now)
    sos.take_signal(tx, signal, now)


def answered(tx: Tx, rng: random.Random, picture: Picture, now: int, number: int) -> None:
    for alarm in alarms.open_alarms(tx.conn, None)[:2]:
        step = rng.choice(tuple(Step))
        try:
            alarms.step(
                tx, alarm.id, step, by="somchai", role="dispatcher", origin="", now=now,
                unit="u1" if step is Step.ASSIGN else "",
                outcome="helped" if step is Step.CLOSE else "", note="ถึงแล้ว" if rng.random() < 0.5 else "x",
            )  # fmt: skip
        except IllegalStepError:
            continue
    if rng.random() < 0.3:
        alarms.escalate(tx, Ladders(), now)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_past_moment_is_the_fold_of_everything_up_to_it(db: Database, seed: int) -> None:
    rng = random.Random(seed)
    lived = live(db, rng)
    moments = [START - 5, START, END, *(rng.randrange(START, END) for _ in range(12))]
    found = []
    with db.read() as conn:
        for moment in moments:
            wanted, got = shown(lived.picture(moment)), shown(past.restore_at(conn, Scope(None), moment))
            assert got == wanted, moment
            found.append(len(got["units"]) + len(got["alarms"]) * 100)
            mine = shown(past.restore_at(conn, Scope(LUMPHINI), moment))
            assert mine == shown(lived.picture(moment), LUMPHINI)
    assert max(found) > 100  # there was something to be wrong about
    kinds = {type(one) for _, one in lived.told}
    assert {Fix, BoxHeard, AlarmNow} <= kinds


@pytest.mark.parametrize("seed", [4])
def test_a_moment_with_what_changed_after_it_makes_every_later_moment(db: Database, seed: int) -> None:
    """What playing does: the picture at the start of a window, and the changes one after another."""
    rng = random.Random(seed)
    live(db, rng)
    start, end = START + 120_000, START + 480_000
    with db.read() as conn:
        base = shown(past.restore_at(conn, Scope(None), start))
        mine = alarm_stations(conn, Scope(None, unknown_alarms=True))
        changes = past.alarm_changes(conn, mine, start + 1, end)
        words = past.box_changes(conn, None, start + 1, end)
        assert changes
        assert words
        for moment in (rng.randrange(start, end) for _ in range(8)):
            wanted = shown(past.restore_at(conn, Scope(None), moment))
            open_now = {(alarm["s"], alarm["id"]): alarm for alarm in base["alarms"]}
            for at, alarm in changes:
                if at <= moment:
                    open_now[alarm.station, alarm.id] = alarm_object(alarm)
            still = [alarm for alarm in open_now.values() if alarm["state"] != State.CLOSED]
            assert sorted(still, key=str) == sorted(wanted["alarms"], key=str)
            then = dict(base["boxes"]) | {
                (box.station, box.box): box_object(box) for at, box in words if at <= moment
            }
            assert then == wanted["boxes"]


def test_the_alarms_before_and_after_a_moment(db: Database) -> None:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=code, name_th=code, name_en=code) for code in STATIONS], START)
        for number, station in enumerate(("lumphini", "hat_yai", "lumphini")):
            signal = Signal(station, "box", f"b{number}", f"p{number}", START, EventKind.PRESS, START + number * 1000)
            sos.take_signal(tx, signal, START + number * 1000)
    with db.read() as conn:
        every = ["hat_yai", "lumphini"]
        after = past.alarm_after(conn, every, START)
        before = past.alarm_before(conn, every, START + 2000)
        assert after is not None
        assert before is not None
        assert (after.at, after.station) == (START + 1000, "hat_yai")
        assert before == after
        mine = past.alarm_after(conn, ["lumphini"], START)
        assert mine is not None
        assert mine.at == START + 2000
        assert past.alarm_after(conn, every, START + 2000) is None
        assert past.alarm_before(conn, every, START) is None
        assert past.alarm_before(conn, [], END) is None


def test_before_any_data_there_is_nothing(db: Database) -> None:
    live(db, random.Random(1), 40)
    with db.read() as conn:
        empty = past.restore_at(conn, Scope(None), START - 86_400_000)
        none = past.restore_at(conn, Scope(frozenset(), unknown_alarms=True), END)
        first = past.first_kept(conn, None)
        assert past.first_kept(conn, frozenset()) is None
    assert ([unit for unit in empty.units.values() if unit.mark], empty.alarms) == ([], {})
    assert {box.online for box in empty.boxes.values()} == {None}  # where they stand is known, how they were is not
    assert (dict(none.units), dict(none.boxes), dict(none.alarms)) == ({}, {}, {})
    assert first is not None
    assert START - 40_000 <= first < END


def test_a_step_from_before_its_alarm_was_kept_with_it_still_tells_the_state(db: Database) -> None:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ก", name_en="a")], START)
        sos.take_signal(tx, Signal("lumphini", "box", "b1", "p1", START, EventKind.PRESS, START), START)
        (alarm,) = alarms.open_alarms(tx.conn, None)
        alarms.step(tx, alarm.id, Step.ACKNOWLEDGE, by="somchai", role="dispatcher", origin="", now=START + 5000)
        alarms.step(
            tx, alarm.id, Step.CLOSE, by="somchai", role="dispatcher", origin="", now=START + 9000, outcome="test"
        )
        # What was written then is not changed by anybody: only here, to have what older programs wrote.
        on_table = "" if db.dialect == "sqlite" else " ON alarm_step"
        tx.conn.execute(text(f"DROP TRIGGER alarm_step_{'no_update' if not on_table else 'only_added'}{on_table}"))
        tx.conn.execute(update(table_of(AlarmStep)).values(body=""))
    states = []
    with db.read() as conn:
        for second in (1, 6, 10):
            picture = past.restore_at(conn, Scope(LUMPHINI), START + second * 1000)
            states.append([(alarm.state, alarm.outcome) for alarm in picture.open_alarms])
    assert states == [[("raised", "")], [("acknowledged", "")], []]


def test_every_read_of_a_moment_is_a_range_of_a_key_or_index(db: Database) -> None:
    values = {
        "of_station": "s",
        "of_unit": "u",
        "of_box": "b",
        "of_alarm": "a",
        "moment": START,
        "first": 1,
        "last": 2,
    }
    queries = {
        name: getattr(past, name)
        for name in (
            "NEWEST_FIXES", "NEWEST_WORD", "WORDS_BETWEEN", "SPANNING", "NEWEST_STEP", "STEPS_BETWEEN", "FIRST_AFTER",
            "LAST_BEFORE",
        )
    }  # fmt: skip
    for name, query in queries.items():
        wanted = {key: value for key, value in values.items() if key in query.compile().params}
        plan = plan_of(db, query, **wanted)
        if db.dialect == "sqlite":
            assert "SEARCH" in plan and "SCAN" not in plan, (name, plan)  # noqa: PT018
            assert "TEMP B-TREE" not in plan, (name, plan)
        else:
            assert "Seq Scan" not in plan, (name, plan)


@pytest.mark.parametrize(
    ("name", "asked"), [("STATUS_AT", {"moment": 1}), ("STATUS_BETWEEN", {"first": 1, "last": 2})]
)
def test_what_units_said_is_read_by_the_key_of_each(db: Database, name: str, asked: dict[str, int]) -> None:
    query = of_stations(getattr(past, name), table_of(Unit).c.station, LUMPHINI)
    plan = plan_of(db, query, **asked)
    if db.dialect == "sqlite":
        assert "SCAN" not in plan
        assert re.search(r"SEARCH unit_status_past USING PRIMARY KEY \(station=\? AND unit=\? AND at", plan), plan
    else:
        assert "Seq Scan" not in plan


def test_the_newest_fixes_of_all_are_a_range_of_the_key_of_each(db: Database) -> None:
    plan = plan_of(db, of_stations(past.RECENT_FIXES, table_of(Unit).c.station, LUMPHINI), since=1, moment=2)
    if db.dialect == "sqlite":
        assert "SEARCH position USING PRIMARY KEY (station=? AND unit=? AND at>? AND at<?)" in plan
    else:
        assert "Seq Scan" not in plan


def test_the_register_of_purposes_is_only_added_to(db: Database) -> None:
    with db.write() as tx:
        tx.conn.execute(text(
            "INSERT INTO purpose (id, at, who, role, holder, stations, reason, text, expires_at)"
            " VALUES ('p', 1, 'w', 'chief', 'h', '*', 'review', 'ทบทวนการออกตรวจ', 2)"
        ))  # fmt: skip
        tx.conn.execute(text("INSERT INTO past_reading VALUES ('p', '', 0, 1, 2)"))
    for change in ("UPDATE purpose SET who = 'x'", "DELETE FROM purpose", "DELETE FROM past_reading",
                   "UPDATE past_reading SET at = 9"):  # fmt: skip
        with pytest.raises(Exception, match="only added to"), db.write() as tx:
            tx.conn.execute(text(change))
    with db.read() as conn:
        assert conn.execute(text("SELECT who, (SELECT at FROM past_reading) FROM purpose")).one() == ("w", 2)
