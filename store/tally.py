"""What a wall counts of each station: how fast today's alarms were answered, and the incidents of a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, func, select

from models.alarms.life import State
from models.records.alarm import Alarm, AlarmStep
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION, Millis
from models.records.incident import Incident
from models.records.sos import Mark
from models.records.station import Station

_ALARM = Alarm.__table__  # type: ignore[attr-defined]
_STEP = AlarmStep.__table__  # type: ignore[attr-defined]
_INCIDENT = Incident.__table__  # type: ignore[attr-defined]
_STATION = Station.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Tally:
    """One station's counts. `raised`: alarms since the day began; `answered` of them by a person within the time
    allowed. `newest`: when the newest known incident happened, ms; None = no incident was ever entered."""

    raised: int = 0
    answered: int = 0
    incidents: int = 0
    newest: Millis | None = None


def tallies(conn: Connection, day_began: Millis, now: Millis, within_ms: Millis) -> dict[str, Tally]:
    """The counts of every station, from `now` back to the day's beginning, and 24 hours for incidents."""
    answers = _answers(conn, day_began, now, within_ms)
    since = now - 86_400_000
    of_station = _INCIDENT.c.station == _STATION.c.code
    recent = select(func.count()).where(of_station, _INCIDENT.c.occurred_from.between(since, now)).scalar_subquery()
    # For each station its own look into the index: a look over all rows would grow with the years kept.
    newest = select(func.max(_INCIDENT.c.occurred_from)).where(of_station, _INCIDENT.c.occurred_from <= now)
    found = {
        row.code: Tally(*answers.pop(row.code, (0, 0)), row.recent, row.newest)
        for row in conn.execute(
            select(_STATION.c.code, recent.label("recent"), newest.scalar_subquery().label("newest")).where(
                _STATION.c.code != SYSTEM_STATION
            )
        )
    }
    return found | {station: Tally(*counts) for station, counts in answers.items() if station == UNKNOWN_STATION}


def _answers(conn: Connection, since: Millis, now: Millis, within_ms: Millis) -> dict[str, tuple[int, int]]:
    """Station -> calls for help raised, and those answered in time. One that may still be answered in time counts for
    neither; a drill is no call."""
    first = (
        select(_STEP.c.station, _STEP.c.alarm, func.min(_STEP.c.at).label("at"))
        .join(_ALARM, and_(_ALARM.c.station == _STEP.c.station, _ALARM.c.id == _STEP.c.alarm))
        .where(_ALARM.c.raised_at.between(since, now), _STEP.c.new_state != State.RAISED.value)
        .group_by(_STEP.c.station, _STEP.c.alarm)
        .subquery()
    )
    in_time = first.c.at - _ALARM.c.raised_at <= within_ms
    rows = conn.execute(
        select(_ALARM.c.station, func.count(), func.sum(case((in_time, 1), else_=0)))
        .join(first, and_(first.c.station == _ALARM.c.station, first.c.alarm == _ALARM.c.id), isouter=True)
        .where(_ALARM.c.raised_at.between(since, now))
        .where(_ALARM.c.cause == "", _ALARM.c.marks.not_like(f"%{Mark.DRILL.value}%"))
        .where((first.c.at.is_not(None)) | (_ALARM.c.raised_at <= now - within_ms))
        .group_by(_ALARM.c.station)
    )
    return {station: (raised, int(answered)) for station, raised, answered in rows}
