"""The forward record: forecasts frozen before their window, and how they turned out. Rows are only added, and go when
their time is over.

Each row carries the hash of its content, which is also its key, and the hashes of what was frozen together stand in
the audit log: a row that was changed, added behind or taken away is found.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import cast

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, or_, select

from models.access.grants import Stations
from models.analysis.content import content_hash
from models.analysis.families import FAMILIES
from models.analysis.record import Scored, Told
from models.audit.deeds import Did, by_system
from models.records.base import Millis
from models.records.hotspot import ForecastRow, ForecastScoreRow
from models.records.incident import Incident
from store import audit, forecast_tally
from store.database import Tx
from store.hidden import IS_SEEN
from store.rows import Values, add_new, of_stations, record_of, records, table_of, values_of

_FORECAST, _SCORE, _INCIDENT = table_of(ForecastRow), table_of(ForecastScoreRow), table_of(Incident)

_LOG = logging.getLogger(__name__)

_DAY_MS = 86_400_000
_YEAR_MS = 365 * _DAY_MS

#: Reports come in late: a window is scored this long after its end at the earliest.
SETTLE_MS = 2 * _DAY_MS

#: As long as no case of the station lies after the window, its cases may still be on their way (a file a month): then
#: it is scored after this time at the latest.
LATEST_MS = 45 * _DAY_MS

#: Forecasts scored in one go.
PIECE = 500


#: What the hash is of, by name: a column that comes later must not make every forecast there is look changed.
_HASHED = (
    "station", "zone", "family", "days", "shift", "made_at", "until", "data_version", "method", "parameters", "body",
)  # fmt: skip


class ChangedError(Exception):
    """A row is not as it was written; `str()` names it in one line."""


def hash_of(row: ForecastRow) -> str:
    """The hash of a forecast's content: everything but the hash itself."""
    return _hash_of(values_of(row))


def _hash_of(values: Values) -> str:
    return content_hash({name: values[name] for name in _HASHED})


