"""What the desk reads of one alarm beside the alarm itself: its history, in bounds."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from models.records.alarm import AlarmStep
from store.rows import records, table_of

_STEP = table_of(AlarmStep)

#: Lines of a history that are told: a box with a stuck button writes thousands.
MOST_LINES = 200
MOST_JOINS = 20


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
