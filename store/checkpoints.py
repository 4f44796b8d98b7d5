"""Red-box checkpoints: the scans made at them."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from models.access.grants import Stations
from models.records.base import Millis
from models.records.checkpoint import CheckpointScan, Scan
from store.database import Tx
from store.rows import add_new, of_stations, records, table_of

_SCAN = table_of(Scan)


def take(tx: Tx, scan: CheckpointScan) -> bool:
    """Keep a scan. False when its id is known at that checkpoint: a duplicate."""
    return add_new(tx, _SCAN, asdict(scan))


def scans(
    conn: Connection,
    stations: Stations,
    *,
    start: Millis = 0,
    end: Millis = 2**62,
    limit: int = 1000,
) -> list[Scan]:
    """Scans made in `start <= t < end` at the stations asked for (None: all), the newest first."""
    query = select(_SCAN).where(_SCAN.c.at >= start, _SCAN.c.at < end)
    query = query.order_by(_SCAN.c.at.desc(), _SCAN.c.station, _SCAN.c.box, _SCAN.c.id).limit(limit)
    return records(conn, Scan, of_stations(query, _SCAN.c.station, stations))