def together(hashes: Iterable[str]) -> str:
    """One hash over those of a station that were frozen at one moment, in whatever order."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def freeze(tx: Tx, rows: Iterable[ForecastRow]) -> int:
    """Freeze forecasts; their hash is set here. Returns how many were new: the same content again is one row.

    What is new of a station and moment is one row of the audit log: all of them are frozen in one call.
    """
    return freeze_values(tx, [values_of(row) for row in rows])


def freeze_values(tx: Tx, rows: Iterable[Values]) -> int:
    """`freeze` of forecasts by name of their columns (see `hotspots.keep_values`)."""
    groups: dict[tuple[str, Millis], list[str]] = {}
    kept = {(str(row["station"]), _hash_of(row)): row for row in rows}
    for station in {station for station, _ in kept}:
        mine = [name for of, name in kept if of == station]
        query = select(_FORECAST.c.hash).where(_FORECAST.c.station == station, _FORECAST.c.hash.in_(mine))
        for name in tx.conn.execute(query).scalars():
            del kept[station, name]
    if kept:
        tx.conn.execute(insert(_FORECAST), [{**row, "hash": name} for (_, name), row in kept.items()])
    forecast_tally.frozen(tx, kept.values())
    for (station, name), row in kept.items():
        groups.setdefault((station, cast(Millis, row["made_at"])), []).append(name)
    for (station, made_at), hashes in sorted(groups.items()):
        deed = by_system(
            made_at, Did.FORECASTS_FROZEN, station=station, object="forecasts", detail=detail(hashes)
        )  # fmt: skip
        audit.record(tx, deed)
    return sum(len(hashes) for hashes in groups.values())


def frozen_since(conn: Connection, station: str, since: Millis) -> set[tuple[str, str, int, str]]:
    """Zone, family, days and shift of every map of a station that was frozen since a moment."""
    keys = (_FORECAST.c.zone, _FORECAST.c.family, _FORECAST.c.days, _FORECAST.c.shift)
    query = select(*keys).where(_FORECAST.c.station == station, _FORECAST.c.made_at > since)
    return {(zone, family, days, shift) for zone, family, days, shift in conn.execute(query)}


def find(conn: Connection, station: str, hash: str) -> ForecastRow | None:
    """A forecast; None when there is none.

    Raises:
        ChangedError: it is not as it was written.
    """
    query = select(_FORECAST).where(_FORECAST.c.station == station, _FORECAST.c.hash == hash)
    rows = [checked(row) for row in records(conn, ForecastRow, query)]
    return rows[0] if rows else None


def due(
    conn: Connection, now: Millis, limit: int = PIECE, without: Collection[tuple[str, str]] = ()
) -> list[ForecastRow]:
    """Forecasts whose window is over and whose cases have come in, the oldest first; `without` these (station, hash).

    One that is not as it was written, or whose family is known no more, is logged once and left out: it is never
    scored, and stops no other (`verify` tells of what was changed).
    """
    found: list[ForecastRow] = []
    query = select(_FORECAST).where(*_waiting(now))
    query = query.order_by(_FORECAST.c.until, _FORECAST.c.station, _FORECAST.c.hash)
    with conn.execute(query, execution_options={"yield_per": min(limit, PIECE)}) as rows:
        for each in rows:
            row = record_of(ForecastRow, each)
            if (row.station, row.hash) not in without and _sound(row):
                found.append(row)
            if len(found) == limit:
                break
    return found


def any_over(conn: Connection, now: Millis, without: Collection[tuple[str, str]] = ()) -> bool:
    """A look whether there is a forecast to be scored: whether `due` has one."""
    return bool(due(conn, now, limit=1, without=without))


def _waiting(now: Millis) -> tuple[ColumnElement[bool], ...]:
    """A window that is over, not scored, and settled: a reported case of the station lies behind it, from the source
    that gave most of its reported cases of a year. What a patrol writes down the same day says nothing of a file that
    comes once a month, and an import that is not finished says nothing yet."""
    case, over = _INCIDENT.c, (_FORECAST.c.until <= now - SETTLE_MS, ~_scored())
    reported = (case.found_by != "patrol", func.coalesce(case.offence_group, 0) != 4, IS_SEEN)
    newest = func.max(case.occurred_from).label("newest")
    rank = (
        func.row_number().over(partition_by=case.station, order_by=(func.count().desc(), case.source)).label("rank")
    )
    sources = (
        select(case.station, newest, rank)
        .where(case.station.in_(select(_FORECAST.c.station).where(*over)), *reported)
        .where(case.occurred_from <= now, case.occurred_from > now - _YEAR_MS)
        .group_by(case.station, case.source)
        .subquery()
    )
    behind = exists().where(
        sources.c.station == _FORECAST.c.station, sources.c.rank == 1, sources.c.newest >= _FORECAST.c.until
    )
    return (*over, or_(_FORECAST.c.until <= now - LATEST_MS, behind))


def keep_scores(tx: Tx, scores: Iterable[tuple[ForecastRow, Scored]]) -> int:
    """Keep how forecasts turned out; returns how many were not known already. What is new of a moment is one row of
    the audit log: all of it is kept in one call.

    Raises:
        ValueError: nobody can know it yet.
    """
    groups: dict[Millis, list[str]] = {}
    new = []
    for forecast, scored in scores:
        if scored.scored_at < forecast.until + SETTLE_MS:
            raise ValueError(f"the forecast {forecast.hash[:12]} is scored before its cases can be in")
        said = {"station": forecast.station, "hash": forecast.hash, **asdict(scored)}
        row = ForecastScoreRow.model_validate(said)
        if add_new(tx, _SCORE, values_of(row)):
            new.append((forecast, scored))
            groups.setdefault(row.scored_at, []).append(content_hash(values_of(row)))
    forecast_tally.scored(tx, new)
    for at, hashes in sorted(groups.items()):
        audit.record(tx, by_system(at, Did.FORECASTS_SCORED, object="scores", detail=detail(hashes)))
    return sum(len(hashes) for hashes in groups.values())


def record(
    conn: Connection,
    stations: Stations,
    *,
    family: str | None = None,
    days: int | None = None,
    shift: str | None = None,
    zone: str | None = None,
    since: Millis = 0,
    now: Millis | None = None,
    limit: int | None = None,
) -> list[Told]:
    """Forecasts made at `since` or later (None: of all keys), the newest first (at most `limit`), with how they
    turned out; with `now` none that a clock which was ahead put behind it.

    Figures are made of their sums (`store.forecast_tally`): there are millions.
    """
    table = _FORECAST.c
    named = (table.station, table.zone, table.family, table.days, table.shift, table.made_at, table.until,
             table.method, table.hash)  # fmt: skip
    columns = [_SCORE.c[name] for name in Scored.__slots__]
    same = and_(_SCORE.c.station == table.station, _SCORE.c.hash == table.hash)
    query = select(*named, *columns).outerjoin(_SCORE, same).where(table.made_at >= since)
    query = of_stations(query if now is None else query.where(table.made_at <= now), table.station, stations)
    asked = {"family": family, "days": days, "shift": shift, "zone": zone}
    query = query.where(*(table[name] == value for name, value in asked.items() if value is not None))
    query = query.order_by(table.made_at.desc(), table.station, table.zone, table.family, table.days, table.shift)
    cut = len(named)
    return [
        Told(*(*row[:cut], Scored(*row[cut:]) if row[cut] is not None else None))
        for row in conn.execute(query.order_by(table.hash).limit(limit))
    ]


def detail(hashes: Sequence[str]) -> str:
    """What the audit log tells of forecasts that were frozen together."""
    return f"{len(hashes)} sha256={together(hashes)}"


def _scored() -> ColumnElement[bool]:
    return (
        select(_SCORE.c.hash)
        .where(_SCORE.c.station == _FORECAST.c.station, _SCORE.c.hash == _FORECAST.c.hash)
        .exists()
    )


def _sound(row: ForecastRow) -> bool:
    if hash_of(row) == row.hash and row.family in FAMILIES:
        return True
    _tell(row.station, row.hash)
    return False


@lru_cache(maxsize=1024)
def _tell(station: str, hash: str) -> None:
    """Log a forecast that cannot be scored, once: it stays among those that are not scored."""
    _LOG.error(
        "the forecast %s of %s is not as it was written, or of no family there is: it is not scored",
        hash[:12],
        station,
    )


def checked(row: ForecastRow) -> ForecastRow:
    if hash_of(row) != row.hash:
        raise ChangedError(f"the forecast {row.hash[:12]} of {row.station} is not as it was written")
    return row
