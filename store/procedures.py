"""What was ticked off of the written procedure, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from models.records.alarm import AlarmNow, AlarmStep
from models.records.base import Millis
from models.records.procedure import ProcedureTick
from store.database import Tx
from store.rows import records, table_of

_TICK, _STEP = table_of(ProcedureTick), table_of(AlarmStep)


@dataclass(frozen=True, slots=True)
class Tick:
    """How an item stands, and the line of the history that made it so."""

    item: str
    done: bool
    version: int
    by: str
    at: Millis


def ticks(conn: Connection, station: str, alarm: str) -> dict[str, Tick]:
    """Of each item that was ever touched how it stands now, by its id."""
    line = (
        (_STEP.c.station == _TICK.c.station) & (_STEP.c.alarm == _TICK.c.alarm) & (_STEP.c.version == _TICK.c.version)
    )
    query = (
        select(_TICK.c.item, _TICK.c.done, _TICK.c.version, _STEP.c.by, _STEP.c.at)
        .join(_STEP, line)
        .where(_TICK.c.station == station, _TICK.c.alarm == alarm)
        .order_by(_TICK.c.version)
    )
    return {row.item: Tick(*row) for row in conn.execute(query)}


def lines(conn: Connection, station: str, alarm: str) -> dict[int, ProcedureTick]:
    """The lines of an alarm's history that are ticks, by version."""
    query = select(_TICK).where(_TICK.c.station == station, _TICK.c.alarm == alarm)
    return {line.version: line for line in records(conn, ProcedureTick, query)}


def tick(
    tx: Tx, alarm: AlarmNow, item: str, done: bool, text: str, write_down: Callable[[str], AlarmNow]
) -> AlarmNow:
    """Tick an item off, or take the tick back; the alarm as it is then. What stands so already stays as it is.

    `write_down` appends a note to the alarm's history; its line is the tick's who, when and where.
    """
    known = ticks(tx.conn, alarm.station, alarm.id).get(item)
    if (known.done if known else False) is done:
        return alarm
    now = write_down(f"[{'x' if done else ' '}] {text}")
    tx.conn.execute(
        insert(_TICK).values(station=now.station, alarm=now.id, version=now.version, item=item, done=done, text=text)
    )
    return now
