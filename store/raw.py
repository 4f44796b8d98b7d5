"""Raw payloads of accepted messages, a row a batch and station, kept for a settable time to be decoded again."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterator, Sequence

import orjson
from sqlalchemy import Connection, text

from models.records.base import Millis
from store.database import Tx

#: (station, received_at, topic, payload after redaction)
RawRow = tuple[str, Millis, str, bytes]

_INSERT = text(
    "INSERT INTO raw_batch (station, received_from, id, received_to, messages, body)"
    " VALUES (:station, :received_from, :id, :received_to, :messages, :body)"
)


def keep(tx: Tx, rows: Sequence[RawRow]) -> None:
    """Keep the payloads of one committed batch. Level 1: the fastest."""
    by_station: dict[str, list[RawRow]] = {}
    for row in rows:
        by_station.setdefault(row[0], []).append(row)
    for station, group in by_station.items():
        lines = [orjson.dumps((at, topic, payload.decode("utf-8", "replace"))) for _, at, topic, payload in group]
        times = [row[1] for row in group]
        tx.conn.execute(
            _INSERT,
            {
                "station": station,
                "received_from": min(times),
                "id": uuid.uuid4().hex,
                "received_to": max(times),
                "messages": len(group),
                "body": zlib.compress(b"\n".join(lines), 1),
            },
        )


#: Where a page ended: (received_from, id) of its last batch; the beginning.
Place = tuple[Millis, str]
START: Place = (-1, "")

_PAGE = text(
    "SELECT received_from, id, body FROM raw_batch WHERE station = :station AND received_from < :end"
    " AND received_to >= :start AND (received_from, id) > (:after_at, :after_id)"
    " ORDER BY received_from, id LIMIT :limit"
)


def page(
    conn: Connection, station: str, start: Millis, end: Millis, after: Place = START, limit: int = 50
) -> tuple[list[tuple[Millis, str, bytes]], Place | None]:
    """The payloads of a station's next `limit` batches, received in `start <= t < end`, and where they end.

    (received_at, topic, payload) each; the place is None when there are no more batches.
    """
    values = {"station": station, "start": start, "end": end, "limit": limit}
    found = conn.execute(_PAGE, values | {"after_at": after[0], "after_id": after[1]}).all()
    messages = [
        (at, topic, payload.encode())
        for row in found
        for at, topic, payload in map(orjson.loads, zlib.decompress(row.body).split(b"\n"))
        if start <= at < end
    ]
    return messages, (int(found[-1].received_from), str(found[-1].id)) if found else None


def read(conn: Connection, station: str, start: Millis, end: Millis) -> Iterator[tuple[Millis, str, bytes]]:
    """The payloads of a station received in `start <= t < end`: (received_at, topic, payload)."""
    place: Place | None = START
    while place is not None:
        messages, place = page(conn, station, start, end, place)
        yield from messages


def stations(conn: Connection) -> list[str]:
    """The stations whose payloads are kept, from one to the next along the key."""
    found: list[str] = []
    following = text("SELECT MIN(station) FROM raw_batch WHERE station > :last")
    while station := conn.execute(following, {"last": found[-1] if found else ""}).scalar():
        found.append(str(station))
    return found


def forget(tx: Tx, before: Millis) -> int:
    """Delete batches received before a moment; returns how many."""
    return tx.conn.execute(text("DELETE FROM raw_batch WHERE received_to < :before"), {"before": before}).rowcount
