"""Citizens' reports, as the channels hand them over."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from models.happenings import RegisterChanged
from models.records.base import Millis
from models.records.report import CitizenReport, Report
from store.database import Tx
from store.rows import add_new, of_stations, records, table_of

_REPORT = table_of(Report)

#: Register that is told to have changed with each report.
REGISTER = "reports"


def take(tx: Tx, report: CitizenReport) -> bool:
    """Keep a report. False when its id is known on that channel: a duplicate."""
    new = add_new(tx, _REPORT, asdict(report))
    if new:
        tx.tell(RegisterChanged(report.station, REGISTER, report.received_at))
    return new


def reports(
    conn: Connection,
    stations: frozenset[str] | None = None,
    *,
    start: Millis = 0,
    end: Millis = 2**62,
    limit: int = 1000,
) -> list[Report]:
    """Reports made in `start <= t < end` at the stations asked for (None: all), the newest first."""
    query = select(_REPORT).where(_REPORT.c.at >= start, _REPORT.c.at < end)
    query = query.order_by(_REPORT.c.at.desc(), _REPORT.c.station, _REPORT.c.channel, _REPORT.c.id).limit(limit)
    return records(conn, Report, of_stations(query, _REPORT.c.station, stations))
