"""Dispatch: the units sent to open alarms are followed, until they have left or the alarm is closed.

A unit's own word and its fixes both count, whichever came first. Everything is judged anew from the store each time:
a fix that came late, or a process that was away for a while, changes nothing in what is found.
"""

from __future__ import annotations

import logging
from collections import Counter

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from jobs.job import Job
from models.alarms.life import SYSTEM, IllegalStepError, State, Step
from models.dispatch.arrival import window
from models.dispatch.progress import Progress, progress
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.dispatch import Dispatch
from store import alarms, dispatch, positions, units
from store.alarms import street
from store.database import Database, Lane, Tx

_LOG = logging.getLogger(__name__)

#: Of a unit that is sent for longer, only so much of its track and words is read: what was before was judged then.
LONGEST_MS = 20 * 60_000


def found(conn: Connection, now: Millis) -> list[tuple[Dispatch, AlarmNow, Progress]]:
    """The dispatches of which something is newly known, each with its alarm."""
    result = []
    under_way = dispatch.under_way(conn)
    times_sent = Counter((sent.unit_station, sent.unit) for sent in under_way)
    for sent in under_way:
        if sent.left_at is not None:
            continue
        try:
            alarm = alarms.find(conn, sent.alarm, frozenset({sent.station}))
        except alarms.UnknownAlarmError:
            _LOG.warning("the dispatch of %s to %s is of no alarm", sent.unit, sent.alarm)
            continue
        start, end = window(sent.assigned_at, now, LONGEST_MS)
        track = positions.track(conn, sent.unit_station, sent.unit, start, end)
        words = units.words_since(conn, sent.unit_station, sent.unit, max(sent.assigned_at, start))
        if times_sent[sent.unit_station, sent.unit] > 1:
            words = []  # sent to two places, its words do not say at which it is: fixes or a person decide
        place = None if alarm.lat is None or alarm.lon is None else (alarm.lat, alarm.lon)
        if news := progress(sent, track, words, place, now):
            result.append((sent, alarm, news))
    return result


def take(tx: Tx, sent: Dispatch, alarm: AlarmNow, news: Progress, now: Millis) -> None:
    """Take the steps that follow from what is newly known; a closed alarm is never moved."""
    if news.enroute and alarm.state == State.ASSIGNED:
        alarm = street.set_out(tx, alarm, sent, news.enroute, now)
    if news.on_scene and alarm.state == State.ASSIGNED:
        by = street.teller(sent, news.on_scene)
        alarm = alarms.step(
            tx, alarm.id, Step.ARRIVE, by=by, role=SYSTEM, origin="", now=now,
            reached_at=news.on_scene.at, how=news.on_scene.how,
        )  # fmt: skip
    if news.left and alarm.state == State.ON_SCENE:
        street.leave(tx, alarm, sent, news.left, now)


def _take_one(database: Database, sent: Dispatch, news: Progress, now: Millis) -> None:
    """Take what was judged of one dispatch, if it is still the one under way."""
    with database.write(Lane.ALARM) as tx:
        still = dispatch.open_of(tx.conn, sent.station, sent.alarm)
        if still is not None and still.version == sent.version:
            alarm = alarms.find(tx.conn, sent.alarm, frozenset({sent.station}))
            take(tx, still, alarm, news, now)


def dispatch_job() -> Job:
    """The job, looking each second."""

    def wanted(conn: Connection, now: Millis) -> bool:
        return bool(found(conn, now))

    def run(database: Database, now: Millis) -> None:
        # Tracks are read before the lock is taken: a press never waits for them.
        with database.read() as conn:
            judged = found(conn, now)
        for sent, _, news in judged:
            try:
                _take_one(database, sent, news, now)
            except (IllegalStepError, alarms.UnknownAlarmError, SQLAlchemyError):
                _LOG.exception("the dispatch of %s to %s could not be followed", sent.unit, sent.alarm)

    return Job("dispatches", every_ms=1_000, run=run, lease_ms=5_000, wanted=wanted)
