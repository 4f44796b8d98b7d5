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


def read(conn: Connection, station: str, start: Millis, end: Millis) -> Iterator[tuple[Millis, str, bytes]]:
    """The payloads of a station received in `start <= t < end`: (received_at, topic, payload)."""
    rows = conn.execute(
        text(
            "SELECT body FROM raw_batch WHERE station = :station AND received_from < :end AND received_to >= :start"
            " ORDER BY received_from"
        ),
        {"station": station, "start": start, "end": end},
    )
    for (body,) in rows:
        for line in zlib.decompress(body).split(b"\n"):
            at, topic, payload = orjson.loads(line)
            if start <= at < end:
                yield at, topic, payload.encode()


def forget(tx: Tx, before: Millis) -> int:
    """Delete batches received before a moment; returns how many."""
    return tx.conn.execute(text("DELETE FROM raw_batch WHERE received_to < :before"), {"before": before}).rowcount
