"""Units: the newest status each reported, and every one it ever did."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from models.records.base import Millis
from models.records.unit import StatusReport, Unit, UnitStatusPast
from store.database import Tx
from store.rows import add_new, record_of, records, table_of

_UNIT, _PAST = table_of(Unit), table_of(UnitStatusPast)


def take(tx: Tx, report: StatusReport) -> bool:
    """Keep what a unit says it does. False when it was said before, or the unit is in no register.

    A word older than the newest is history only. Of two reports of one moment the greater by (status, crew) stays,
    as in the live picture: order does not matter.
    """
    mine = (_UNIT.c.station == report.station, _UNIT.c.unit == report.unit)
    known = tx.conn.execute(select(_UNIT.c.status_at, _UNIT.c.status, _UNIT.c.crew).where(*mine)).one_or_none()
    if known is None:
        return False
    fresh = _remember(tx, report)
    said = (report.at, report.status.value, report.crew)
    if known.status_at is not None and said <= (known.status_at, known.status or "", known.crew):
        return fresh
    tx.conn.execute(
        update(_UNIT).where(*mine).values(status=report.status.value, status_at=report.at, crew=report.crew)
    )
    tx.tell(report)
    return True


def _remember(tx: Tx, report: StatusReport) -> bool:
    """Add a word to the history; False when it, or a greater one of the same moment, is there."""
    key = {"station": report.station, "unit": report.unit, "at": report.at}
    said = {"status": report.status.value, "source": report.source}
    if add_new(tx, _PAST, key | said):
        return True
    mine = (_PAST.c.station == report.station, _PAST.c.unit == report.unit, _PAST.c.at == report.at)
    greater = update(_PAST).where(*mine, _PAST.c.status < report.status.value).values(**said)
    return tx.conn.execute(greater).rowcount > 0


def words_since(
    conn: Connection, station: str, name: str, since: Millis, limit: int = 10_000
) -> list[UnitStatusPast]:
    """What a unit said it does, from a moment on, in order of its own times."""
    query = (
        select(_PAST)
        .where(_PAST.c.station == station, _PAST.c.unit == name, _PAST.c.at >= since)
        .order_by(_PAST.c.at)
        .limit(limit)
    )
    return records(conn, UnitStatusPast, query)


def unit(conn: Connection, station: str, name: str) -> Unit | None:
    """One unit; None when it is not in the register."""
    row = conn.execute(select(_UNIT).where(_UNIT.c.station == station, _UNIT.c.unit == name)).one_or_none()
    return None if row is None else record_of(Unit, row)
