"""Incidents: taking one, and reading those of some stations, times, groups and zones, whole or in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, select, tuple_

from models.access.grants import Stations
from models.happenings import RegisterChanged
from models.records.base import Millis
from models.records.incident import Incident, IncidentReport
from store import import_words
from store.among import among
from store.database import Tx
from store.hidden import hidden_batches, make_way
from store.rows import add_new, of_stations, record_of, records, table_of

if TYPE_CHECKING:
    from shapely import Geometry

_INCIDENT = table_of(Incident)

#: Register that is told to have changed with each incident or import.
REGISTER = "incidents"

#: Where a page ended: `(occurred_from, station, source, id)` of its last incident.
Place = tuple[Millis, str, str, str]

#: Rows fetched at a time when many are read.
_PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents: every part narrows.

    `stations`: None = all. `start <= occurred_from < end`, ms. `groups`: offence groups 1 to 4; 0 = without a group.
    `zone`: GeoJSON text of a polygon (lon, lat, WGS 84); incidents without a place are then left out.
    """

    stations: Stations
    start: Millis = 0
    end: Millis = 2**62
    groups: frozenset[int] | None = None
    zone: str | None = None


def as_named(conn: Connection, report: IncidentReport) -> IncidentReport:
    """The incident with its offence as its station names it."""
    offence, group = import_words.by_station(conn, report.station, report.offence, report.offence_group)
    return replace(report, offence=offence, offence_group=group)


def take(tx: Tx, report: IncidentReport, batch: str = "") -> bool:
    """Keep an incident. False when its id is known from that source at that station: a duplicate, nothing changed.

    Its station must be in the store.
    """
    report = as_named(tx.conn, report)
    make_way(tx, [(report.station, report.source, report.id)])
    new = add_new(tx, _INCIDENT, asdict(report) | {"batch": batch})
    if new:
        tx.tell(RegisterChanged(report.station, REGISTER, report.received_at))
    return new


def incidents(
    conn: Connection, wanted: Wanted, *, limit: int | None = None, before: Place | None = None
) -> Iterator[Incident]:
    """The incidents wanted, the newest first, read piece by piece; `before` is where the page before ended.

    Raises:
        ValueError: the zone is not a polygon.
    """
    query = _narrowed(conn, select(_INCIDENT), wanted)
    if before is not None:
        at, *rest = before
        later = tuple_(_INCIDENT.c.station, _INCIDENT.c.source, _INCIDENT.c.id) > tuple_(*rest)
        query = query.where((_INCIDENT.c.occurred_from < at) | ((_INCIDENT.c.occurred_from == at) & later))
    query = query.order_by(_INCIDENT.c.occurred_from.desc(), _INCIDENT.c.station, _INCIDENT.c.source, _INCIDENT.c.id)
    inside = None if wanted.zone is None else _inside(wanted.zone)
    if inside is None and limit is not None:
        query = query.limit(limit)
    found = 0
    # A stream of pieces: a file of every incident must not stand in memory. It is closed when the reader stops early.
    with conn.execute(query, execution_options={"yield_per": _PIECE}) as rows:
        for row in rows:
            if inside is not None and not inside([row.lon], [row.lat]):
                continue
            if limit is not None and found >= limit:
                return
            found += 1
            yield record_of(Incident, row)


def named(conn: Connection, station: str, names: Sequence[tuple[str, str]]) -> list[Incident]:
    """The incidents of a station with these (source, id); those that have gone are missing."""
    if not names:
        return []
    of_source: dict[str, list[str]] = {}
    for source, name in names:
        of_source.setdefault(source, []).append(name)
    # Source by source: SQLite reads all of a station for a list of (source, id).
    return [
        found
        for source, ids in of_source.items()
        for found in records(conn, Incident, seen(conn, select(_INCIDENT).where(
            _INCIDENT.c.station == station, _INCIDENT.c.source == source, among(conn, _INCIDENT.c.id, ids)
        )))
    ]  # fmt: skip


def seen(conn: Connection, query: Select[Any]) -> Select[Any]:
    """The query without the incidents of imports that are not finished, or are being undone."""
    hidden = hidden_batches(conn)
    return query.where(_INCIDENT.c.batch.not_in(hidden)) if hidden else query


def place_of(incident: Incident) -> Place:
    """Where a page that ends with this incident ended: the next page's `before`."""
    return incident.occurred_from, incident.station, incident.source, incident.id


def count(conn: Connection, wanted: Wanted) -> int:
    """How many incidents are wanted.

    Raises:
        ValueError: the zone is not a polygon.
    """
    if wanted.zone is None:
        return int(conn.execute(_narrowed(conn, select(func.count()), wanted)).scalar_one())
    places = conn.execute(_narrowed(conn, select(_INCIDENT.c.lon, _INCIDENT.c.lat), wanted)).all()
    if not places:
        return 0
    lons, lats = zip(*places, strict=True)
    return _inside(wanted.zone)(lons, lats)


def _narrowed(conn: Connection, query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = seen(conn, query.select_from(_INCIDENT)).where(
        _INCIDENT.c.occurred_from >= wanted.start, _INCIDENT.c.occurred_from < wanted.end
    )
    if wanted.groups is not None:
        group = func.coalesce(_INCIDENT.c.offence_group, 0)
        query = query.where(group.in_(sorted(wanted.groups)))
    if wanted.zone is not None:
        west, south, east, north = (float(value) for value in _polygon(wanted.zone).bounds)
        query = query.where(_INCIDENT.c.lat.between(south, north), _INCIDENT.c.lon.between(west, east))
    return of_stations(query, _INCIDENT.c.station, wanted.stations)


def _inside(text: str) -> Callable[[Sequence[float], Sequence[float]], int]:
    """How many of some places lie in a polygon, its edge included."""
    # Here and below not at the top: few questions are about a polygon, and Shapely brings NumPy into every start.
    import shapely

    zone = _polygon(text)
    return lambda lons, lats: int(shapely.intersects_xy(zone, lons, lats).sum())


def _polygon(text: str) -> Geometry:
    import shapely

    try:
        zone = shapely.from_geojson(text)
    except shapely.errors.ShapelyError as error:
        raise ValueError("the zone is not GeoJSON") from error
    if zone is None or zone.geom_type not in ("Polygon", "MultiPolygon") or zone.is_empty:
        raise ValueError("the zone is not a polygon")
    shapely.prepare(zone)
    return zone
