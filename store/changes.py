"""The change log: read by every process's follower, cut by retention."""

from __future__ import annotations

from sqlalchemy import Connection, text

from models.records.base import Millis
from store.database import Tx


def since(conn: Connection, seq: int, limit: int) -> list[tuple[int, str]]:
    """Rows after a number, ascending: (number, JSON body)."""
    rows = conn.execute(
        text("SELECT seq, body FROM change WHERE seq > :seq ORDER BY seq LIMIT :limit"), {"seq": seq, "limit": limit}
    )
    return [(int(row[0]), str(row[1])) for row in rows]


def newest(conn: Connection) -> int:
    """The highest number given; 0 in a new database."""
    return int(conn.execute(text("SELECT COALESCE(MAX(seq), 0) FROM change")).scalar_one())


def forget(tx: Tx, before: Millis) -> int:
    """Delete rows older than a moment; the newest row always stays, so that a restart knows where it stands."""
    return tx.conn.execute(
        text("DELETE FROM change WHERE at < :before AND seq < (SELECT MAX(seq) FROM change)"), {"before": before}
    ).rowcount
