"""What stands and happened near an incident: cameras, alarms and reports, beats and zones; held to its station."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.incident import Incident
from models.records.report import Report
from models.records.station import Zone
from models.track import distance_m
from store import cameras, registers, reports
from store.alarms import reading

#: How far a camera may stand from where an incident happened and have seen it, in m, and how many are told.
CAMERA_M, MOST_CAMERAS = 150.0, 20

#: How far in place and time an alarm or a report may be that belongs to an incident.
NEAR_M, NEAR_MS = 300.0, 3_600_000

#: Alarms and reports that are looked at.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Nearby:
    """`cameras`: the nearest first; `alarms`, `reports`: of the hour round it, near it or without a place; `zones`:
    those it lies in, beats among them."""

    cameras: list[cameras.Near]
    alarms: list[AlarmNow]
    reports: list[Report]
    zones: list[Zone]


def nearby(conn: Connection, one: Incident) -> Nearby:
    """All of it for one incident; of one without a place only what has none either."""
    mine = frozenset({one.station})
    start = one.occurred_from - NEAR_MS
    end = (one.occurred_from if one.occurred_to is None else one.occurred_to) + NEAR_MS
    alarms = [row for row in reading.alarms(conn, mine, start=start, end=end, limit=_MOST) if _near(one, row)]
    said = [row for row in reports.reports(conn, mine, start=start, end=end, limit=_MOST) if _near(one, row)]
    if one.lat is None or one.lon is None:
        return Nearby([], alarms, said, [])
    seen = cameras.nearest(conn, mine, one.lat, one.lon, CAMERA_M, MOST_CAMERAS)
    return Nearby(seen, alarms, said, _holding(conn, mine, one.lat, one.lon, one.occurred_from))


def _near(one: Incident, row: AlarmNow | Report) -> bool:
    if one.lat is None or one.lon is None or row.lat is None or row.lon is None:
        return True
    return distance_m(one.lat, one.lon, row.lat, row.lon) <= NEAR_M


def _holding(conn: Connection, mine: frozenset[str], lat: float, lon: float, at: Millis) -> list[Zone]:
    """The zones in force when it happened, else those of today, that hold the place."""
    # Not at the top: few pages ask, and Shapely brings NumPy into every start.
    import shapely

    zones = registers.zones(conn, mine, at) or registers.zones(conn, mine)
    if not zones:
        return []
    inside = shapely.intersects_xy(shapely.from_geojson([zone.polygon for zone in zones]), lon, lat)
    return [zone for zone, holds in zip(zones, inside, strict=True) if holds]
