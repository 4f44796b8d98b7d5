"""The rows of an alarm: as it stands, and its history. Whatever changes an alarm goes through `begin` or `go_on`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, text, update

from models.records.alarm import Alarm, AlarmNow, AlarmStep
from models.records.base import Millis
from store.database import Tx
from store.rows import table_of

ALARM = table_of(Alarm)
STEP = table_of(AlarmStep)

#: As text, not as a value: both planners then see that the index of the open ones answers it.
STILL_OPEN = text("alarm.state <> 'closed'")


def now_of(row: Row[Any]) -> AlarmNow:
    """A row of the table as the pictures carry it."""
    return AlarmNow(**row._mapping)


def columns_of(alarm: AlarmNow) -> dict[str, object]:
    """The alarm's columns by name."""
    return {column.name: getattr(alarm, column.name) for column in ALARM.columns}


def open_of(conn: Connection, station: str, origin_kind: str, origin: str, cause: str) -> AlarmNow | None:
    """The open alarm of an origin and cause; None when there is none."""
    row = conn.execute(
        select(ALARM).where(
            ALARM.c.station == station,
            ALARM.c.origin_kind == origin_kind,
            ALARM.c.origin == origin,
            ALARM.c.cause == cause,
            STILL_OPEN,
        )
    ).one_or_none()
    return None if row is None else now_of(row)


def begin(tx: Tx, alarm: AlarmNow, step: str, *, origin: str) -> AlarmNow:
    """Keep a new alarm, with the first line of its history, and tell of it."""
    tx.conn.execute(insert(ALARM).values(**columns_of(alarm)))
    _append(tx, alarm, step, alarm.changed_at, by="", origin=origin, old="", detail=alarm.detail)
    announce(tx, alarm)
    return alarm


def go_on(
    tx: Tx,
    known: AlarmNow,
    step: str,
    at: Millis,
    values: Mapping[str, object],
    *,
    line_by: str = "",
    origin: str = "",
    detail: str = "",
) -> AlarmNow:
    """The alarm with these values changed: kept, one line more in its history, and told.

    `line_by` and `origin` are of the line: who, and from where.
    """
    changed = {**columns_of(known), **values, "version": known.version + 1, "changed_at": at}
    alarm = AlarmNow(**changed)  # type: ignore[arg-type]
    tx.conn.execute(
        update(ALARM).where(ALARM.c.station == alarm.station, ALARM.c.id == alarm.id).values(**columns_of(alarm))
    )
    _append(tx, alarm, step, at, by=line_by, origin=origin, old=known.state, detail=detail)
    announce(tx, alarm)
    return alarm


def _append(tx: Tx, alarm: AlarmNow, step: str, at: Millis, *, by: str, origin: str, old: str, detail: str) -> None:
    tx.conn.execute(
        insert(STEP).values(
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
            body=orjson.dumps(columns_of(alarm)).decode(),
        )
    )


def announce(tx: Tx, alarm: AlarmNow) -> None:
    """Tell the pictures, and publish the state: retained while the alarm is open, cleared when it is closed."""
    tx.tell(alarm)
    topic = f"ssz/v1/{alarm.station}/alarm/{alarm.id}/state"
    state = {
        "id": alarm.id,
        "state": alarm.state,
        "at": alarm.changed_at,
        "by": alarm.by,
        alarm.origin_kind: alarm.origin,
        "kind": alarm.kind,
        "priority": int(alarm.priority),
        "level": alarm.level,
        "version": alarm.version,
        "shelved_until": alarm.shelved_until,
    }
    tx.publish(topic, state, retain=alarm.is_open)
    if not alarm.is_open:
        tx.publish(topic, None, retain=True)
