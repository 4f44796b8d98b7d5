"""Units: the newest status each reported."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from models.records.unit import StatusReport, Unit
from store.database import Tx
from store.rows import record_of, table_of

_UNIT = table_of(Unit)


def take(tx: Tx, report: StatusReport) -> bool:
    """Keep what a unit says it does. False when it was said before, or something newer was.

    Of two reports of one moment the greater by (status, crew) stays, as in the live picture: order does not matter.
    """
    mine = (_UNIT.c.station == report.station, _UNIT.c.unit == report.unit)
    known = tx.conn.execute(select(_UNIT.c.status_at, _UNIT.c.status, _UNIT.c.crew).where(*mine)).one_or_none()
    if known is None:
        return False
    said = (report.at, report.status.value, report.crew)
    if known.status_at is not None and said <= (known.status_at, known.status or "", known.crew):
        return False
    tx.conn.execute(
        update(_UNIT).where(*mine).values(status=report.status.value, status_at=report.at, crew=report.crew)
    )
    tx.tell(report)
    return True


def unit(conn: Connection, station: str, name: str) -> Unit | None:
    """One unit; None when it is not in the register."""
    row = conn.execute(select(_UNIT).where(_UNIT.c.station == station, _UNIT.c.unit == name)).one_or_none()
    return None if row is None else record_of(Unit, row)
