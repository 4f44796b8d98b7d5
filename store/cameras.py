"""Camera points: how many cameras of each work and are linked, as last reported."""

from __future__ import annotations

from sqlalchemy import select, update

from models.happenings import RegisterChanged
from models.records.camera import CameraPoint, CameraStatus
from store.database import Tx
from store.rows import table_of

_POINT = table_of(CameraPoint)


def take(tx: Tx, status: CameraStatus) -> bool:
    """Keep what a camera point says of its cameras. False when it was said before, or something newer was.

    Of two reports of one moment the greater by (total, working, linked, note) stays: order does not matter.
    """
    mine = (_POINT.c.station == status.station, _POINT.c.point == status.point)
    known = tx.conn.execute(select(_POINT).where(*mine)).one_or_none()
    if known is None:
        return False
    said = (status.at, status.total, status.working, -1 if status.linked is None else status.linked, status.note)
    if known.status_at is not None:
        linked = -1 if known.linked is None else known.linked
        if said <= (known.status_at, known.total, known.working or 0, linked, known.note):
            return False
    tx.conn.execute(
        update(_POINT)
        .where(*mine)
        .values(
            status_at=status.at,
            total=status.total,
            working=status.working,
            linked=status.linked,
            note=status.note,
        )
    )
    tx.tell(RegisterChanged(status.station, "cameras", status.received_at))
    return True
