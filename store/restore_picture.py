"""The live picture as the store knows it: what a process starts from."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.fold import apply_all
from models.happenings import BoxHeard, BoxPlaced, Happening, SourceHeard
from models.picture import Picture
from models.records.base import Millis
from models.records.change import SourceCount
from models.records.sos import SosBox
from models.records.unit import StatusReport, Unit, UnitStatus
from store import alarms, changes, positions


def _boxes(conn: Connection) -> list[Happening]:
    result: list[Happening] = []
    for box in conn.execute(select(SosBox.__table__)).all():  # type: ignore[attr-defined]
        result.append(BoxPlaced(box.station, box.box, box.lat, box.lon, box.name_th, box.name_en))
        if box.heard_at is not None or box.online is not None:
            result.append(
                BoxHeard(
                    box.station,
                    box.box,
                    box.heard_at or 0,
                    box.online,
                    box.battery_pct,
                    box.mains,
                    box.fault,
                    box.tested_at,
                )
            )
    return result


def _units(conn: Connection) -> list[Happening]:
    table = Unit.__table__  # type: ignore[attr-defined]
    rows = conn.execute(select(table).where(table.c.status.is_not(None))).all()
    return [StatusReport(row.station, row.unit, row.status_at or 0, UnitStatus(row.status), row.crew) for row in rows]


def _sources(conn: Connection) -> list[Happening]:
    table = SourceCount.__table__  # type: ignore[attr-defined]
    rows = conn.execute(select(table.c.source, table.c.station, table.c.newest_at)).all()
    return [SourceHeard(row.source, row.station, row.newest_at) for row in rows]


def restore(conn: Connection, now: Millis) -> Picture:
    """The picture at this moment, with the number of the newest change it holds."""
    happenings: list[Happening] = [
        *_boxes(conn),
        *_units(conn),
        *_sources(conn),
        *positions.newest_tails(conn),
        *alarms.recent(conn, now - 24 * 3_600_000),
    ]
    return apply_all(Picture(), happenings, changes.newest(conn))
