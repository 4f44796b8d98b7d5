"""Random steps by random people, random presses and trouble: history and state always agree, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.trouble import Look, Watched
from models.alarms.kinds import Family
from models.alarms.life import LIFE, STEP_ROLES, SYSTEM, ForbiddenStepError, IllegalStepError, State, Step, may
from models.records.alarm import AlarmNow
from models.records.sos import BoxOnline, EventKind, Signal, SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import alarms, boxes
from store.alarms import trouble
from store.alarms.rows import columns_of
from store.database import Database, Tx
from store.registers import put_boxes, put_stations, put_units
from store.sos import take_signal

NOW = 1_790_000_000_000
BOXES = ("B1", "B2")
#: Mostly steps that lead somewhere, by people who may take them: a walk must come to the end of a life, too.
OFTEN = (Step.ACKNOWLEDGE, Step.ASSIGN, Step.ARRIVE, Step.CLOSE)
ROLES = (*sorted(STEP_ROLES), "viewer")

EVENTS = st.tuples(st.just("event"), st.sampled_from(BOXES), st.sampled_from(EventKind))
ONLINE = st.tuples(st.just("online"), st.sampled_from(BOXES), st.booleans())
STEPS = st.tuples(
    st.just("step"), st.sampled_from((*OFTEN, *OFTEN, *Step)), st.sampled_from(ROLES), st.integers(0, 2),
    st.integers(-2, 0),
)  # fmt: skip
LOOKS = st.tuples(st.just("look"), st.sampled_from([1_000, 30_000, 90_000]))
WALKS = st.lists(st.one_of(STEPS, STEPS, STEPS, EVENTS, ONLINE, LOOKS), min_size=15, max_size=30)


@pytest.fixture(scope="module")
def stations() -> Iterator[int]:
    """A number for each walk: it has a station of its own."""
    return count(1)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(walk=WALKS)
def test_history_and_state_agree_whatever_happens(
    db: Database, tmp_path: Path, stations: Iterator[int], walk: list[tuple[object, ...]]
) -> None:
    world = World(db, tmp_path, f"s{next(stations)}")
    world.do("event", "B1", EventKind.PRESS)
    for action in walk:
        world.do(*action)
    world.look_back()


class World:
    """One station, its boxes, and a clock the test moves."""

    def __init__(self, db: Database, folder: Path, station: str) -> None:
        self.db, self.station, self.now = db, station, NOW
        self.ids = count(1)
        self.presses = 0
        self.look = Look(Watched(folder, disk_low_mb=0))
        with db.write() as tx:
            put_stations(tx, [Station(code=station, name_th="ก", name_en="a", kind="test")], NOW)
            put_boxes(tx, [SosBox(station=station, box=box, lat=13.7, lon=100.5) for box in BOXES], NOW)
            put_units(tx, [Unit(station=station, unit="u1")], NOW)

    def do(self, what: object, *args: object) -> None:
        """One action in a transaction of its own."""
        self.now += 1000
        with self.db.write() as tx:
            getattr(self, f"_{what}")(tx, *args)

    def _event(self, tx: Tx, box: str, kind: EventKind) -> None:
        ident = f"e{next(self.ids)}"
        take_signal(tx, Signal(self.station, "box", box, ident, self.now, kind, self.now), self.now)
        self.presses += kind in (EventKind.PRESS, EventKind.PANIC, EventKind.UNREADABLE)

    def _online(self, tx: Tx, box: str, online: bool) -> None:
        boxes.take(tx, BoxOnline(self.station, box, online, self.now))

    def _look(self, tx: Tx, later: int) -> None:
        self.now += later
        trouble.end_shelving(tx, self.now, 100)
        for found in self.look.found(tx.conn, self.now):
            trouble.settle(tx, found, self.now)

    def _step(self, tx: Tx, step: Step, role: str, which: int, behind: int) -> None:
        """A person's step. Allowed or refused as the table says, or because somebody was first."""
        known = self._all(tx)
        if not known:
            return
        before = sorted(known, key=lambda alarm: alarm.id)[which % len(known)]
        rule = LIFE.get((State(before.state), step))
        allowed = rule is not None and role in rule.roles and before.family in rule.families
        seen = max(1, before.version + behind)
        lines = alarms.history(tx.conn, self.station, before.id)
        deciding = {"acknowledge", "assign", "arrive", "close", "restore", "drill_over"}
        first = step.value in deciding and any(line.version > seen and line.step in deciding for line in lines)
        after, refused = self._try(tx, before.id, step, role, seen)
        if after is not None:
            assert rule is not None
            assert (allowed, first, after.state) == (True, False, rule.then)
            return
        assert not allowed or first
        assert isinstance(refused, ForbiddenStepError) == (not may(role, step))
        assert alarms.find(tx.conn, before.id, None) == before
        assert len(alarms.history(tx.conn, self.station, before.id)) == before.version

    def _try(
        self, tx: Tx, ident: str, step: Step, role: str, seen: int
    ) -> tuple[AlarmNow | None, IllegalStepError | None]:
        said = {"outcome": "test", "unit": "u1", "note": "n"}
        who = {"by": f"a {role}", "role": role, "origin": "test"}
        try:
            return alarms.step(tx, ident, step, now=self.now, seen=seen, minutes=1, **said, **who), None  # type: ignore[arg-type]
        except IllegalStepError as error:
            return None, error

    def _all(self, tx: Tx) -> list[AlarmNow]:
        return alarms.alarms(tx.conn, frozenset({self.station}), limit=1000)

    def look_back(self) -> None:
        """Every alarm's history, folded, is the alarm; and what is open is open once."""
        with self.db.read() as conn:
            found = alarms.alarms(conn, frozenset({self.station}), limit=1000)
            histories = {alarm.id: alarms.history(conn, self.station, alarm.id) for alarm in found}
        for alarm in found:
            lines = histories[alarm.id]
            assert [line.version for line in lines] == list(range(1, alarm.version + 1))
            assert (lines[0].step, lines[0].old_state, lines[0].new_state) == ("raise", "", "raised")
            for before, after in pairwise(lines):
                assert after.old_state == before.new_state
                rule = LIFE[State(after.old_state), Step(after.step)]
                assert (rule.then, alarm.family in rule.families) == (after.new_state, True)
                assert (SYSTEM if after.by in ("", SYSTEM) else after.by.removeprefix("a ")) in rule.roles
            assert orjson.loads(lines[-1].body) == columns_of(alarm)
        still = [(alarm.origin, alarm.cause) for alarm in found if alarm.is_open]
        assert len(still) == len(set(still))
        assert sum(alarm.presses for alarm in found if alarm.family is Family.HELP) == self.presses
