"""Camera points: how many cameras of each work and are linked, as last reported."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from models.happenings import RegisterChanged
from models.records.camera import CameraPoint, CameraStatus
from models.track import distance_m
from store.database import Tx
from store.rows import of_stations, records, table_of

_POINT = table_of(CameraPoint)

#: Metres of a degree of latitude, for a box round a place; what lies in it is measured.
_M_PER_DEGREE = 110_500.0


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


@dataclass(frozen=True, slots=True)
class Near:
    """A camera point and how far it stands from a place, in metres."""

    point: CameraPoint
    metres: float


def nearest(
    conn: Connection, stations: frozenset[str] | None, lat: float, lon: float, within_m: float, most: int
) -> list[Near]:
    """The nearest camera points of these stations (None: all) round a place, the nearest first."""
    north = within_m / _M_PER_DEGREE
    east = north / max(0.01, math.cos(math.radians(lat)))
    query = select(_POINT).where(
        _POINT.c.lat.between(lat - north, lat + north), _POINT.c.lon.between(lon - east, lon + east)
    )
    found = [
        Near(point, distance_m(lat, lon, point.lat, point.lon))
        for point in records(conn, CameraPoint, of_stations(query, _POINT.c.station, stations))
    ]
    found.sort(key=lambda near: (near.metres, near.point.point))
    return [near for near in found if near.metres <= within_m][:most]
