"""Bringing a side database home: every event once, every alarm with its history, nothing of the main one lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from models.alarms.life import State
from models.records.alarm import Alarm, AlarmNow, AlarmStep
from models.records.alarm_times import AlarmTimes
from models.records.base import Millis
from models.records.change import Outbox
from models.records.checkpoint import Scan
from models.records.dispatch import Dispatch
from models.records.drill import Drill, DrillBox
from models.records.incident import Incident
from models.records.notice import Notice
from models.records.position import Position
from models.records.procedure import ProcedureTick
from models.records.purpose import PastReading, Purpose
from models.records.quarantine import RawBatch
from models.records.report import Report
from models.records.sheet_print import SheetPrint
from models.records.sos import EventKind, Signal, SosBoxPast, SosEvent, split_marks
from models.records.station import Station
from models.records.unit import UnitStatusPast
from store import rights, sos
from store.audit import bringing
from store.database import Database, Lane, Tx, open_database
from store.rows import add_new, put, table_of
from store.shown import note_shown

_ALARM, _STEP, _EVENT = table_of(Alarm), table_of(AlarmStep), table_of(SosEvent)
_DISPATCH, _TIMES = table_of(Dispatch), table_of(AlarmTimes)

#: Rows are only ever added to these; stations come first, the others point at them.
_ADDED = tuple(
    table_of(kind)
    for kind in (
        Station, Incident, Report, Scan, Position, RawBatch, SosBoxPast, UnitStatusPast, Purpose, PastReading,
        Notice, Drill, DrillBox, ProcedureTick, SheetPrint,
    )
)  # fmt: skip

#: Rows in one transaction: an SOS that comes in meanwhile waits for one piece at most.
_PIECE = 500


@dataclass(frozen=True, slots=True)
class Merged:
    """How many events and alarms the main database did not have, or had in an older state."""

    events: int
    alarms: int


def merge(database: Database, side: Path, now: Millis) -> Merged:
    """Bring a side database's rows into the main one. Doing it again changes nothing.

    Events, alarms and their steps come in one transaction. Where the main database has an open alarm of the same
    box or unit, the side's presses join it, as late presses would. Who was shut out there stays so, and what was
    written down there is written down here.
    """
    source = open_database(f"sqlite:///{side}")
    try:
        with source.read() as conn:
            with database.write(Lane.ALARM, patience_s=30.0) as tx:
                merged = _merge_alarms(tx, conn, now)
            for table in _ADDED:
                _add(database, conn, table)
            with database.write(patience_s=30.0) as tx:
                rights.bring_home(tx, conn, now)
            bringing.bring_home(database, conn, now)
        return merged
    finally:
        source.close()


def _merge_alarms(tx: Tx, side: Connection, now: Millis) -> Merged:
    joining: set[tuple[str, str]] = set()
    changed = 0
    for row in side.execute(select(_ALARM).order_by(_ALARM.c.raised_at, _ALARM.c.id)).all():
        alarm = AlarmNow(**row._mapping)
        if _has_other_open(tx, alarm):
            joining.add((alarm.station, alarm.id))
        elif _put_alarm(tx, alarm):
            changed += 1
            for step in side.execute(
                select(_STEP).where(_STEP.c.station == alarm.station, _STEP.c.alarm == alarm.id)
            ):
                add_new(tx, _STEP, dict(step._mapping))
            _put_shown(tx, side, alarm)
            of_alarm = (_DISPATCH.c.station == alarm.station, _DISPATCH.c.alarm == alarm.id)
            put(tx, _DISPATCH, [dict(sent._mapping) for sent in side.execute(select(_DISPATCH).where(*of_alarm))])
            _end_older(tx, alarm)
    events = 0
    for row in side.execute(select(_EVENT).order_by(_EVENT.c.received_at, _EVENT.c.id)).all():
        if (row.station, row.alarm) in joining:
            events += not sos.take_signal(tx, _signal_of(row), now).duplicate
        else:
            events += add_new(tx, _EVENT, dict(row._mapping))
    _requeue(tx, side)
    return Merged(events, changed)


def _has_other_open(tx: Tx, alarm: AlarmNow) -> bool:
    """Whether the main database has another open alarm of the same origin and cause, and this one is open too."""
    if alarm.state == State.CLOSED:
        return False
    query = select(_ALARM.c.id).where(
        _ALARM.c.station == alarm.station,
        _ALARM.c.origin_kind == alarm.origin_kind,
        _ALARM.c.origin == alarm.origin,
        _ALARM.c.cause == alarm.cause,
        _ALARM.c.state != State.CLOSED.value,
        _ALARM.c.id != alarm.id,
    )
    return tx.conn.execute(query).first() is not None


def _end_older(tx: Tx, alarm: AlarmNow) -> None:
    """Of an alarm only the newest dispatch can be under way, and none of one that is closed: the main database may
    not know how one ended on the side."""
    mine = (_DISPATCH.c.station == alarm.station, _DISPATCH.c.alarm == alarm.id)
    newest = tx.conn.execute(
        select(_DISPATCH.c.version, _DISPATCH.c.assigned_at)
        .where(*mine)
        .order_by(_DISPATCH.c.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return
    still = update(_DISPATCH).where(*mine, _DISPATCH.c.ended_at.is_(None))
    tx.conn.execute(still.where(_DISPATCH.c.version < newest.version).values(ended_at=newest.assigned_at))
    if not alarm.is_open:
        tx.conn.execute(still.values(ended_at=alarm.changed_at))


def _put_shown(tx: Tx, side: Connection, alarm: AlarmNow) -> None:
    """When the side first sent it to a screen; the other times come with the steps."""
    mine = (_TIMES.c.station == alarm.station, _TIMES.c.alarm == alarm.id)
    shown = side.execute(select(_TIMES.c.shown_at).where(*mine)).scalar_one_or_none()
    if shown is not None:
        note_shown(tx, alarm.station, alarm.id, shown)


def _put_alarm(tx: Tx, alarm: AlarmNow) -> bool:
    """Keep the alarm as the side knows it, unless the main database knows it as late or later."""
    values = {column.name: getattr(alarm, column.name) for column in _ALARM.columns}
    if not add_new(tx, _ALARM, values):
        older = (_ALARM.c.station == alarm.station, _ALARM.c.id == alarm.id, _ALARM.c.version < alarm.version)
        if not tx.conn.execute(update(_ALARM).where(*older).values(**values)).rowcount:
            return False
    tx.tell(alarm)
    return True


def _signal_of(row: Row[Any]) -> Signal:
    """A stored event as the signal it came from; its marks are kept, its signature was judged then."""
    skipped = ("stored_at", "alarm", "kind", "marks")
    values = {name: value for name, value in row._mapping.items() if name not in skipped}
    return Signal(**values, kind=EventKind(row.kind), marks=split_marks(row.marks))


def _requeue(tx: Tx, side: Connection) -> None:
    """What the side still had to publish is published from here. Done once: a second merge finds it sent."""
    outbox = table_of(Outbox)
    content = (outbox.c.topic, outbox.c.payload, outbox.c.retain, outbox.c.created_at)
    for row in side.execute(select(*content).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.id)).all():
        there = select(outbox.c.id).where(*(outbox.c[name] == value for name, value in row._mapping.items()))
        if tx.conn.execute(there).first() is None:
            tx.conn.execute(outbox.insert().values(**row._mapping))


def _add(database: Database, side: Connection, table: Table) -> None:
    """Add the rows whose keys are not there, a piece at a time."""
    rows: Iterable[Row[Any]] = side.execute(select(table))
    rows = iter(rows)
    while piece := list(islice(rows, _PIECE)):
        with database.write() as tx:
            for row in piece:
                add_new(tx, table, dict(row._mapping))
