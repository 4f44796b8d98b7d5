"""Somebody elsewhere answers an alarm: told to the store, as by another dispatcher's screen."""

from __future__ import annotations

from models.alarms.life import Step
from store import alarms
from store.database import Database
from tests.fault.product import now_ms


def close_alarm(db: Database, alarm: str) -> None:
    """Answer and close it, as a dispatcher would."""
    with db.write() as tx:
        alarms.step(tx, alarm, Step.ACKNOWLEDGE, by="tester", role="dispatcher", origin="test", now=now_ms())
        alarms.step(
            tx, alarm, Step.CLOSE, by="tester", role="dispatcher", origin="test", now=now_ms(), outcome="test"
        )
