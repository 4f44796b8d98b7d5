"""Refitting stations: their cases out of the store, the mathematics in processes of its own, the maps back in.

Nothing here runs in the web process: it starts `manage.py refit --due` (`jobs.refitting`), which runs this.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from jobs.learn import Known, known
from jobs.spread import Done, Workers, spread
from jobs.turn import Turn
from models.analysis.area import DEGREE_M, bounds_of
from models.analysis.cases import Columns
from models.analysis.due import Last, Version, When, is_due, is_same
from models.analysis.naming import Known as Named
from models.analysis.shifts import Shifts
from models.analysis.station import refit
from models.analysis.task import Key, Made, Place, Task
from models.records.base import Millis
from models.records.hotspot import RefitFailure, RefitRun
from models.records.station import Station
from store import cases, forecasts, hotspots, refits, registers
from store.database import Database

_LOG = logging.getLogger(__name__)

_DAY_MS = 86_400_000

#: A map is frozen when none of its key was for this long: once a day, also when the night's run is early.
FREEZE_MS = 20 * 3_600_000

#: Cells of a station's ground without a zone, in m; only how far the box reaches beyond the last case.
_RIM_M = 100.0


@dataclass(frozen=True, slots=True)
class How:
    """`shifts` of the stations; `workers`: where is fitted; `by`: who asked (`system`, `console:<user>`)."""

    shifts: Shifts
    workers: Workers
    by: str = "system"


@dataclass(frozen=True, slots=True)
class Step:
    """A station that is done, and how far the run is. `error`: why it has no new maps."""

    station: str
    number: int
    of: int
    maps: int
    error: str


def due(database: Database, now: Millis, when: When) -> list[str]:
    """The stations that are to be refit now, by code."""
    with database.read() as conn:
        versions, lasts = refits.versions(conn, None), refits.lasts(conn, None)
    return sorted(code for code, version in versions.items() if is_due(version, lasts.get(code), now, when))


def changed(database: Database, now: Millis, stations: Sequence[str] | None) -> list[str]:
    """Of some stations (None: all that have cases) those whose maps are not of the cases there are now, by code."""
    wanted = None if stations is None else frozenset(stations)
    with database.read() as conn:
        versions, lasts = refits.versions(conn, wanted), refits.lasts(conn, wanted)
    return sorted(code for code, version in versions.items() if not is_same(version, lasts.get(code), now))


def with_cases(database: Database, stations: Sequence[str] | None) -> list[str]:
    """Of some stations (None: all) those that have cases, by code."""
    with database.read() as conn:
        return sorted(refits.versions(conn, None if stations is None else frozenset(stations)))


def run(
    database: Database, names: Sequence[str], how: How, clock: Callable[[], Millis], tell: Callable[[Step], None],
    turn: Turn,
) -> RefitRun:  # fmt: skip
    """Refit stations; returns the run. A station that fails is written down, and keeps the maps it has.

    Raises:
        RunningError: another run took over; what is done stays.
        StorageError: the store cannot be read or written; what is done stays.
    """
    now = clock()
    made = RefitRun(id=turn.id, by=how.by, begun=now, heard=now, stations=len(names))
    with database.write(patience_s=30.0) as tx:
        turn.keep(tx, now)
        refits.begin(tx, made)
    try:
        _all(database, made, names, how, clock, tell, turn)
    finally:
        with database.write(patience_s=30.0) as tx:
            refits.end(tx, made.id, clock())
    return made


def _all(
    database: Database, made: RefitRun, names: Sequence[str], how: How, clock: Callable[[], Millis],
    tell: Callable[[Step], None], turn: Turn,
) -> None:  # fmt: skip
    at = made.begun
    with database.read() as conn:
        everybody = known(conn, at)
        versions = refits.versions(conn, None)

    def task_of(name: str) -> Task:
        return task(database, name, at, how.shifts, everybody)

    for number, one in enumerate(spread(refit, names, task_of, how.workers), 1):
        if one.error:
            _LOG.error("station %s could not be refit: %s", one.name, one.error)
            made.failed += 1
        maps = 0 if one.result is None else len(one.result)
        made.done, made.maps = made.done + (not one.error), made.maps + maps
        _keep(database, turn, one, versions.get(one.name, Version(0, 0)), at, clock())
        tell(Step(one.name, number, len(names), maps, one.error))


def task(database: Database, station: str, at: Millis, shifts: Shifts, everybody: Known) -> Task:
    """Everything a station's maps are made from.

    Raises:
        KeyError: no such station.
    """
    mine = frozenset({station})
    with database.read() as conn:
        if not (rows := registers.stations(conn, mine)):
            raise KeyError(station)
        columns, quality = cases.columns(conn, station)
        zones = [zone for zone in registers.zones(conn, mine) if zone.kind != "beat"]
        streets = registers.streets(conn, mine)
        claimed = hotspots.last_claimed(conn, station)
        before = {Key(one.zone, one.family, one.days, one.shift): one.body for one in claimed}
    places = tuple(Place(zone.code, zone.version, zone.polygon) for zone in zones) or _ground(rows[0], columns)
    names = tuple(Named(street.name_th, street.line) for street in streets if street.name_th)
    return Task(
        station,
        at,
        columns,
        quality,
        places,
        names,
        shifts,
        everybody.rules_of(station),
        everybody.weights,
        everybody.short,
        before,
    )


def _ground(station: Station, columns: Columns) -> tuple[Place, ...]:
    """The ground of a station without a zone: the bounds of its cases, of those within its plausible area."""
    lat, lon = columns.lat, columns.lon
    near = np.isfinite(lat) & np.isfinite(lon)
    if station.lat is not None and station.lon is not None:
        east = (lon - station.lon) * np.cos(np.radians(station.lat))
        near &= np.hypot(east, lat - station.lat) * DEGREE_M <= station.plausible_km * 1000
    polygon = bounds_of(lat[near], lon[near], _RIM_M)
    if polygon is None or shapely.from_geojson(polygon).area == 0:
        return ()
    return (Place("", 0, polygon),)


def _keep(database: Database, turn: Turn, one: Done[list[Made]], version: Version, at: Millis, now: Millis) -> None:
    """Keep a station's maps with their forecasts, and how far the run is, in one transaction."""
    made = one.result or []
    with database.write(patience_s=30.0) as tx:
        turn.keep(tx, now)
        hotspots.keep_values(tx, [_map_row(one.name, each, version, at) for each in made])
        # One a day of each map: a station of many cases is refit each hour, and a forecast stays for good.
        before = forecasts.frozen_since(tx.conn, one.name, at - FREEZE_MS)
        frozen = [
            (each, each.frozen)
            for each in made
            if each.frozen is not None
            and (each.key.zone, each.key.family, each.key.days, each.key.shift) not in before
        ]
        forecasts.freeze_values(tx, [_forecast_row(one.name, each, text, version, at) for each, text in frozen])
        refits.note(tx, one.name, Last(at, version, failed=bool(one.error)))
        failures = [RefitFailure(run=turn.id, station=one.name, at=now, error=one.error)] if one.error else []
        refits.go_on(tx, turn.id, done=int(not one.error), maps=len(made), failures=failures, now=now)


def _values(station: str, made: Made, version: Version, at: Millis) -> Mapping[str, object]:
    key = made.key
    return {
        "station": station, "zone": key.zone, "family": key.family, "days": key.days, "shift": key.shift,
        "made_at": at, "data_version": version.text(made.place.version), "method": made.method,
        "parameters": made.parameters,
    }  # fmt: skip


def _map_row(station: str, made: Made, version: Version, at: Millis) -> Mapping[str, object]:
    return {**_values(station, made, version, at), "body": made.body, "claims": made.frozen is not None}


def _forecast_row(station: str, made: Made, text: str, version: Version, at: Millis) -> Mapping[str, object]:
    return {**_values(station, made, version, at), "body": text, "until": at + made.key.days * _DAY_MS}
