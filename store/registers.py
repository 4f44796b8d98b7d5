"""The registers: stations, their zones and streets, and what stands and drives there.

A put is an import: what a file says replaces what was known, what a device said of itself stays. Every put tells
the live pictures and approves the device of the unit or box it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, union, update
from sqlmodel import SQLModel

from models.access.grants import Stations, level_name
from models.happenings import BoxPlaced, RegisterChanged
from models.picture import Key
from models.records.base import Millis
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.sos import SosBox
from models.records.station import Station, Street, Zone
from models.records.unit import Unit
from store import devices
from store.database import Tx
from store.rows import of_stations, put, records, table_of, values_of

_ZONE = table_of(Zone)
_STREET = table_of(Street)
_UNIT = table_of(Unit)

#: What a device says of itself: an import leaves it as it is.
_BOX_SAYS = ("online", "heard_at", "battery_pct", "mains", "fault", "tested_at")
_CAMERA_SAYS = ("working", "linked", "note", "status_at")
_UNIT_SAYS = ("status", "status_at", "crew")

#: What makes no new version of a zone: what is the version's own, and what follows from its polygon.
_ZONE_OWN = ("version", "valid_from", "valid_to", "outline", "ring", "started")


class UnknownStationError(Exception):
    """A register names a station that is not in the store; `str()` is one line."""


def _all(conn: Connection, kind: type[Any], stations: Stations) -> list[Any]:
    table = table_of(kind)
    query = select(table).order_by(*table.primary_key.columns)
    return records(conn, kind, of_stations(query, table.primary_key.columns[0], stations))


def stations(conn: Connection, stations: Stations) -> list[Station]:
    """The stations asked for (None: all), by code."""
    return _all(conn, Station, stations)


def units(conn: Connection, stations: Stations) -> list[Unit]:
    """The units of the stations asked for (None: all), by station and id."""
    return _all(conn, Unit, stations)


def unit_names(conn: Connection) -> list[tuple[Key, str, str]]:
    """Key, kind and call sign of every unit: what is read again and again is read without the rest."""
    query = select(_UNIT.c.station, _UNIT.c.unit, _UNIT.c.kind, _UNIT.c.call_sign)
    return [((station, unit), kind, call) for station, unit, kind, call in conn.execute(query).all()]


def with_senders(conn: Connection) -> frozenset[str]:
    """Stations that have a unit or a box: something in the street that speaks by itself."""
    tables = (table_of(Unit), table_of(SosBox))
    found = union(*(select(table.c.station).distinct() for table in tables))
    return frozenset(conn.execute(found).scalars())


def boxes(conn: Connection, stations: Stations) -> list[SosBox]:
    """The SOS boxes of the stations asked for (None: all), by station and id. `secret` stays on the server."""
    return _all(conn, SosBox, stations)


def cameras(conn: Connection, stations: Stations) -> list[CameraPoint]:
    """The camera points of the stations asked for (None: all), by station and id."""
    return _all(conn, CameraPoint, stations)


def checkpoints(conn: Connection, stations: Stations) -> list[Checkpoint]:
    """The red boxes of the stations asked for (None: all), by station and id."""
    return _all(conn, Checkpoint, stations)


def streets(conn: Connection, stations: Stations) -> list[Street]:
    """The street lines of the stations asked for (None: all)."""
    return _all(conn, Street, stations)


def has_streets(conn: Connection, stations: Stations) -> bool:
    """Whether any of the stations asked for (None: all) has street lines."""
    query = of_stations(select(_STREET.c.id).limit(1), _STREET.c.station, stations)
    return conn.execute(query).first() is not None


def zones(conn: Connection, stations: Stations, at: Millis | None = None) -> list[Zone]:
    """The zones in force, or those that were at a moment, of the stations asked for (None: all)."""
    query = select(_ZONE).order_by(_ZONE.c.station, _ZONE.c.code)
    if at is None:
        query = query.where(_ZONE.c.valid_to.is_(None))
    else:
        query = query.where(_ZONE.c.valid_from <= at, _ZONE.c.valid_to.is_(None) | (_ZONE.c.valid_to > at))
    return records(conn, Zone, of_stations(query, _ZONE.c.station, stations))


def zones_between(conn: Connection, stations: Stations, start: Millis, end: Millis) -> list[Zone]:
    """Every version of a zone that was in force at some time in `start <= t < end`."""
    query = select(_ZONE).order_by(_ZONE.c.station, _ZONE.c.code, _ZONE.c.version)
    query = query.where(_ZONE.c.valid_from < end, _ZONE.c.valid_to.is_(None) | (_ZONE.c.valid_to > start))
    return records(conn, Zone, of_stations(query, _ZONE.c.station, stations))


def zone_versions(conn: Connection, station: str, code: str) -> list[Zone]:
    """Every version of a zone, the oldest first."""
    query = select(_ZONE).where(_ZONE.c.station == station, _ZONE.c.code == code).order_by(_ZONE.c.version)
    return records(conn, Zone, query)


def _no_stranger(tx: Tx, kind: str, names: Sequence[tuple[str, str]], codes: set[str], now: Millis) -> None:
    """What was imported waits no more among the unknown devices, and may speak from now on."""
    devices.forget_waiting(tx, [devices.native_id(devices.Target(station, kind, name)) for station, name in names])
    _tell(tx, codes, "devices", now)


def _tell(tx: Tx, codes: set[str], register: str, now: Millis) -> None:
    tx.tell(*(RegisterChanged(code, register, now) for code in sorted(codes)))


def _of_known_stations(tx: Tx, rows: Sequence[Any]) -> set[str]:
    named = {row.station for row in rows}
    table = table_of(Station)
    known = set(tx.conn.execute(select(table.c.code).where(table.c.code.in_(sorted(named)))).scalars())
    if named - known:
        raise UnknownStationError(f"no station {', '.join(sorted(named - known))}: import it first")
    return named


def put_stations(tx: Tx, rows: Sequence[Station], now: Millis) -> None:
    """Add stations or change them. Bureau and province are kept in one spelling: grants go by them."""
    kept = [values_of(row) | {"bureau": level_name(row.bureau), "province": level_name(row.province)} for row in rows]
    put(tx, table_of(Station), kept)
    _tell(tx, {row.code for row in rows}, "stations", now)


def put_zone(tx: Tx, zone: Zone, now: Millis) -> Zone:
    """Put a zone into force: a new version, the one before closed. The same content again changes nothing.

    The day it began is of all its versions: a new one makes no version, none keeps the one known.

    `version`, `valid_from` and `valid_to` of the argument are not looked at; what is in force is returned.

    Raises:
        UnknownStationError: its station is not in the store.
    """
    _of_known_stations(tx, [zone])
    versions = zone_versions(tx.conn, zone.station, zone.code)
    newest = versions[-1] if versions else None
    if newest is not None and zone.started not in (None, newest.started):
        start_zone(tx, zone.station, zone.code, zone.started, now)
        newest.started = zone.started
    content = {name: value for name, value in values_of(zone).items() if name not in _ZONE_OWN}
    if newest is not None and newest.valid_to is None:
        if content == {name: value for name, value in values_of(newest).items() if name not in _ZONE_OWN}:
            return newest
        tx.conn.execute(
            update(_ZONE)
            .where(_ZONE.c.station == zone.station, _ZONE.c.code == zone.code, _ZONE.c.valid_to.is_(None))
            .values(valid_to=now)
        )
    version = newest.version + 1 if newest else 1
    started = zone.started or (newest.started if newest else None)
    row = values_of(zone) | {"version": version, "valid_from": now, "valid_to": None, "started": started}
    put(tx, _ZONE, [row])
    _tell(tx, {zone.station}, "zones", now)
    return Zone.model_validate(row)


def start_zone(tx: Tx, station: str, code: str, day: str | None, now: Millis) -> None:
    """Say on which day (ISO 8601; None: not known) a zone began as a safety zone; of all its versions."""
    mine = (_ZONE.c.station == station, _ZONE.c.code == code)
    tx.conn.execute(update(_ZONE).where(*mine).values(started=day))
    _tell(tx, {station}, "zones", now)


def started(conn: Connection, station: str, code: str) -> str | None:
    """The day on record on which a zone began, ISO 8601; None: none is, or there is no such zone."""
    query = select(_ZONE.c.started).where(_ZONE.c.station == station, _ZONE.c.code == code).limit(1)
    return conn.execute(query).scalar()


def put_zones(tx: Tx, rows: Sequence[Zone], now: Millis) -> None:
    """`put_zone` for each."""
    for row in rows:
        put_zone(tx, row, now)


def put_streets(tx: Tx, station: str, rows: Sequence[Street], now: Millis) -> None:
    """Replace a station's street lines."""
    tx.conn.execute(delete(_STREET).where(_STREET.c.station == station))
    put(tx, _STREET, [values_of(row) for row in rows])
    _tell(tx, {station}, "streets", now)


