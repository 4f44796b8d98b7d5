"""Maps of hotspots: kept as they were made, read as they are shown. Nothing is fitted here.

A map whose hash is not that of its content was changed behind the program's back: it is left out and told, and the
others are shown.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, or_, select

from models.access.grants import Stations
from models.analysis.content import content_hash
from models.analysis.hotspots import HotspotMap
from models.analysis.written import from_json
from models.happenings import RegisterChanged
from models.records.base import Millis
from models.records.hotspot import ForecastRow, HotspotChoiceRow, HotspotMapRow, HotspotWeightsRow, RefitStation
from models.records.station import Zone
from store.database import Tx
from store.rows import Values, of_stations, records, table_of, values_of

_FORECAST, _STATION, _ZONE = table_of(ForecastRow), table_of(RefitStation), table_of(Zone)
_MAP, _CHOICE, _WEIGHTS = table_of(HotspotMapRow), table_of(HotspotChoiceRow), table_of(HotspotWeightsRow)

_LOG = logging.getLogger(__name__)

#: Register that is told to have changed with each new map.
REGISTER = "hotspots"

_KEY = ("station", "zone", "family", "days", "shift")

#: What the hash is of, by name: a column that comes later must not make every map there is look changed.
_HASHED = (*_KEY, "made_at", "data_version", "method", "parameters", "body")


@dataclass(frozen=True, slots=True)
class StoredMap:
    """The newest map of a zone (empty: all the station's ground), family, horizon and shift (empty: all day)."""

    station: str
    zone: str
    family: str
    days: int
    shift: str
    made_at: Millis
    data_version: str
    method: str
    hash: str
    body: str

    @property
    def format(self) -> int:
        """In what form it was made (`due.FORMAT`)."""
        return int(self.data_version.rpartition(".")[2])

    @property
    def map(self) -> HotspotMap:
        """What it says. Made once a content, however often it is asked for."""
        return _read(self.body)


@dataclass(frozen=True, slots=True)
class Found:
    """The maps that are as they were written, and the keys of those that are not."""

    maps: list[StoredMap]
    changed: list[tuple[str, str, str, int, str]]


@lru_cache(maxsize=256)
def _read(body: str) -> HotspotMap:
    return from_json(body)


def hash_of(row: HotspotMapRow) -> str:
    """The hash of a map's content: everything but the hash itself."""
    return _hash_of(values_of(row))


def _hash_of(values: Values) -> str:
    return content_hash({name: values[name] for name in _HASHED})


def keep(tx: Tx, rows: Iterable[HotspotMapRow]) -> None:
    """Keep new maps; their hash is set here. They are shown from now on, on open live maps and walls too."""
    keep_values(tx, [values_of(row) for row in sorted(rows, key=lambda row: row.made_at)])


def keep_values(tx: Tx, rows: Sequence[Values]) -> None:
    """`keep` of maps by name of their columns, the oldest first: to make a record of each takes longer than to store
    them, and a station has a hundred."""
    if rows:
        tx.conn.execute(insert(_MAP), [{**row, "hash": _hash_of(row)} for row in rows])
        newest = {str(row["station"]): cast(Millis, row["made_at"]) for row in rows}
        tx.tell(*(RegisterChanged(station, REGISTER, at) for station, at in newest.items()))


def maps(
    conn: Connection,
    stations: Stations,
    family: str | None = None,
    days: int | None = None,
    shift: str | None = None,
    zone: str | None = None,
) -> list[StoredMap]:
    """The newest map of each key asked for (None: of all), by key. `shift` empty: that of the whole day.

    One that was changed since it was written is left out, and no older one stands for it.
    """
    return find(conn, stations, family, days, shift, zone).maps


def find(
    conn: Connection,
    stations: Stations,
    family: str | None = None,
    days: int | None = None,
    shift: str | None = None,
    zone: str | None = None,
    families: Collection[str] | None = None,
) -> Found:
    """The same, with the keys of those that were left out: for a screen that says so. `families`: one of these."""
    asked = {"family": family, "days": days, "shift": shift, "zone": zone}
    keys = [_MAP.c[name] for name in _KEY]
    each = select(*keys, func.max(_MAP.c.made_at).label("made_at")).group_by(*keys)
    newest = of_stations(each, _MAP.c.station, stations).where(
        *(_MAP.c[name] == value for name, value in asked.items() if value is not None)
    )
    if families is not None:
        newest = newest.where(_MAP.c.family.in_(sorted(families)))
    last = newest.where(*_in_force()).subquery()
    same = and_(*(_MAP.c[name] == last.c[name] for name in (*_KEY, "made_at")))
    return _parted(conn.execute(select(_MAP).join(last, same).order_by(*keys)))


def _in_force() -> tuple[ColumnElement[bool], ...]:
    """Of what a map must be to be shown: made by the station's last refit, or before it when that failed (so a shift
    that has too few cases by now, and ground that has none, are shown no more, and nothing made by a clock that was
    ahead); and of ground in force (the station's whole ground only as long as no zone of it is drawn)."""
    last = _STATION.c.station == _MAP.c.station
    other = or_(_STATION.c.at < _MAP.c.made_at, and_(_STATION.c.at > _MAP.c.made_at, ~_STATION.c.failed))
    drawn = and_(_ZONE.c.station == _MAP.c.station, _ZONE.c.kind != "beat")
    mine = and_(_ZONE.c.station == _MAP.c.station, _ZONE.c.code == _MAP.c.zone)
    open_ = _ZONE.c.valid_to.is_(None)
    return (
        ~exists().where(last, other),
        ~and_(_MAP.c.zone == "", exists().where(drawn, open_)),
        ~and_(exists().where(mine), ~exists().where(mine, open_)),
    )


def last_claimed(conn: Connection, station: str) -> list[StoredMap]:
    """Of each key of a station the newest map that claims a hotspot: what a new map's places are called after.

    One that was changed since it was written is left out: the places of the next get new ids.
    """
    keys = [_MAP.c[name] for name in _KEY]
    frozen = exists().where(
        *(_FORECAST.c[name] == _MAP.c[name] for name in (*_KEY, "made_at"))
    )  # of maps from before they were told apart
    claiming = _MAP.c.station == station, or_(_MAP.c.claims, frozen)
    last = select(*keys, func.max(_MAP.c.made_at).label("made_at")).where(*claiming).group_by(*keys).subquery()
    same = and_(*(_MAP.c[name] == last.c[name] for name in (*_KEY, "made_at")))
    return _parted(conn.execute(select(_MAP).join(last, same))).maps


def stations_with_maps(conn: Connection, stations: Stations) -> frozenset[str]:
    """The stations that have a map at all; read along the key, no map is."""
    query = of_stations(select(_MAP.c.station).distinct(), _MAP.c.station, stations)
    return frozenset(conn.execute(query).scalars())


def _parted(rows: Iterable[Row[Any]]) -> Found:
    """No record is made of any: that takes longer than to read and to check it."""
    found = Found([], [])
    for row in rows:
        if _hash_of(cast(Values, row._mapping)) == row.hash:
            found.maps.append(_stored(row))
        else:
            key = (row.station, row.zone, row.family, row.days, row.shift)
            found.changed.append(key)
            _tell(key, row.made_at)
    return found


@lru_cache(maxsize=1024)
def _tell(key: tuple[str, str, str, int, str], made_at: Millis) -> None:
    """Log a map that was changed, once: every open screen reads it again and again."""
    station, zone, family, days, shift = key
    named = f"{station}/{zone} {family} {days} {shift}".strip()
    _LOG.error("the map %s of %d is not as it was written: it is shown nowhere", named, made_at)


def _stored(row: Row[Any]) -> StoredMap:
    return StoredMap(
        row.station, row.zone, row.family, row.days, row.shift, row.made_at, row.data_version, row.method, row.hash,
        row.body,
    )  # fmt: skip


def keep_choices(tx: Tx, rows: Sequence[HotspotChoiceRow]) -> None:
    """Keep what the gate chose."""
    if rows:
        tx.conn.execute(insert(_CHOICE), [values_of(row) for row in rows])


def choices(conn: Connection, stations: Stations) -> list[HotspotChoiceRow]:
    """The newest choice of each station (empty: pooled), family, horizon and shift."""
    keys = [_CHOICE.c[name] for name in ("station", "family", "days", "shift")]
    newest = select(*keys, func.max(_CHOICE.c.made_at).label("made_at")).group_by(*keys)
    last = of_stations(newest, _CHOICE.c.station, None if stations is None else stations | {""}).subquery()
    same = and_(*(_CHOICE.c[name.name] == last.c[name.name] for name in keys), _CHOICE.c.made_at == last.c.made_at)
    return records(conn, HotspotChoiceRow, select(_CHOICE).join(last, same).order_by(*keys))


def keep_weights(tx: Tx, rows: Sequence[HotspotWeightsRow]) -> None:
    """Keep pooled weights."""
    if rows:
        tx.conn.execute(insert(_WEIGHTS), [values_of(row) for row in rows])


def weights(conn: Connection) -> dict[str, HotspotWeightsRow]:
    """The newest pooled weights of each family."""
    newest = select(_WEIGHTS.c.family, func.max(_WEIGHTS.c.made_at).label("made_at")).group_by(_WEIGHTS.c.family)
    last = newest.subquery()
    same = and_(_WEIGHTS.c.family == last.c.family, _WEIGHTS.c.made_at == last.c.made_at)
    return {row.family: row for row in records(conn, HotspotWeightsRow, select(_WEIGHTS).join(last, same))}
