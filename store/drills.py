"""Drills: announced, ended, and what was heard of each expected box. The rules are `models.drills`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, insert, select, update

from models.alarms.life import Step
from models.drills import LONGEST_MS, BadDrillError, BoxRecord, Refusal, in_drill
from models.records.alarm import AlarmNow, AlarmStep
from models.records.base import Millis
from models.records.drill import Drill, DrillBox
from models.records.sos import Signal, SosBox
from store.database import Tx
from store.rows import of_stations, records, table_of, values_of

_DRILL, _BOX, _STEP, _SOS_BOX = table_of(Drill), table_of(DrillBox), table_of(AlarmStep), table_of(SosBox)
_OF_DRILL = and_(_BOX.c.station == _DRILL.c.station, _BOX.c.drill == _DRILL.c.id)


def announce(
    tx: Tx, station: str, boxes: Sequence[str], starts_at: Millis, ends_at: Millis, *, by: str, note: str, now: Millis
) -> Drill:
    """Announce a drill of a station's boxes.

    Raises:
        BadDrillError: no box, one of another station, one that is in another drill then, or times that cannot be.
    """
    wanted = sorted(set(boxes))
    if not wanted:
        raise BadDrillError(Refusal.NO_BOX)
    if not max(starts_at, now) < ends_at <= starts_at + LONGEST_MS:
        raise BadDrillError(Refusal.TIMES)
    known = tx.conn.execute(
        select(func.count()).where(_SOS_BOX.c.station == station, _SOS_BOX.c.box.in_(wanted))
    ).scalar_one()
    if known != len(wanted):
        raise BadDrillError(Refusal.UNKNOWN)
    other = select(_BOX.c.box).join(_DRILL, _OF_DRILL).where(
        _BOX.c.station == station, _BOX.c.box.in_(wanted), _DRILL.c.starts_at < ends_at, _DRILL.c.ends_at > starts_at
    )  # fmt: skip
    taken = tx.conn.execute(other.limit(1)).scalar()
    if taken is not None:
        raise BadDrillError(Refusal.TAKEN, taken)
    drill = Drill(
        station=station, id=secrets.token_hex(8), starts_at=starts_at, ends_at=ends_at, announced_at=now,
        announced_by=by, note=note,
    )  # fmt: skip
    tx.conn.execute(insert(_DRILL).values(**values_of(drill)))
    tx.conn.execute(insert(_BOX), [values_of(DrillBox(station=station, drill=drill.id, box=box)) for box in wanted])
    return drill


def end(tx: Tx, station: str, drill: str, *, by: str, now: Millis) -> None:
    """End a drill now: from here on every press is a real one.

    Raises:
        BadDrillError: there is none of that name, or it is over.
    """
    mine = (_DRILL.c.station == station, _DRILL.c.id == drill, _DRILL.c.ends_at > now)
    if tx.conn.execute(update(_DRILL).where(*mine).values(ends_at=now, ended_by=by)).rowcount == 0:
        raise BadDrillError(Refusal.OVER)


def of_press(conn: Connection, signal: Signal) -> str | None:
    """The drill a press is of; None: it is a real one."""
    query = select(_DRILL.c.id, _DRILL.c.starts_at, _DRILL.c.ends_at).join(_BOX, _OF_DRILL).where(
        _BOX.c.station == signal.station, _BOX.c.box == signal.origin,
        _DRILL.c.starts_at <= signal.received_at, _DRILL.c.ends_at > signal.received_at,
    )  # fmt: skip
    found = [row.id for row in conn.execute(query) if in_drill(signal, row.starts_at, row.ends_at)]
    return found[0] if found else None


def pressed(tx: Tx, drill: str, signal: Signal, alarm: AlarmNow) -> None:
    """Note the first press of a box in its drill."""
    mine = (_BOX.c.station == signal.station, _BOX.c.drill == drill, _BOX.c.box == signal.origin)
    heard = {"pressed_at": signal.received_at, "alarm": alarm.id}
    tx.conn.execute(update(_BOX).where(*mine, _BOX.c.pressed_at.is_(None)).values(**heard))


def drills(conn: Connection, stations: frozenset[str] | None, limit: int = 20) -> list[Drill]:
    """The drills of the stations asked for (None: all), the newest first."""
    query = of_stations(select(_DRILL), _DRILL.c.station, stations).order_by(_DRILL.c.starts_at.desc(), _DRILL.c.id)
    return records(conn, Drill, query.limit(limit))


def not_over(conn: Connection, stations: frozenset[str] | None, now: Millis) -> list[Drill]:
    """Every drill of the stations asked for (None: all) that runs or is announced, the first to begin first."""
    query = of_stations(select(_DRILL).where(_DRILL.c.ends_at > now), _DRILL.c.station, stations)
    return records(conn, Drill, query.order_by(_DRILL.c.starts_at, _DRILL.c.id))


def record(conn: Connection, station: str, drill: str) -> list[BoxRecord]:
    """What was heard of each expected box, and who acknowledged its alarm when."""
    answered = and_(
        _STEP.c.station == _BOX.c.station, _STEP.c.alarm == _BOX.c.alarm, _STEP.c.step == Step.ACKNOWLEDGE.value
    )
    query = (
        select(_BOX.c.box, _BOX.c.pressed_at, _BOX.c.alarm, _STEP.c.at, _STEP.c.by)
        .join(_STEP, answered, isouter=True)
        .where(_BOX.c.station == station, _BOX.c.drill == drill)
        .order_by(_BOX.c.box)
    )
    return [BoxRecord(row.box, row.pressed_at, row.alarm, row.at, row.by or "") for row in conn.execute(query)]
