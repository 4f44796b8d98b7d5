"""Escalation: an alarm that nobody acknowledged in time climbs the ladder (`models.alarms.ladder`), on every wall."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from jobs.job import Job
from models.alarms.ladder import Ladders, level_due
from models.alarms.life import State
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store import alarms
from store.database import Database, Lane


def overdue(open_alarms: Iterable[AlarmNow], now: Millis, ladders: Ladders) -> bool:
    """Whether one of the alarms waits for its first acknowledgement for longer than its level says. Pure."""
    return any(
        alarm.state == State.RAISED
        and level_due(alarm.kind, alarm.raised_at, now, ladders.of(alarm.station)) > alarm.level
        for alarm in open_alarms
    )


def escalation(ladders: Ladders) -> Job:
    """The job, looking each second."""

    def wanted(conn: Connection, now: Millis) -> bool:
        return overdue(alarms.open_alarms(conn, None), now, ladders)

    def run(database: Database, now: Millis) -> None:
        with database.write(Lane.ALARM) as tx:
            alarms.escalate(tx, ladders, now)

    return Job("escalation", every_ms=1_000, run=run, lease_ms=5_000, wanted=wanted)