def put_units(tx: Tx, rows: Sequence[Unit], now: Millis, by: str = "import") -> None:
    """Add units or change them, and approve their native devices. Their reported status stays."""
    codes = _of_known_stations(tx, rows)
    put(tx, table_of(Unit), [values_of(row) for row in rows], keep=_UNIT_SAYS)
    devices.approve_native(tx, [devices.Target(row.station, "unit", row.unit) for row in rows], by, now)
    _tell(tx, codes, "units", now)


def put_boxes(tx: Tx, rows: Sequence[SosBox], now: Millis, by: str = "import") -> None:
    """Add SOS boxes or change them, and approve their native devices. A file without secrets keeps those known."""
    codes = _of_known_stations(tx, rows)
    told = [row for row in rows if row.secret]
    untold = [row for row in rows if not row.secret]
    put(tx, table_of(SosBox), [values_of(row) for row in told], keep=_BOX_SAYS)
    put(tx, table_of(SosBox), [values_of(row) | {"secret": None} for row in untold], keep=(*_BOX_SAYS, "secret"))
    devices.approve_native(tx, [devices.Target(row.station, "box", row.box) for row in rows], by, now)
    tx.tell(*(BoxPlaced(row.station, row.box, row.lat, row.lon, row.name_th, row.name_en) for row in rows))
    _tell(tx, codes, "boxes", now)


