"""Notices: every try to tell somebody of an alarm. A try is written down before it is made, so that of two processes
one makes it; what became of it is written down after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, tuple_, update

from models.alarms.kinds import family_of
from models.alarms.life import State, Step
from models.notices.channels import Channel
from models.notices.order import is_help
from models.notices.plan import Due, Message, troubled
from models.records.alarm import Alarm, AlarmNow
from models.records.base import Millis
from models.records.notice import TOGETHER, Notice, Outcome, Trouble
from models.records.sos import Mark, join_marks, split_marks
from store import alarms
from store.alarms.rows import STILL_OPEN, go_on
from store.database import Tx
from store.rows import add_new, record_of, records, table_of, values_of

_NOTICE = table_of(Notice)
_ALARM = table_of(Alarm)

#: A notice that went out, and stands for its message: of those told together the first.
_MESSAGE = and_(_NOTICE.c.outcome == Outcome.SENT.value, _NOTICE.c.error != TOGETHER)


def newest_tries() -> Select[Any]:
    """Of each alarm nobody has acknowledged, level and channel the newest try: found by the keys of the open alarms,
    however many tries there were."""
    columns = [_NOTICE.c[name] for name in ("station", "alarm", "level", "channel")]
    waiting = select(_ALARM.c.station, _ALARM.c.id).where(STILL_OPEN, _ALARM.c.state == State.RAISED.value)
    last = (
        select(*columns, func.max(_NOTICE.c.attempt).label("attempt"))
        .where(tuple_(_NOTICE.c.station, _NOTICE.c.alarm).in_(waiting))
        .group_by(*columns)
        .subquery()
    )
    same = and_(*(last.c[column.name] == column for column in (*columns, _NOTICE.c.attempt)))
    return select(_NOTICE).select_from(last.join(_NOTICE, same))


def tries(conn: Connection) -> list[Notice]:
    """The newest tries for the alarms that nobody has acknowledged."""
    return records(conn, Notice, newest_tries())


def lately(conn: Connection, since: Millis) -> dict[str, list[Message]]:
    """Channel -> its messages since a moment; one that told of many alarms counts once. No message tells of
    calls for help and of other things, so the alarm it stands with says which it was."""
    found: dict[str, list[Message]] = defaultdict(list)
    of_alarm = and_(_ALARM.c.station == _NOTICE.c.station, _ALARM.c.id == _NOTICE.c.alarm)
    query = select(_NOTICE.c.channel, _NOTICE.c.at, _ALARM.c.kind, _ALARM.c.marks).join(_ALARM, of_alarm)
    for channel, at, kind, marks in conn.execute(query.where(_NOTICE.c.at >= since, _MESSAGE)):
        found[channel].append(Message(at, is_help(family_of(kind), marks)))
    return found


def of_alarm(conn: Connection, station: str, alarm: str) -> list[Notice]:
    """Every try for one alarm, the first first."""
    query = select(_NOTICE).where(_NOTICE.c.station == station, _NOTICE.c.alarm == alarm)
    return records(conn, Notice, query.order_by(_NOTICE.c.at, _NOTICE.c.channel, _NOTICE.c.attempt))


def spent(conn: Connection, since: Millis) -> dict[str, int]:
    """Channel -> how many messages it sent since a moment."""
    query = select(_NOTICE.c.channel, func.count()).where(_NOTICE.c.at >= since, _MESSAGE).group_by(_NOTICE.c.channel)
    return {row[0]: row[1] for row in conn.execute(query)}


def newest(conn: Connection, channels: Iterable[str]) -> dict[str, Notice]:
    """Channel -> its newest try that ended; a channel that never tried is not there."""
    found: dict[str, Notice] = {}
    for channel in channels:
        query = select(_NOTICE).where(_NOTICE.c.channel == channel, _NOTICE.c.outcome != Outcome.SENDING.value)
        row = conn.execute(query.order_by(_NOTICE.c.at.desc()).limit(1)).one_or_none()
        if row is not None:
            found[channel] = record_of(Notice, row)
    return found


def begin(tx: Tx, due: Due, now: Millis) -> AlarmNow | None:
    """Write a try down, before it is made. None: somebody answered meanwhile, or another process makes it.

    The alarm as it stands now: what is sent tells of this moment. A spent quota is written down as the end of it.
    """
    alarm = alarms.find(tx.conn, due.alarm.id, None)
    if alarm.state != State.RAISED:
        return None
    notice = Notice(
        station=alarm.station, alarm=alarm.id, level=due.level, channel=due.channel.name, attempt=due.attempt, at=now,
    )  # fmt: skip
    if due.exhausted:
        notice.outcome, notice.error, notice.ended_at = Outcome.QUOTA.value, Trouble.QUOTA.value, now
    if not add_new(tx, _NOTICE, values_of(notice)):
        return None
    if due.attempt > 1:
        _lost(tx, notice, now)
    if due.exhausted:
        _show(tx, alarm, due.channel, notice.error, now)
        return None
    return alarm


def _lost(tx: Tx, notice: Notice, now: Millis) -> None:
    """Tries before this one that nobody heard the end of have failed."""
    before = (
        _NOTICE.c.station == notice.station, _NOTICE.c.alarm == notice.alarm, _NOTICE.c.level == notice.level,
        _NOTICE.c.channel == notice.channel, _NOTICE.c.attempt < notice.attempt,
        _NOTICE.c.outcome == Outcome.SENDING.value,
    )  # fmt: skip
    ended = {"outcome": Outcome.FAILED.value, "error": Trouble.LOST.value, "ended_at": now}
    tx.conn.execute(update(_NOTICE).where(*before).values(**ended))


def end(tx: Tx, due: Due, error: str, now: Millis, together: bool = False) -> None:
    """Write down what became of a try: empty `error` = it arrived. A failure is shown on a waiting alarm.

    `together`: in a message that another notice stands for.
    """
    mine = (
        _NOTICE.c.station == due.alarm.station, _NOTICE.c.alarm == due.alarm.id, _NOTICE.c.level == due.level,
        _NOTICE.c.channel == due.channel.name, _NOTICE.c.attempt == due.attempt,
    )  # fmt: skip
    outcome = Outcome.FAILED if error else Outcome.SENT
    said = TOGETHER if together and not error else error
    tx.conn.execute(update(_NOTICE).where(*mine).values(outcome=outcome.value, error=said, ended_at=now))
    alarm = alarms.find(tx.conn, due.alarm.id, None)
    if alarm.state == State.RAISED:
        _show(tx, alarm, due.channel, error, now)


def _show(tx: Tx, alarm: AlarmNow, channel: Channel, error: str, now: Millis) -> None:
    """Mark the alarm while somebody who should know of it could not be told; take the mark off when all were. Whom it
    was told to is a line too, so that desks read its tries again."""
    marks = split_marks(alarm.marks)
    failing = troubled(of_alarm(tx.conn, alarm.station, alarm.id))
    wanted = marks | {Mark.NOTICE_FAILED} if failing else marks - {Mark.NOTICE_FAILED}
    if wanted != marks or not error:
        detail = f"{channel.name}: {error or Outcome.SENT.value}"
        go_on(tx, alarm, Step.NOTICE, now, {"marks": join_marks(wanted)}, line_by="system", detail=detail)


def keep_test(tx: Tx, channel: str, error: str, now: Millis) -> None:
    """Write a test of a channel down: it counts in the month, and is the newest that is known of the channel."""
    outcome = Outcome.FAILED if error else Outcome.SENT
    notice = Notice(
        station="_system", alarm=f"test-{now}", level=0, channel=channel, attempt=1, at=now, ended_at=now,
        outcome=outcome.value, error=error,
    )  # fmt: skip
    add_new(tx, _NOTICE, values_of(notice))
