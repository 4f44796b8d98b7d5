"""What was not accepted: its reason and its bytes, bounded in size and time, for administrators only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from models.access.grants import Stations
from models.records.base import Millis, Rejected
from models.records.quarantine import Quarantine
from store.database import Tx
from store.rows import of_stations, table_of

#: Most bytes kept of one message; what is longer is cut, its size stays known.
KEEP_BYTES = 80 * 1024

#: What a row is counted as beside its payload: a flood of empty messages takes space too.
ROW_BYTES = 512

_ROW = table_of(Quarantine)
_HELD = select(*(_ROW.c[name] for name in (
    "id", "station", "source", "reason", "topic", "detail", "size", "received_at",
)))  # fmt: skip

_INSERT = text(
    "INSERT INTO quarantine (station, source, reason, topic, foreign_id, detail, size, payload, received_at)"
    " VALUES (:station, :source, :reason, :topic, :foreign_id, :detail, :size, :payload, :received_at)"
)


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the quarantine without its bytes."""

    id: int
    station: str
    source: str
    reason: str
    topic: str
    detail: str
    size: int
    received_at: Millis


class Room:
    """Keeps rejected messages within a size: the oldest go when there are more.

    How much is held is counted here and looked up only now and then, because looking up reads every row: a flood of
    junk must not make each batch dearer than the one before. Several writers may each have a room over one table; the
    limit is then exceeded by a tenth a writer at most.
    """

    def __init__(self, max_bytes: int) -> None:
        """`max_bytes` bounds the payloads and `ROW_BYTES` for each row."""
        self._max = max_bytes
        self._held = 0
        self._counted: int | None = None  # bytes added since the table was looked at; None: never
        self._lock = threading.Lock()

    def keep(self, tx: Tx, rejected: Sequence[Rejected], now: Millis) -> None:
        """Keep rejected messages."""
        if not rejected:
            return
        rows = [_row(item, now) for item in rejected]
        tx.conn.execute(_INSERT, rows)
        added = sum(len(item.payload) + ROW_BYTES for item in rejected)
        with self._lock:
            if self._counted is None or self._counted + added > self._max // 10:
                self._held, self._counted = held_bytes(tx.conn), 0
            else:
                self._held, self._counted = self._held + added, self._counted + added
            excess = self._held - self._max
            if excess > 0:
                self._held -= _make_room(tx, excess + self._max // 100)


def _row(item: Rejected, now: Millis) -> dict[str, object]:
    return {
        "station": item.station,
        "source": item.source,
        "reason": item.reason.value,
        "topic": item.topic[:512].replace("\x00", ""),
        "foreign_id": item.foreign_id[:160].replace("\x00", ""),
        "detail": item.detail[:512].replace("\x00", ""),
        "size": len(item.payload),
        "payload": item.payload[:KEEP_BYTES],
        "received_at": now,
    }


def held_bytes(conn: Connection) -> int:
    """How much is held, as it is bounded; reads every row."""
    size, number = conn.execute(text("SELECT COALESCE(SUM(size), 0), COUNT(*) FROM quarantine")).one()
    return int(size) + ROW_BYTES * int(number)


def _make_room(tx: Tx, excess: int) -> int:
    freed = 0
    last = 0
    for row in tx.conn.execute(text("SELECT id, size FROM quarantine ORDER BY id")):
        last, freed = row.id, freed + row.size + ROW_BYTES
        if freed >= excess:
            break
    tx.conn.execute(text("DELETE FROM quarantine WHERE id <= :last"), {"last": last})
    return freed


def newest(conn: Connection, stations: Stations, limit: int = 100) -> list[Held]:
    """The newest rows, without their bytes, of the stations asked for (None: all)."""
    query = of_stations(_HELD, _ROW.c.station, stations).order_by(_ROW.c.id.desc()).limit(limit)
    return [Held(*row) for row in conn.execute(query)]


_PAGE = text(
    "SELECT id, station, source, reason, topic, detail, size, received_at, foreign_id, payload FROM quarantine"
    " WHERE id > :after AND received_at >= :from AND received_at < :to ORDER BY id LIMIT :limit"
)


def page(
    conn: Connection, stations: Stations, start: Millis, end: Millis, after: int = 0
) -> tuple[list[tuple[Held, str, bytes]], int | None]:
    """The next rows received in `start <= t < end`: each with its foreign id and bytes; and the id of the last one.

    The id is None when there are no more. What was cut to be kept is left out: it is not the message.
    """
    found = conn.execute(_PAGE, {"after": after, "from": start, "to": end, "limit": 200}).all()
    rows = [(Held(*row[:8]), str(row[8]), bytes(row[9])) for row in found]
    mine = [row for row in rows if stations is None or row[0].station in stations]
    return [row for row in mine if row[0].size <= KEEP_BYTES], int(found[-1].id) if found else None


def release(tx: Tx, row_ids: Sequence[int]) -> None:
    """Take rows out: what they said was accepted after all."""
    if row_ids:
        tx.conn.execute(text("DELETE FROM quarantine WHERE id = :id"), [{"id": row_id} for row_id in row_ids])


def payload(conn: Connection, row_id: int) -> bytes:
    """The kept bytes of one row; empty when there is none."""
    found = conn.execute(text("SELECT payload FROM quarantine WHERE id = :id"), {"id": row_id}).scalar()
    return bytes(found) if found is not None else b""


def by_reason(conn: Connection) -> dict[str, int]:
    """How many rows are held of each reason."""
    rows = conn.execute(text("SELECT reason, COUNT(*) FROM quarantine GROUP BY reason"))
    return {str(reason): int(n) for reason, n in rows}


def forget(tx: Tx, before: Millis) -> int:
    """Delete rows received before a moment; returns how many."""
    return tx.conn.execute(text("DELETE FROM quarantine WHERE received_at < :before"), {"before": before}).rowcount