def put_cameras(tx: Tx, rows: Sequence[CameraPoint], now: Millis) -> None:
    """Add camera points or change them. What a point reported of its cameras stays, unless it never reported."""
    codes = _of_known_stations(tx, rows)
    table = table_of(CameraPoint)
    reported = {
        (row.station, row.point)
        for row in tx.conn.execute(select(table.c.station, table.c.point).where(table.c.status_at.is_not(None)))
    }
    spoken = [values_of(row) for row in rows if (row.station, row.point) in reported]
    silent = [values_of(row) for row in rows if (row.station, row.point) not in reported]
    put(tx, table, spoken, keep=_CAMERA_SAYS)
    put(tx, table, silent)
    _no_stranger(tx, "camera", [(row.station, row.point) for row in rows], codes, now)
    _tell(tx, codes, "cameras", now)


def put_checkpoints(tx: Tx, rows: Sequence[Checkpoint], now: Millis) -> None:
    """Add red boxes or change them."""
    codes = _of_known_stations(tx, rows)
    put(tx, table_of(Checkpoint), [values_of(row) for row in rows])
    _no_stranger(tx, "checkpoint", [(row.station, row.box) for row in rows], codes, now)
    _tell(tx, codes, "checkpoints", now)


_PUT: dict[type[SQLModel], Callable[[Tx, Sequence[Any], Millis], None]] = {
    Station: put_stations,
    Zone: put_zones,
    Unit: put_units,
    SosBox: put_boxes,
    CameraPoint: put_cameras,
    Checkpoint: put_checkpoints,
}


def put_rows(tx: Tx, rows: Sequence[SQLModel], now: Millis) -> None:
    """Put the rows of a register file, each kind in its register, stations first.

    Raises:
        UnknownStationError: a row's station is not in the store.
    """
    for kind, putter in _PUT.items():
        group = [row for row in rows if isinstance(row, kind)]
        if group:
            putter(tx, group, now)
