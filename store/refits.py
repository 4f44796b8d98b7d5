"""Runs of the refit: which stations are due, how far a run is, which stations failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select, update

from models.access.grants import Stations
from models.analysis.due import Last, Version
from models.records.base import Millis
from models.records.hotspot import RefitFailure, RefitRun, RefitStation
from models.records.incident import Incident
from models.records.station import Zone
from store.database import Tx
from store.incidents import seen
from store.rows import of_stations, put, records, table_of, values_of

_INCIDENT, _ZONE = table_of(Incident), table_of(Zone)
_RUN, _FAILURE, _STATION = table_of(RefitRun), table_of(RefitFailure), table_of(RefitStation)


def versions(conn: Connection, stations: Stations) -> dict[str, Version]:
    """The data version of each station that has cases, or had some when it was refit last: when they are all taken
    out its maps must follow. Read along an index, no case is, but while an import runs: its cases are of no version
    until it is finished. A zone that is drawn anew or closed counts like a case that came in then."""
    station = _INCIDENT.c.station
    query = seen(conn, select(station, func.count(), func.max(_INCIDENT.c.received_at)).group_by(station))
    zones = select(_ZONE.c.station, func.max(func.coalesce(_ZONE.c.valid_to, _ZONE.c.valid_from))).group_by(
        _ZONE.c.station
    )
    drawn = {code: int(at) for code, at in conn.execute(of_stations(zones, _ZONE.c.station, stations))}
    rows = conn.execute(of_stations(query, station, stations))
    found = {code: Version(cases, max(newest, drawn.get(code, 0))) for code, cases, newest in rows}
    had = select(_STATION.c.station).where((_STATION.c.cases > 0) | _STATION.c.failed)
    emptied = conn.execute(of_stations(had, _STATION.c.station, stations)).scalars()
    return {code: Version(0, drawn.get(code, 0)) for code in emptied} | found


def with_cases(conn: Connection, stations: Stations) -> list[str]:
    """The stations that have cases, by code: those there is something to learn from."""
    return sorted(code for code, version in versions(conn, stations).items() if version.cases)


def lasts(conn: Connection, stations: Stations) -> dict[str, Last]:
    """What each station was refit from last."""
    rows = records(conn, RefitStation, of_stations(select(_STATION), _STATION.c.station, stations))
    return {row.station: Last(row.at, Version(row.cases, row.newest), row.failed, row.format) for row in rows}


def note(tx: Tx, station: str, last: Last) -> None:
    """Write down what a station was refit from."""
    row = RefitStation(
        station=station,
        at=last.at,
        cases=last.version.cases,
        newest=last.version.newest,
        failed=last.failed,
        format=last.form,
    )
    put(tx, _STATION, [values_of(row)])


def outdate(tx: Tx, station: str) -> None:
    """Have a station's maps made anew: what its cases are has changed, though not how many there are."""
    tx.conn.execute(update(_STATION).where(_STATION.c.station == station).values(format=0))


def begin(tx: Tx, run: RefitRun) -> None:
    """Write a run's beginning down."""
    put(tx, _RUN, [values_of(run)])


def go_on(tx: Tx, run: str, *, done: int, maps: int, failures: Iterable[RefitFailure], now: Millis) -> None:
    """Say how far a run is: so many more stations done and maps made, these failed."""
    failed = [values_of(failure) for failure in failures]
    put(tx, _FAILURE, failed)
    table = _RUN.c
    tx.conn.execute(
        update(_RUN)
        .where(table.id == run)
        .values(done=table.done + done, failed=table.failed + len(failed), maps=table.maps + maps, heard=now)
    )


def end(tx: Tx, run: str, now: Millis) -> None:
    """Write a run's end down."""
    tx.conn.execute(update(_RUN).where(_RUN.c.id == run).values(ended=now, heard=now))


def runs(conn: Connection, limit: int = 10) -> Sequence[RefitRun]:
    """The runs, the newest first. One without an end that was not heard for long was cut off."""
    return records(conn, RefitRun, select(_RUN).order_by(_RUN.c.begun.desc(), _RUN.c.id).limit(limit))


def failures(conn: Connection, run: str, stations: Stations) -> Sequence[RefitFailure]:
    """The stations that failed in a run, by code; of some stations only theirs."""
    query = of_stations(select(_FAILURE).where(_FAILURE.c.run == run), _FAILURE.c.station, stations)
    return records(conn, RefitFailure, query.order_by(_FAILURE.c.station))
