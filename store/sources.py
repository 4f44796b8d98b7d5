"""Running counts of what each source delivered and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.access.grants import Stations
from models.happenings import SourceHeard
from models.records.base import Millis
from store.database import Tx

ACCEPTED = "accepted"
DUPLICATE = "duplicate"
LATE = "late"

_COUNT = text(
    "INSERT INTO source_count (source, station, reason, count, newest_at)"
    " VALUES (:source, :station, :reason, :count, :newest)"
    " ON CONFLICT (source, station, reason) DO UPDATE SET count = source_count.count + excluded.count,"
    " newest_at = CASE WHEN excluded.newest_at > source_count.newest_at"
    " THEN excluded.newest_at ELSE source_count.newest_at END"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A source's count of one reason at one station; `newest_at` is the newest arrival."""

    source: str
    station: str
    reason: str
    count: int
    newest_at: Millis


def count_all(tx: Tx, counts: Mapping[tuple[str, str, str], int], newest: Millis) -> None:
    """Add a batch's counts, keyed (source, station, reason), and tell that the sources were heard."""
    rows = [
        {"source": source, "station": station, "reason": reason, "count": n, "newest": newest}
        for (source, station, reason), n in counts.items()
        if n
    ]
    if not rows:
        return
    tx.conn.execute(_COUNT, rows)
    heard = {(row["source"], row["station"]) for row in rows if row["reason"] in (ACCEPTED, DUPLICATE)}
    tx.tell(*(SourceHeard(str(source), str(station), newest) for source, station in sorted(heard)))


def count(tx: Tx, source: str, station: str, reason: str, n: int, newest: Millis) -> None:
    """Add to one count."""
    count_all(tx, {(source, station, reason): n}, newest)


def counts(conn: Connection, stations: Stations) -> list[Counted]:
    """Every count, of the stations asked for (None: all)."""
    rows = conn.execute(
        text("SELECT source, station, reason, count, newest_at FROM source_count ORDER BY source, station, reason")
    )
    return [Counted(*row) for row in rows if stations is None or row[1] in stations]


def newest(conn: Connection) -> dict[tuple[str, str], Millis]:
    """The newest arrival of each (source, station) that was taken."""
    result: dict[tuple[str, str], Millis] = {}
    for one in counts(conn, None):
        if one.reason in (ACCEPTED, DUPLICATE):
            key = (one.source, one.station)
            result[key] = max(result.get(key, 0), one.newest_at)
    return result
