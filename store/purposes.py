"""Purposes of looking back: stated once, and each hour read under them once. Rows are added, never changed.

The tables refuse a change and a deletion by themselves (triggers of the migration).
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from models.records.base import Millis
from models.records.purpose import PastReading, Purpose
from store.database import Tx
from store.rows import add_new, record_of, records, table_of, values_of

_PURPOSE, _READING = table_of(Purpose), table_of(PastReading)

_HOUR = 3_600_000


def state(tx: Tx, purpose: Purpose) -> None:
    """Write a stated purpose down."""
    tx.conn.execute(insert(_PURPOSE).values(**values_of(purpose)))


def find(conn: Connection, purpose: str) -> Purpose | None:
    """A stated purpose; None when there is none of that id."""
    row = conn.execute(select(_PURPOSE).where(_PURPOSE.c.id == purpose)).one_or_none()
    return None if row is None else record_of(Purpose, row)


def pieces(start: Millis, end: Millis) -> list[tuple[Millis, Millis]]:
    """The hours (UTC, in ms) that a window `start <= t < end` touches; its days when it is longer than two. Pure."""
    long = _HOUR if end - start <= 48 * _HOUR else 24 * _HOUR
    return [(at, at + long) for at in range(start - start % long, end, long)]


def note_reading(tx: Tx, purpose: str, unit: str, start: Millis, end: Millis, now: Millis) -> int:
    """Write down that a window was read; returns how many of its hours (or days) were new.

    `unit` is `station/unit`, or empty for all units.
    """

    def add(first: Millis, last: Millis) -> bool:
        row = {"purpose": purpose, "unit": unit, "window_from": first, "window_to": last, "at": now}
        return add_new(tx, _READING, row)

    new = 0
    for first, last in pieces(start, end):
        if add(first, last):
            new += 1
        elif last - first > _HOUR and _held_to(tx, purpose, unit, first) < last:
            # Its first hour was read by itself before and has the key: the rest of the day is written hour by hour.
            new += sum(add(*hour) for hour in pieces(first, last))
    return new


def _held_to(tx: Tx, purpose: str, unit: str, first: Millis) -> Millis:
    """The end of what is written down as read from a moment on."""
    key = (_READING.c.purpose == purpose, _READING.c.unit == unit, _READING.c.window_from == first)
    return int(tx.conn.execute(select(_READING.c.window_to).where(*key)).scalar_one())


def purposes(conn: Connection, start: Millis = 0, end: Millis = 2**62, limit: int = 100) -> list[Purpose]:
    """Purposes stated in `start <= at < end`, the newest first."""
    query = select(_PURPOSE).where(_PURPOSE.c.at >= start, _PURPOSE.c.at < end)
    return records(conn, Purpose, query.order_by(_PURPOSE.c.at.desc(), _PURPOSE.c.id).limit(limit))


def readings(conn: Connection, purpose: str) -> list[PastReading]:
    """What was read under a purpose, by unit and time."""
    query = select(_READING).where(_READING.c.purpose == purpose)
    return records(conn, PastReading, query.order_by(_READING.c.unit, _READING.c.window_from))
