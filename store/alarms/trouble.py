"""Alarms of equipment: raised while trouble stands, counted while it chatters, ended when it is gone."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.alarms.causes import Trouble, may_end
from models.alarms.kinds import TECHNICAL, Kind, cause_of
from models.alarms.life import SYSTEM, State, Step, next_state
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store.alarms.raising import Origin, Place, id_of, raise_new
from store.alarms.rows import ALARM, STILL_OPEN, go_on, now_of, open_of
from store.alarms.street import follow
from store.database import Tx

#: What a person closed though the trouble stands is not raised again before this: who closed it knows of it.
KNOWN_MS = 60 * 60_000


def settle(
    tx: Tx, trouble: Trouble, now: Millis, *, said: frozenset[Kind] = frozenset(), topic: str = ""
) -> list[AlarmNow]:
    """Make the open alarms of an origin say what stands; those that changed.

    `said`: kinds of trouble that were told just now, by a message on `topic`: one that has an alarm is counted on it.
    """
    origin = Origin(trouble.station, trouble.origin_kind, trouble.origin)
    changed: list[AlarmNow] = []
    for kind in sorted(trouble.among):
        known = open_of(tx.conn, origin.station, origin.kind, origin.name, cause_of(kind))
        if kind not in trouble.standing:
            if known is not None and may_end(known, now):
                changed.append(restore(tx, known, now))
        elif known is None:
            if kind in said or not _closed_lately(tx.conn, origin, kind, now):
                changed.append(_raise(tx, origin, kind, trouble, now, topic))
        elif kind in said:
            detail = trouble.standing[kind]
            counted = {"presses": known.presses + 1, "last_at": now, "detail": detail}
            changed.append(go_on(tx, known, Step.JOIN, now, counted, line_by=SYSTEM, origin=topic))
    return changed


def _raise(tx: Tx, origin: Origin, kind: Kind, trouble: Trouble, now: Millis, topic: str) -> AlarmNow:
    return raise_new(
        tx,
        origin,
        kind,
        id_of(f"{origin.station}/{origin.kind}/{origin.name}/{kind}/{now}"),
        now,
        place=Place(trouble.place, trouble.lat, trouble.lon),
        pressed_at=now,
        received_at=now,
        topic=topic,
        detail=trouble.standing[kind][:200],
    )


def _closed_lately(conn: Connection, origin: Origin, kind: Kind, now: Millis) -> bool:
    """Whether a person closed an alarm of this trouble a short while ago."""
    lately = conn.execute(
        select(ALARM.c.by).where(
            ALARM.c.station == origin.station,
            ALARM.c.origin_kind == origin.kind,
            ALARM.c.origin == origin.name,
            ALARM.c.cause == cause_of(kind),
            ALARM.c.state == State.CLOSED.value,
            ALARM.c.by != SYSTEM,
            ALARM.c.changed_at > now - KNOWN_MS,
        )
    )
    return lately.first() is not None


def restore(tx: Tx, alarm: AlarmNow, now: Millis) -> AlarmNow:
    """End an alarm of equipment, because its trouble is gone.

    Raises:
        IllegalStepError: it is an alarm of a person; nothing changed.
    """
    state = next_state(State(alarm.state), Step.RESTORE, alarm.family, SYSTEM)
    values = {"state": state.value, "outcome": "technical", "by": SYSTEM, "shelved_until": None, "shelved_by": ""}
    ended = go_on(tx, alarm, Step.RESTORE, now, values, line_by=SYSTEM)
    follow(tx, ended, Step.RESTORE, now, by=SYSTEM)
    return ended


def shelved(conn: Connection, until: Millis) -> list[AlarmNow]:
    """Open alarms whose shelving ends by a moment."""
    query = select(ALARM).where(STILL_OPEN, ALARM.c.shelved_until <= until)
    return [now_of(row) for row in conn.execute(query)]


def end_shelving(tx: Tx, now: Millis, most: int) -> list[AlarmNow]:
    """Take back what was put aside until now, so many at most; it is told again."""
    changed = []
    for alarm in shelved(tx.conn, now)[:most]:
        next_state(State(alarm.state), Step.UNSHELVE, alarm.family, SYSTEM)
        values = {"shelved_until": None, "shelved_by": ""}
        changed.append(go_on(tx, alarm, Step.UNSHELVE, now, values, line_by=SYSTEM))
    return changed


def open_technical(conn: Connection) -> list[AlarmNow]:
    """Every open alarm of equipment."""
    query = select(ALARM).where(STILL_OPEN, ALARM.c.cause.in_(sorted(TECHNICAL)))
    return [now_of(row) for row in conn.execute(query)]
