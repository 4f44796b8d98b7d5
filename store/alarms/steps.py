"""Steps of an alarm's life: what people do, and what our own jobs do. All go by `models.alarms.life`."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from models.alarms.ladder import Ladders, level_due
from models.alarms.life import (
    DECIDING,
    OUTCOMES,
    SYSTEM,
    IllegalStepError,
    State,
    Step,
    next_state,
)
from models.records.alarm import AlarmNow
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION, Millis
from models.records.dispatch import How
from models.records.unit import Unit
from store.alarms.reading import find
from store.alarms.rows import ALARM, STEP, STILL_OPEN, go_on, now_of
from store.alarms.street import follow
from store.database import Tx
from store.rows import of_stations, table_of

_UNIT = table_of(Unit)

#: Longest time an alarm may be put aside, in minutes.
MOST_MINUTES = 24 * 60

#: So many alarms climb in one transaction: a press that comes in meanwhile waits for no more.
MOST_AT_ONCE = 50


class UnknownUnitError(Exception):
    """There is no unit of that name to be sent; `str()` is one line."""


def step(
    tx: Tx,
    alarm_id: str,
    step: Step,
    *,
    by: str,
    role: str,
    origin: str,
    now: Millis,
    unit: str = "",
    outcome: str = "",
    note: str = "",
    minutes: int = 0,
    seen: int | None = None,
    stations: frozenset[str] | None = None,
    reached_at: Millis | None = None,
    how: How = How.MANUAL,
) -> AlarmNow:
    """Take a step. `by` is the person and `role` theirs, `origin` the address of the screen.

    `seen` is the version that the person decided on: when somebody took a deciding step since, that one was first and
    this one is refused. A press that joined since does not count.
    A note given with another step is a line of its own after it.
    `reached_at`: when the unit reached the place, if that is known better than by this step; `how` it is known.

    Raises:
        UnknownAlarmError: there is no such alarm within `stations`.
        ForbiddenStepError: the role may not take the step.
        IllegalStepError: the state or the family does not permit it, somebody was first, or the step lacks its unit,
            outcome, note or minutes; nothing changed.
        UnknownUnitError: the unit is not in the register of the alarm's station; nothing changed.
    """
    known = find(tx.conn, alarm_id, stations)
    state = _permitted(tx.conn, known, step, role, seen)
    _must_be_whole(step, unit, outcome, note, minutes)
    unit_station = _station_of_unit(tx.conn, known, unit, stations) if step is Step.ASSIGN else ""
    values: dict[str, object] = {"state": state.value}
    if step in DECIDING:
        values["by"] = by
    if step is Step.ASSIGN:
        values["assigned"] = unit
    if step is Step.CLOSE:
        values["outcome"] = outcome
    if step is Step.SHELVE:
        values |= {"shelved_until": now + minutes * 60_000, "shelved_by": by}
    if step is Step.UNSHELVE or state is State.CLOSED:
        values |= {"shelved_until": None, "shelved_by": ""}
    own = step in (Step.NOTE, Step.SHELVE)  # the note is what they are about
    said = " ".join(word for word in (f"{minutes} min" if minutes else "", note if own else unit or outcome) if word)
    alarm = go_on(tx, known, step, now, values, line_by=by, origin=origin, detail=said)
    follow(tx, alarm, step, now, by=by, unit_station=unit_station, reached_at=reached_at, how=how)
    if note and not own:
        alarm = go_on(tx, alarm, Step.NOTE, now, {}, line_by=by, origin=origin, detail=note)
    return alarm


def _permitted(conn: Connection, known: AlarmNow, step: Step, role: str, seen: int | None) -> State:
    """The next state, if the table permits the step and nobody was first."""
    try:
        state = next_state(State(known.state), step, known.family, role)
    except IllegalStepError as error:
        if not error.state:
            raise
        first = _last_decision(conn, known, 0)
        raise _said_by(f"already {known.state}" if step is Step.ACKNOWLEDGE else str(error), known, first) from None
    if seen is not None and step in DECIDING and seen < known.version:
        first = _last_decision(conn, known, seen)
        if first is not None:
            raise _said_by(f"somebody was first: already {known.state}", known, first)
    return state


#: Who took the deciding step, and when.
_Decision = tuple[str, Millis]


def _last_decision(conn: Connection, alarm: AlarmNow, after: int) -> _Decision | None:
    row = conn.execute(
        select(STEP.c.by, STEP.c.at)
        .where(
            STEP.c.station == alarm.station,
            STEP.c.alarm == alarm.id,
            STEP.c.version > after,
            STEP.c.step.in_(sorted(DECIDING)),
        )
        .order_by(STEP.c.version.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.by, row.at)


def _said_by(why: str, alarm: AlarmNow, first: _Decision | None) -> IllegalStepError:
    if first is None:
        return IllegalStepError(why, state=alarm.state)
    by, at = first
    when = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
    return IllegalStepError(f"{why} by {by} at {when}", by=by, at=at, state=alarm.state)


def _must_be_whole(step: Step, unit: str, outcome: str, note: str, minutes: int) -> None:
    """A step carries what it is about."""
    if step is Step.ASSIGN and not unit:
        raise IllegalStepError("assign needs a unit")
    if step is Step.CLOSE and outcome not in OUTCOMES:
        raise IllegalStepError(f"close needs an outcome: {', '.join(OUTCOMES)}")
    if step is Step.NOTE and not note:
        raise IllegalStepError("note needs a text")
    if step is Step.SHELVE and not (1 <= minutes <= MOST_MINUTES and note):
        raise IllegalStepError(f"shelve needs a reason in words, and minutes from 1 to {MOST_MINUTES}")


def _station_of_unit(conn: Connection, alarm: AlarmNow, unit: str, stations: frozenset[str] | None) -> str:
    """A unit is sent by its own station; to an alarm of no station, by any that the person sees."""
    nowhere = alarm.station in (UNKNOWN_STATION, SYSTEM_STATION)
    query = select(_UNIT.c.station).where(_UNIT.c.unit == unit).order_by(_UNIT.c.station).limit(1)
    query = of_stations(query, _UNIT.c.station, stations if nowhere else frozenset({alarm.station}))
    found = conn.execute(query).scalar()
    if found is None:
        raise UnknownUnitError(f"no unit {unit} in the register{'' if nowhere else ' of ' + alarm.station}")
    return str(found)


def raise_level(tx: Tx, alarm: AlarmNow, level: int, now: Millis, detail: str = "") -> AlarmNow:
    """Note that nobody answered, one level up. `alarm` as it stands in this transaction.

    Raises:
        IllegalStepError: somebody answered, or the alarm has that level already; nothing changed.
    """
    next_state(State(alarm.state), Step.ESCALATE, alarm.family, SYSTEM)
    if level <= alarm.level:
        raise IllegalStepError(f"the alarm is at level {alarm.level} already")
    return go_on(tx, alarm, Step.ESCALATE, now, {"level": level}, line_by=SYSTEM, detail=detail or f"level {level}")


def escalate(tx: Tx, ladders: Ladders, now: Millis) -> list[AlarmNow]:
    """Raise alarms that nobody has acknowledged to the level their waiting asks for (`models.alarms.ladder`).

    `MOST_AT_ONCE` at most, people first and of them who waits longest; the others at the next call.
    """
    waiting = (STILL_OPEN, ALARM.c.state == State.RAISED.value)
    found = [now_of(row) for row in tx.conn.execute(select(ALARM).where(*waiting)).all()]
    found.sort(key=lambda alarm: (int(alarm.priority), alarm.raised_at, alarm.id))
    wanted = ((alarm, level_due(alarm.kind, alarm.raised_at, now, ladders.of(alarm.station))) for alarm in found)
    due = [(alarm, level) for alarm, level in wanted if level > alarm.level]
    return [raise_level(tx, alarm, level, now) for alarm, level in due[:MOST_AT_ONCE]]
