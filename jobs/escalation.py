"""Escalation: an alarm that nobody acknowledged in time goes one level up, on every wall."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from jobs.job import Job
from models.alarms.life import State
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store import alarms
from store.database import Database, Lane


def overdue(open_alarms: Iterable[AlarmNow], now: Millis, escalate_ms: Millis) -> bool:
    """Whether one of the alarms waits for its first acknowledgement for too long, or since before the clock was set
    back (`store.alarms.escalate`). Pure."""
    return any(
        alarm.state == State.RAISED and alarm.level == 0 and abs(now - alarm.raised_at) > escalate_ms
        for alarm in open_alarms
    )


def escalation(escalate_s: int) -> Job:
    """The job, looking each second. `escalate_s`: how long an alarm may stay unacknowledged."""
    limit_ms = escalate_s * 1000

    def wanted(conn: Connection, now: Millis) -> bool:
        return overdue(alarms.open_alarms(conn), now, limit_ms)

    def run(database: Database, now: Millis) -> None:
        with database.write(Lane.ALARM) as tx:
            alarms.escalate(tx, now - limit_ms, now)

    return Job("escalation", every_ms=1_000, run=run, lease_ms=5_000, wanted=wanted)
