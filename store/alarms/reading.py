"""Reading alarms: one, the open ones, those of a time, those of an origin, and the history of one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Select, String, bindparam, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from models.access.grants import Stations
from models.happenings import Happening
from models.records.alarm import AlarmNow, AlarmStep
from models.records.base import Millis
from store.alarms.rows import ALARM, STEP, STILL_OPEN, now_of
from store.among import among_named, given

#: Up to so many stations their own alarms are sorted; of more the newest alarms of all are gone through.
_FEW = 32

#: The station, where no index of its own is to be used; and SQLite's number of a row.
_IN_TURN: Mapping[str, ColumnElement[str]] = {
    "sqlite": literal_column("+alarm.station", String),
    "postgresql": literal_column("(alarm.station || '')", String),
}
_ROWID: ColumnElement[int] = literal_column("alarm.rowid", Integer)
#: The newest first, by sorting and by no index.
_SORTED: tuple[ColumnElement[int | str], ...] = (
    literal_column("+alarm.raised_at").desc(),
    literal_column("+alarm.id").desc(),
)


class UnknownAlarmError(Exception):
    """There is no alarm of that id."""


def find(conn: Connection, alarm_id: str, stations: Stations) -> AlarmNow:
    """One alarm, when it is of the stations asked for (None: all).

    Raises:
        UnknownAlarmError: there is none.
    """
    row = conn.execute(select(ALARM).where(ALARM.c.id == alarm_id)).first()
    if row is None or (stations is not None and row.station not in stations):
        raise UnknownAlarmError(f"no alarm {alarm_id}")
    return now_of(row)


def open_query() -> Select[tuple[object, ...]]:
    """Every alarm that is not closed."""
    return select(ALARM).where(STILL_OPEN)


def open_alarms(conn: Connection, stations: Stations) -> list[AlarmNow]:
    """Every alarm that is not closed, the oldest first."""
    query = open_query().order_by(ALARM.c.raised_at, ALARM.c.id)
    return [now_of(row) for row in conn.execute(query) if stations is None or row.station in stations]


def recent(conn: Connection, since: Millis) -> list[Happening]:
    """Open alarms, and those closed since a moment: what a live picture starts from."""
    found = {row.id: now_of(row) for row in conn.execute(select(ALARM).where(ALARM.c.changed_at >= since))}
    found |= {row.id: now_of(row) for row in conn.execute(open_query())}
    return list(found.values())


def alarms(
    conn: Connection,
    stations: Stations,
    *,
    start: Millis = 0,
    end: Millis = 2**62,
    only_open: bool = False,
    limit: int = 100,
    before: tuple[Millis, str] | None = None,
) -> list[AlarmNow]:
    """Alarms raised in `start <= t < end`, the newest first; `before` is the (raised_at, id) of the last one seen."""
    dialect = conn.dialect.name
    of: dict[str, object] = {"start": start, "end": end, "most": limit}
    if stations is None:
        whose = _Whose.ALL
    elif len(stations) > 1:
        whose = _Whose.FEW if len(stations) <= _FEW else _Whose.MANY
        of["stations"] = given(dialect, stations)
    elif stations:
        whose = _Whose.ONE
        (of["station"],) = stations
    else:
        return []
    if before is not None:
        of["last_at"], of["last"] = before
    return [now_of(row) for row in conn.execute(_newest(dialect, whose, only_open, before is not None), of)]


class _Whose(Enum):
    """How many stations are asked for."""

    ALL = "all"
    ONE = "one"
    FEW = "few"
    MANY = "many"


@cache
def _newest(dialect: str, whose: _Whose, only_open: bool, further: bool) -> Select[Any]:
    """The statement for each kind of question, made once: making it took as long as half the reading."""
    query, newest = select(ALARM), (ALARM.c.raised_at.desc(), ALARM.c.id.desc())
    most = bindparam("most", type_=Integer)
    if whose is _Whose.MANY:
        # By the index of the station all that they ever raised would be read and sorted: a bureau's are thousands.
        query = query.where(among_named(dialect, _IN_TURN[dialect], "stations"))
    elif whose is _Whose.FEW and dialect == "postgresql":
        query = query.where(among_named(dialect, ALARM.c.station, "stations"))
    elif whose is _Whose.FEW:
        # First which ones, from the index of the station alone: otherwise SQLite sorts whole rows.
        which = select(_ROWID).select_from(ALARM).where(among_named(dialect, ALARM.c.station, "stations"))
        which = _narrowed(which.correlate(None), only_open, further).order_by(*_SORTED).limit(most)
        return select(ALARM).where(_ROWID.in_(which)).order_by(*_SORTED)
    elif whose is _Whose.ONE:
        query = query.where(ALARM.c.station == bindparam("station", type_=String))
    return _narrowed(query, only_open, further).order_by(*newest).limit(most)


def _narrowed(query: Select[Any], only_open: bool, further: bool) -> Select[Any]:
    start, end = (bindparam(name, type_=BigInteger) for name in ("start", "end"))
    query = query.where(ALARM.c.raised_at >= start, ALARM.c.raised_at < end)
    if only_open:
        query = query.where(STILL_OPEN)
    if further:
        at, last = bindparam("last_at", type_=BigInteger), bindparam("last", type_=String)
        query = query.where((ALARM.c.raised_at < at) | ((ALARM.c.raised_at == at) & (ALARM.c.id < last)))
    return query


def earlier(conn: Connection, alarm: AlarmNow, limit: int = 5) -> list[AlarmNow]:
    """Alarms of the same origin raised before this one, whatever their cause, the newest first."""
    query = (
        select(ALARM)
        .where(
            ALARM.c.station == alarm.station,
            ALARM.c.origin_kind == alarm.origin_kind,
            ALARM.c.origin == alarm.origin,
            ALARM.c.raised_at <= alarm.raised_at,
            ALARM.c.id != alarm.id,
        )
        .order_by(ALARM.c.raised_at.desc(), ALARM.c.id.desc())
        .limit(limit)
    )
    return [now_of(row) for row in conn.execute(query)]


def history(conn: Connection, station: str, alarm: str) -> list[AlarmStep]:
    """The steps of an alarm, the first first."""
    query = select(STEP).where(STEP.c.station == station, STEP.c.alarm == alarm).order_by(STEP.c.version)
    return [AlarmStep(**row._mapping) for row in conn.execute(query)]
