"""Minutes of patrol by the hour, reckoned for each day that is over. A page never reads a day of fixes."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from jobs.job import Job
from models.records.base import Millis
from models.records.patrol import PatrolHours
from store import patrols, registers
from store.database import Database

_LOG = logging.getLogger(__name__)

_EPOCH = date(1970, 1, 1)
_HOUR_MS = 3_600_000

#: Fixes of a day may come in for so long after it: units send what they kept while out of reach.
LATE_MS = 2 * _HOUR_MS

#: Days before yesterday that are made up for, and days of stations reckoned in one run: the rest is of the next.
BACK, MOST = 28, 40


def patrolled_job(zone: ZoneInfo) -> Job:
    """Each ten minutes: the days that are over and not yet reckoned, the newest first."""

    def wanted(conn: Connection, now: Millis) -> bool:
        return bool(missing(conn, now, zone))

    def run(database: Database, now: Millis) -> None:
        with database.read() as conn:
            found = missing(conn, now, zone)
        for station, day in found:
            reckon(database, station, day, zone, now)
        if found:
            _LOG.info("minutes of patrol reckoned: %d days of stations", len(found))

    return Job("patrolled", every_ms=600_000, run=run, lease_ms=600_000, wanted=wanted, first_after_ms=60_000)


def missing(conn: Connection, now: Millis, zone: ZoneInfo) -> list[tuple[str, int]]:
    """Stations and local days (since 1970) that are over and not reckoned by the zones in force, the newest first, at
    most `MOST`."""
    last = (datetime.fromtimestamp((now - LATE_MS) / 1000, zone).date() - _EPOCH).days - 1
    waiting = []
    for station in patrols.with_units(conn):
        known = patrols.made(conn, station, last - BACK, last)
        # A zone that was drawn anew is reckoned anew, by the outline now in force.
        grounds = [("", 0), *((one.code, one.valid_from) for one in registers.zones(conn, frozenset({station})))]
        for day in range(last, last - BACK - 1, -1):
            if any(known.get((code, day), -1) < since for code, since in grounds):
                waiting.append((-day, station))
    return [(station, -day) for day, station in sorted(waiting)[:MOST]]


def reckon(database: Database, station: str, day: int, zone: ZoneInfo, now: Millis) -> None:
    """Reckon one day of a station: anywhere, and on each of its zones and beats.

    Raises:
        StorageError: the store cannot be read or written.
    """
    import numpy as np  # here: no other job needs mathematics in this process
    import shapely

    from models.analysis.patrolled import minutes_on

    begin = datetime.combine(_EPOCH + timedelta(days=day), datetime.min.time(), zone)
    start = round(begin.timestamp() * 1000)
    with database.read() as conn:
        grounds = registers.zones(conn, frozenset({station}))
        tracks = patrols.fixes(conn, station, start, start + 24 * _HOUR_MS)
    shapes = [shapely.box(-180, -90, 180, 90), *(shapely.from_geojson(one.polygon) for one in grounds)]
    total = np.zeros((len(shapes), 24))
    for at, lat, lon in tracks:
        total += minutes_on(shapes, at, lat, lon, start, 24)
    rows = [
        PatrolHours(
            station=station, zone=code, day=day, made_at=now,
            minutes=orjson.dumps([round(value, 1) for value in line]).decode(),
        )
        for code, line in zip(("", *(one.code for one in grounds)), total.tolist(), strict=True)
    ]  # fmt: skip
    with database.write(patience_s=30.0) as tx:
        patrols.keep(tx, rows)
