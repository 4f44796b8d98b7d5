"""What the desk reads of one alarm beside the alarm itself: its history in bounds, and what came before."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from models.records.alarm import Alarm, AlarmNow, AlarmStep
from models.records.base import Millis
from store.rows import records, table_of

_ALARM, _STEP = table_of(Alarm), table_of(AlarmStep)

#: Earlier alarms of an origin that are told.
EARLIER_ALARMS = 5

#: Lines of a history that are told: a box with a stuck button writes thousands.
MOST_LINES = 200
MOST_JOINS = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier alarm of the same box or unit."""

    id: str
    kind: str
    state: str
    outcome: str
    raised_at: Millis
    changed_at: Millis
    presses: int
    by: str


#: The newest alarms of an origin, raised at or before a moment.
EARLIER = (
    select(*(_ALARM.c[name] for name in Earlier.__dataclass_fields__))
    .where(
        _ALARM.c.station == bindparam("of_station"),
        _ALARM.c.origin_kind == bindparam("of_kind"),
        _ALARM.c.origin == bindparam("of_origin"),
        _ALARM.c.raised_at <= bindparam("moment"),
        _ALARM.c.id != bindparam("but"),
    )
    .order_by(_ALARM.c.raised_at.desc())
    .limit(EARLIER_ALARMS)
)


def earlier(conn: Connection, alarm: AlarmNow) -> list[Earlier]:
    """The newest alarms of the same origin that were raised before this one."""
    asked = {
        "of_station": alarm.station, "of_kind": alarm.origin_kind, "of_origin": alarm.origin,
        "moment": alarm.raised_at, "but": alarm.id,
    }  # fmt: skip
    return [Earlier(*row) for row in conn.execute(EARLIER, asked)]


def told_history(conn: Connection, station: str, alarm: str) -> tuple[list[AlarmStep], int]:
    """The lines of an alarm's history, the first first, and how many were left out.

    All that persons did comes before repeated presses: of these the newest are told.
    """
    mine = (_STEP.c.station == station, _STEP.c.alarm == alarm)
    newest = select(_STEP).where(*mine).order_by(_STEP.c.version.desc())
    lines = records(conn, AlarmStep, newest.where(_STEP.c.step != "join").limit(MOST_LINES))
    joins = records(conn, AlarmStep, newest.where(_STEP.c.step == "join").limit(MOST_JOINS))
    count = conn.execute(select(func.count()).select_from(_STEP).where(*mine)).scalar_one()
    told = sorted([*lines, *joins], key=lambda line: line.version)
    return told, count - len(told)
