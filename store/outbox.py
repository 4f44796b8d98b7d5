"""The outbox: what a transaction made true and is still to be published. Written by `Tx.publish`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from models.records.base import Millis
from models.records.change import Outbox
from store.database import Tx
from store.rows import table_of

_OUTBOX = table_of(Outbox)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be published; an empty payload with `retain` clears the retained one."""

    id: int
    topic: str
    payload: str
    retain: bool


def pending(conn: Connection, limit: int = 500) -> list[Outgoing]:
    """The messages not yet published, in the order in which they became true."""
    query = (
        select(_OUTBOX.c.id, _OUTBOX.c.topic, _OUTBOX.c.payload, _OUTBOX.c.retain)
        .where(_OUTBOX.c.sent_at.is_(None))
        .order_by(_OUTBOX.c.id)
        .limit(limit)
    )
    return [Outgoing(row.id, row.topic, row.payload, bool(row.retain)) for row in conn.execute(query)]


def waiting(conn: Connection) -> tuple[int, Millis]:
    """How many messages wait to be published, and since when the oldest does (0 when none does)."""
    query = select(func.count(), func.min(_OUTBOX.c.created_at)).where(_OUTBOX.c.sent_at.is_(None))
    count, oldest = conn.execute(query).one()
    return int(count), int(oldest or 0)


def sent(tx: Tx, ids: Collection[int], now: Millis) -> None:
    """Note that the broker acknowledged these messages."""
    if ids:
        tx.conn.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(sorted(ids))).values(sent_at=now))


def prune(tx: Tx, before: Millis, limit: int = 5000) -> int:
    """Delete messages published before a moment, `limit` at most; returns how many. Unpublished ones stay."""
    old = select(_OUTBOX.c.id).where(_OUTBOX.c.sent_at < before).limit(limit)
    return tx.conn.execute(delete(_OUTBOX).where(_OUTBOX.c.id.in_(old))).rowcount
