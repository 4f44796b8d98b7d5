"""What was not accepted: its reason and its bytes, bounded in size and time, for administrators only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.records.base import Millis, Rejected
from store.database import Tx

#: Most bytes kept of one message; what is longer is cut, its size stays known.
KEEP_BYTES = 80 * 1024

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


def keep(tx: Tx, rejected: Sequence[Rejected], now: Millis, max_bytes: int) -> None:
    """Keep rejected messages; the oldest go when there are more than `max_bytes`."""
    if not rejected:
        return
    tx.conn.execute(
        _INSERT,
        [
            {
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
            for item in rejected
        ],
    )
    held = int(tx.conn.execute(text("SELECT COALESCE(SUM(size), 0) FROM quarantine")).scalar_one())
    if held > max_bytes:
        _make_room(tx, held - max_bytes * 9 // 10)


def _make_room(tx: Tx, excess: int) -> None:
    freed = 0
    last = 0
    for row in tx.conn.execute(text("SELECT id, size FROM quarantine ORDER BY id")):
        last, freed = row.id, freed + row.size
        if freed >= excess:
            break
    tx.conn.execute(text("DELETE FROM quarantine WHERE id <= :last"), {"last": last})


def newest(conn: Connection, limit: int = 100, stations: frozenset[str] | None = None) -> list[Held]:
    """The newest rows, without their bytes, of the stations asked for (None: all)."""
    rows = conn.execute(
        text(
            "SELECT id, station, source, reason, topic, detail, size, received_at FROM quarantine"
            " ORDER BY id DESC LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [Held(*row) for row in rows if stations is None or row.station in stations]


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
