"""Alarms: raising, joining, stepping and reading them. The rules are `models.records.alarm.LIFE`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Row, insert, or_, select, update

from models.happenings import Happening
from models.records.alarm import OUTCOMES, Alarm, AlarmNow, AlarmStep, IllegalStepError, State, Step, next_state
from models.records.base import UNKNOWN_STATION, Millis
from models.records.dispatch import How
from models.records.sos import EventKind, Mark, Signal, join_marks, split_marks
from models.records.unit import Unit
from store import dispatch
from store.database import Tx
from store.rows import of_stations, table_of

_ALARM = Alarm.__table__  # type: ignore[attr-defined]
_STEP = AlarmStep.__table__  # type: ignore[attr-defined]
_UNIT = table_of(Unit)

#: Origin of the one alarm that many unknown boxes of one credential share.
GROUP_ORIGIN = "_unknown_boxes"

_KIND = {EventKind.PRESS: "sos", EventKind.PANIC: "panic", EventKind.UNREADABLE: "unreadable"}
_COMMAND = {Step.ACKNOWLEDGE: "acknowledged", Step.ASSIGN: "dispatched", Step.CLOSE: "closed"}


#: Words for an alarm, the clearest last.
_CLARITY = ("unreadable", "panic", "sos")


def kind_with(kind: str, said: EventKind) -> str:
    """What an alarm is called after one more press: the clearest word that any of them said."""
    return max(kind, _KIND[said], key=_CLARITY.index)


class UnknownUnitError(Exception):
    """There is no unit of that name to be sent; `str()` is one line."""


class UnknownAlarmError(Exception):
    """There is no alarm of that id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alarm is: a name in Thai, and degrees."""

    name: str = ""
    lat: float | None = None
    lon: float | None = None


def alarm_id(signal: Signal) -> str:
    """The id of the alarm this press raises, when none of its origin is open: the same press, the same id."""
    return hashlib.sha256(signal.key.encode()).hexdigest()[:16]


def origin_of(signal: Signal) -> str:
    """The box or unit an alarm is counted under."""
    return GROUP_ORIGIN if Mark.GROUPED in signal.marks else signal.origin


def _now_of(row: Row[tuple[object, ...]]) -> AlarmNow:
    return AlarmNow(**row._mapping)


def _open_of(tx: Tx, signal: Signal) -> AlarmNow | None:
    row = tx.conn.execute(
        select(_ALARM).where(
            _ALARM.c.station == signal.station,
            _ALARM.c.origin_kind == signal.origin_kind,
            _ALARM.c.origin == origin_of(signal),
            _ALARM.c.state != State.CLOSED.value,
        )
    ).one_or_none()
    return None if row is None else _now_of(row)


def _append(
    tx: Tx, alarm: AlarmNow, step: str, at: Millis, *, by: str = "", origin: str = "", old: str = "", detail: str = ""
) -> None:
    tx.conn.execute(
        insert(_STEP).values(
            station=alarm.station,
            alarm=alarm.id,
            version=alarm.version,
            step=step,
            at=at,
            by=by,
            origin=origin,
            old_state=old,
            new_state=alarm.state,
            detail=detail,
            body=orjson.dumps(_columns(alarm)).decode(),
        )
    )


def _announce(tx: Tx, alarm: AlarmNow) -> None:
    """Tell the pictures, and publish the state: retained while the alarm is open, cleared when it is closed."""
    tx.tell(alarm)
    topic = f"ssz/v1/{alarm.station}/alarm/{alarm.id}/state"
    who = {alarm.origin_kind: alarm.origin}
    state = {"id": alarm.id, "state": alarm.state, "at": alarm.changed_at, "by": alarm.by, **who}
    closed = alarm.state == State.CLOSED
    tx.publish(topic, state, retain=not closed)
    if closed:
        tx.publish(topic, None, retain=True)


def raise_or_join(tx: Tx, signal: Signal, place: Place, now: Millis) -> AlarmNow:
    """The alarm a press raises, or the open one of its box or unit that it joins and is counted in."""
    known = _open_of(tx, signal)
    if known is None:
        alarm = AlarmNow(
            station=signal.station,
            id=alarm_id(signal),
            origin_kind=signal.origin_kind,
            origin=origin_of(signal),
            kind=_KIND[signal.kind],
            state=State.RAISED.value,
            version=1,
            raised_at=signal.received_at,
            pressed_at=signal.at,
            last_at=signal.received_at,
            presses=1,
            marks=join_marks(signal.marks),
            place=place.name,
            lat=place.lat,
            lon=place.lon,
            level=0,
            by="",
            assigned="",
            outcome="",
            changed_at=now,
        )
        tx.conn.execute(insert(_ALARM).values(**_columns(alarm)))
        _append(tx, alarm, "raise", now, origin=signal.topic)
    else:
        # One verified press makes the whole alarm a verified one; every other mark stays to be read.
        marks = split_marks(known.marks) | signal.marks
        if Mark.UNVERIFIED not in split_marks(known.marks) & signal.marks:
            marks -= {Mark.UNVERIFIED}
        alarm = _changed(
            known,
            version=known.version + 1,
            last_at=max(known.last_at, signal.received_at),
            presses=known.presses + 1,
            marks=join_marks(marks),
            kind=kind_with(known.kind, signal.kind),
            lat=known.lat if known.lat is not None else place.lat,
            lon=known.lon if known.lon is not None else place.lon,
            changed_at=now,
        )
        _save(tx, alarm)
        _append(tx, alarm, "join", now, origin=signal.topic, old=known.state)
    _announce(tx, alarm)
    return alarm


def _columns(alarm: AlarmNow) -> dict[str, object]:
    return {column.name: getattr(alarm, column.name) for column in _ALARM.columns}


def _changed(alarm: AlarmNow, **values: object) -> AlarmNow:
    return AlarmNow(**{**_columns(alarm), **values})  # type: ignore[arg-type]


def _save(tx: Tx, alarm: AlarmNow) -> None:
    tx.conn.execute(
        update(_ALARM).where(_ALARM.c.station == alarm.station, _ALARM.c.id == alarm.id).values(**_columns(alarm))
    )


def find(conn: Connection, alarm_id: str, stations: frozenset[str] | None = None) -> AlarmNow:
    """One alarm, when it is of the stations asked for (None: all).

    Raises:
        UnknownAlarmError: there is none.
    """
    row = conn.execute(select(_ALARM).where(_ALARM.c.id == alarm_id)).first()
    if row is None or (stations is not None and row.station not in stations):
        raise UnknownAlarmError(f"no alarm {alarm_id}")
    return _now_of(row)


def step(
    tx: Tx,
    alarm_id: str,
    step: Step,
    *,
    by: str,
    origin: str,
    now: Millis,
    unit: str = "",
    outcome: str = "",
    note: str = "",
    stations: frozenset[str] | None = None,
    reached_at: Millis | None = None,
    how: How = How.MANUAL,
) -> AlarmNow:
    """Take a step. `by` is the person, `origin` the address of the screen.

    `reached_at`: when the unit reached the place, if that is known better than by this step; `how` it is known.

    Raises:
        UnknownAlarmError: there is no such alarm within `stations`.
        IllegalStepError: the state does not permit it, or the step lacks its unit, outcome or note; nothing changed.
        UnknownUnitError: the unit is not in the register of the alarm's station; nothing changed.
    """
    known = find(tx.conn, alarm_id, stations)
    if step is Step.ACKNOWLEDGE and known.state != State.RAISED:
        raise IllegalStepError(f"already {known.state} by {known.by}")
    state = next_state(State(known.state), step)
    if step is Step.ASSIGN and not unit:
        raise IllegalStepError("assign needs a unit")
    if step is Step.CLOSE and outcome not in OUTCOMES:
        raise IllegalStepError(f"close needs an outcome: {', '.join(OUTCOMES)}")
    if step is Step.NOTE and not note:
        raise IllegalStepError("note needs a text")
    unit_station = _station_of_unit(tx.conn, known, unit, stations) if step is Step.ASSIGN else ""
    alarm = _changed(
        known,
        state=state.value,
        version=known.version + 1,
        by=known.by if step is Step.NOTE else by,
        assigned=unit or known.assigned,
        outcome=outcome if step is Step.CLOSE else known.outcome,
        changed_at=now,
    )
    _save(tx, alarm)
    _append(tx, alarm, step.value, now, by=by, origin=origin, old=known.state, detail=note or unit or outcome)
    if step is Step.ASSIGN:
        dispatch.sent(
            tx, alarm.station, alarm.id, alarm.version, unit_station=unit_station, unit=unit, by=by, now=now
        )
    elif step is Step.ARRIVE:
        dispatch.on_scene(tx, alarm.station, alarm.id, now if reached_at is None else reached_at, how)
    elif step is Step.CLOSE:
        dispatch.ended(tx, alarm.station, alarm.id, now)
    _announce(tx, alarm)
    if step in _COMMAND and alarm.origin_kind == "box":
        tx.publish(
            f"ssz/v1/{alarm.station}/sos/{alarm.origin}/command",
            {"id": f"{alarm.id}-{alarm.version}", "at": now, "kind": _COMMAND[step], "alarm": alarm.id},
        )
    return alarm


def _station_of_unit(conn: Connection, alarm: AlarmNow, unit: str, stations: frozenset[str] | None) -> str:
    """A unit is sent by its own station; to an alarm of no station, by any that the person sees."""
    nowhere = alarm.station == UNKNOWN_STATION
    query = select(_UNIT.c.station).where(_UNIT.c.unit == unit).order_by(_UNIT.c.station).limit(1)
    query = of_stations(query, _UNIT.c.station, stations if nowhere else frozenset({alarm.station}))
    found = conn.execute(query).scalar()
    if found is None:
        raise UnknownUnitError(f"no unit {unit} in the register{'' if nowhere else ' of ' + alarm.station}")
    return str(found)


def escalate(tx: Tx, raised_before: Millis, now: Millis) -> list[AlarmNow]:
    """Raise the level of every alarm nobody has acknowledged and that was raised before a moment.

    An alarm raised as much after now as that moment lies before it is from before the clock was set back: how long
    it waits nobody can say, so it waits no longer.
    """
    raised_at = _ALARM.c.raised_at
    overdue = or_(raised_at < raised_before, raised_at > 2 * now - raised_before)
    rows = tx.conn.execute(
        select(_ALARM).where(_ALARM.c.state == State.RAISED.value, _ALARM.c.level == 0, overdue)
    ).all()
    result: list[AlarmNow] = []
    for row in rows:
        known = _now_of(row)
        alarm = _changed(known, level=1, version=known.version + 1, changed_at=now)
        _save(tx, alarm)
        _append(tx, alarm, "escalate", now, by="system", old=known.state, detail="level 1")
        _announce(tx, alarm)
        result.append(alarm)
    return result


def open_alarms(conn: Connection, stations: frozenset[str] | None = None) -> list[AlarmNow]:
    """Every alarm that is not closed, the oldest first."""
    query = select(_ALARM).where(_ALARM.c.state != State.CLOSED.value).order_by(_ALARM.c.raised_at, _ALARM.c.id)
    return [_now_of(row) for row in conn.execute(query) if stations is None or row.station in stations]


def recent(conn: Connection, since: Millis) -> list[Happening]:
    """Open alarms, and those closed since a moment: what a live picture starts from."""
    query = select(_ALARM).where((_ALARM.c.state != State.CLOSED.value) | (_ALARM.c.changed_at >= since))
    return [_now_of(row) for row in conn.execute(query)]


def alarms(
    conn: Connection,
    stations: frozenset[str] | None,
    *,
    start: Millis = 0,
    end: Millis = 2**62,
    only_open: bool = False,
    limit: int = 100,
    before: tuple[Millis, str] | None = None,
) -> list[AlarmNow]:
    """Alarms raised in `start <= t < end`, the newest first; `before` is the (raised_at, id) of the last one seen."""
    query = select(_ALARM).where(_ALARM.c.raised_at >= start, _ALARM.c.raised_at < end)
    if stations is not None:
        query = query.where(_ALARM.c.station.in_(sorted(stations)))
    if only_open:
        query = query.where(_ALARM.c.state != State.CLOSED.value)
    if before is not None:
        at, last = before
        query = query.where((_ALARM.c.raised_at < at) | ((_ALARM.c.raised_at == at) & (_ALARM.c.id < last)))
    query = query.order_by(_ALARM.c.raised_at.desc(), _ALARM.c.id.desc()).limit(limit)
    return [_now_of(row) for row in conn.execute(query)]


def history(conn: Connection, station: str, alarm: str) -> list[AlarmStep]:
    """The steps of an alarm, the first first."""
    query = select(_STEP).where(_STEP.c.station == station, _STEP.c.alarm == alarm).order_by(_STEP.c.version)
    return [AlarmStep(**row._mapping) for row in conn.execute(query)]
