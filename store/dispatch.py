"""Dispatches: who was sent to which alarm, and when each was on the way, on scene, gone. Written with alarm steps."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from models.records.base import Millis
from models.records.dispatch import Dispatch, How
from store.database import Tx
from store.rows import records, table_of

_DISPATCH = table_of(Dispatch)

#: Every dispatch that is not over.
UNDER_WAY = (
    select(_DISPATCH).where(_DISPATCH.c.ended_at.is_(None)).order_by(_DISPATCH.c.unit_station, _DISPATCH.c.unit)
)


def sent(
    tx: Tx, station: str, alarm: str, version: int, *, unit_station: str, unit: str, by: str, now: Millis
) -> None:
    """A unit is sent to an alarm by the step of this version. Whoever was sent there before is free again."""
    ended(tx, station, alarm, now)
    tx.conn.execute(
        insert(_DISPATCH).values(
            station=station,
            alarm=alarm,
            version=version,
            unit_station=unit_station,
            unit=unit,
            assigned_at=now,
            assigned_by=by,
            enroute_how="",
            on_scene_how="",
            left_how="",
        )
    )


def ended(tx: Tx, station: str, alarm: str, now: Millis) -> None:
    """The alarm needs its unit no more."""
    tx.conn.execute(
        update(_DISPATCH)
        .where(_DISPATCH.c.station == station, _DISPATCH.c.alarm == alarm, _DISPATCH.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def en_route(tx: Tx, station: str, alarm: str, at: Millis, how: How) -> bool:
    """The unit sent is on its way since a moment. False when that was known, or nobody is sent."""
    return _note(tx, station, alarm, "enroute", at, how)


def on_scene(tx: Tx, station: str, alarm: str, at: Millis, how: How) -> bool:
    """The unit sent has reached the place. False when that was known, or nobody is sent."""
    return _note(tx, station, alarm, "on_scene", at, how)


def left(tx: Tx, station: str, alarm: str, at: Millis, how: How) -> bool:
    """The unit sent has left the place while the alarm is open. False when that was known, or nobody is sent."""
    return _note(tx, station, alarm, "left", at, how)


def _note(tx: Tx, station: str, alarm: str, what: str, at: Millis, how: How) -> bool:
    noted = (
        update(_DISPATCH)
        .where(_DISPATCH.c.station == station, _DISPATCH.c.alarm == alarm, _DISPATCH.c.ended_at.is_(None))
        .where(_DISPATCH.c[f"{what}_at"].is_(None))
        .values({f"{what}_at": at, f"{what}_how": how.value})
    )
    return tx.conn.execute(noted).rowcount > 0


def open_of(conn: Connection, station: str, alarm: str) -> Dispatch | None:
    """The dispatch of an alarm that is not over; None when nobody is sent."""
    query = select(_DISPATCH).where(
        _DISPATCH.c.station == station, _DISPATCH.c.alarm == alarm, _DISPATCH.c.ended_at.is_(None)
    )
    return next(iter(records(conn, Dispatch, query)), None)


def under_way(conn: Connection) -> list[Dispatch]:
    """Every dispatch that is not over, of every station."""
    return records(conn, Dispatch, UNDER_WAY)


def of_alarm(conn: Connection, station: str, alarm: str) -> list[Dispatch]:
    """Everybody who was sent to an alarm, the first first."""
    query = select(_DISPATCH).where(_DISPATCH.c.station == station, _DISPATCH.c.alarm == alarm)
    return records(conn, Dispatch, query.order_by(_DISPATCH.c.version))
