"""Red-box checkpoints: the scans made at them."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from models import presence
from models.access.grants import Stations
from models.records.base import Millis
from models.records.checkpoint import Checkpoint, CheckpointScan, Scan
from store import positions
from store.database import Tx
from store.rows import add_new, of_stations, records, table_of

_SCAN, _BOX = table_of(Scan), table_of(Checkpoint)


def take(tx: Tx, scan: CheckpointScan) -> bool:
    """Keep a scan. False when its id is known at that checkpoint: a duplicate."""
    return add_new(tx, _SCAN, asdict(scan))


def away_m(conn: Connection, scan: CheckpointScan) -> float | None:
    """How far from the red box the unit that is named was at least, m, by its own fixes; None where it can have been
    there, and for a scan that is stored already."""
    mine = (_SCAN.c.station == scan.station, _SCAN.c.box == scan.box, _SCAN.c.id == scan.id)
    box = (_BOX.c.station == scan.station, _BOX.c.box == scan.box)
    place = conn.execute(select(_BOX.c.lat, _BOX.c.lon).where(*box)).first()
    if place is None or conn.execute(select(_SCAN.c.id).where(*mine)).first() is not None:
        return None
    window = (scan.at - presence.WITHIN_MS, scan.at + presence.WITHIN_MS + 1)
    return presence.away_m(place.lat, place.lon, scan.at, positions.track(conn, scan.station, scan.unit, *window))


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
