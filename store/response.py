"""Reading the times of many alarms at once, for the response report: columns, no record objects."""

from __future__ import annotations

from sqlalchemy import Connection, String, bindparam, text

from models.records.base import Millis
from models.response.times import Times, times_of

_STATIONS = bindparam("stations", type_=String(), expanding=True)

# Of an empty cause are calls for help: trouble of equipment has no way to the scene, and reports are no presses.
# One dispatch an alarm, the newest: who was there before it was replaced was not there, or is gone, and help counts
# from the unit that came to stay. "None is newer", because PostgreSQL joins that at once; it looked for the newest
# of each alarm twice. The arrival as the dispatch knows it may be earlier than the step a person took.
# In the order of the fields of `Times`.
_TIMES = """
    SELECT a.station, a.id, a.kind, a.origin_kind, a.origin, a.lat, a.lon, a.marks, a.outcome, a.state,
           CASE WHEN d.unit IS NOT NULL THEN d.unit_station || '/' || d.unit
                WHEN a.assigned <> '' THEN a.station || '/' || a.assigned ELSE '' END,
           COALESCE(p.kind IN ('demo', 'test'), FALSE), a.pressed_at, a.raised_at,
           t.stored_at, t.shown_at, t.acknowledged_at, t.assigned_at, COALESCE(d.assigned_at, t.assigned_at),
           CASE WHEN d.unit IS NOT NULL THEN d.on_scene_at ELSE t.arrived_at END,
           CASE WHEN d.unit IS NOT NULL THEN d.on_scene_how
                WHEN t.arrived_at IS NOT NULL THEN 'manual' ELSE '' END,
           t.closed_at
    FROM alarm a
    LEFT JOIN station p ON p.code = a.station
    LEFT JOIN alarm_times t ON t.station = a.station AND t.alarm = a.id
    LEFT JOIN dispatch d ON d.station = a.station AND d.alarm = a.id AND NOT EXISTS (
        SELECT 1 FROM dispatch e WHERE e.station = d.station AND e.alarm = d.alarm AND e.version > d.version)
    WHERE a.cause = ''
"""
_IN_PERIOD = f"{_TIMES} AND a.raised_at >= :start AND a.raised_at < :end"
_OF_ONE = text(_TIMES.replace("a.cause = ''", "a.station = :station AND a.id = :alarm"))


def times_between(conn: Connection, stations: frozenset[str] | None, start: Millis, end: Millis) -> Times:
    """The times of every call for help that arrived in `start <= t < end` at these stations (None: all)."""
    asked: dict[str, object] = {"start": start, "end": end}
    if stations is None:
        return times_of(conn.execute(text(_IN_PERIOD), asked).all())
    mine = text(f"{_IN_PERIOD} AND a.station IN :stations").bindparams(_STATIONS)
    return times_of(conn.execute(mine, asked | {"stations": sorted(stations)}).all())


def times_of_alarm(conn: Connection, station: str, alarm: str) -> Times:
    """The times of one alarm, whatever its kind; empty when there is none."""
    return times_of(conn.execute(_OF_ONE, {"station": station, "alarm": alarm}).all())


def test_presses(conn: Connection, stations: frozenset[str] | None, start: Millis, end: Millis) -> int:
    """How many test presses of boxes arrived in `start <= t < end`: routine, in no figure."""
    query = "SELECT COUNT(*) FROM sos_event WHERE kind = 'test' AND received_at >= :start AND received_at < :end"
    asked: dict[str, object] = {"start": start, "end": end}
    if stations is None:
        return int(conn.execute(text(query), asked).scalar_one())
    mine = text(f"{query} AND station IN :stations").bindparams(_STATIONS)
    return int(conn.execute(mine, asked | {"stations": sorted(stations)}).scalar_one())
