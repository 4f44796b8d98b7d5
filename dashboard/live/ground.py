"""What does not move, of a viewer's stations: zones with their rings, streets, cameras, checkpoints as one sheet,
hotspots as another (they change station by station while maps are made)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from dashboard.live.hotspots import DAYS, MOST_STATIONS, hotspot_features
from models.access.grants import Stations
from models.access.scope import Scope
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.station import Station, Street, Zone
from store import hotspots, registers
from store.database import Database

#: Sheets kept encoded: one for each different set of stations that looks.
_KEPT = 16

_BANGKOK = ZoneInfo("Asia/Bangkok")


def _features(rows: Sequence[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    """A FeatureCollection of (geometry, properties)."""
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": shape, "properties": values} for shape, values in rows],
    }


def _point(lat: float, lon: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def _station(row: Station) -> dict[str, Any]:
    return {"code": row.code, "th": row.name_th, "en": row.name_en, "lat": row.lat, "lon": row.lon}


def zone_values(row: Zone) -> dict[str, Any]:
    """A zone's properties: names, kind, area in m2, perimeter in m."""
    return {
        "s": row.station, "id": row.code, "version": row.version, "th": row.name_th, "en": row.name_en,
        "kind": row.kind, "area_m2": row.area_m2, "perimeter_m": row.perimeter_m, "population": row.population,
    }  # fmt: skip


def _street(row: Street) -> tuple[Any, dict[str, Any]]:
    # Stored as GeoJSON text: passed through as it is, not decoded and encoded again.
    return orjson.Fragment(row.line), {"s": row.station, "id": row.id, "kind": row.kind, "th": row.name_th}


def _camera(row: CameraPoint) -> tuple[Any, dict[str, Any]]:
    return _point(row.lat, row.lon), {
        "s": row.station, "id": row.point, "th": row.name_th, "en": row.name_en, "owner": row.owner,
        "total": row.total, "working": row.working, "linked": row.linked, "note": row.note, "at": row.status_at,
    }  # fmt: skip


def _checkpoint(row: Checkpoint) -> tuple[Any, dict[str, Any]]:
    values = {"s": row.station, "id": row.box, "th": row.name_th, "en": row.name_en, "beat": row.beat}
    return _point(row.lat, row.lon), values


def ground_of(conn: Connection, scope: Scope, version: str) -> dict[str, Any]:
    """The ground of a scope's stations, for orjson. Visitors see no cameras and no checkpoints: their
    places and notes are for those on duty, and a checkpoint may hang at a home. Nor hotspots: where patrols are
    sent is not for those they are sent after, and a street is not called bad before strangers."""
    mine = scope.stations
    zones = registers.zones(conn, mine)
    cameras = [] if scope.visitor else registers.cameras(conn, mine)
    checkpoints = [] if scope.visitor else registers.checkpoints(conn, mine)
    return {
        "version": version,
        "stations": [_station(row) for row in registers.stations(conn, mine)],
        "zones": _features([(orjson.Fragment(row.outline or row.polygon), zone_values(row)) for row in zones]),
        "ring": _features(_rings(zones)),
        "streets": _features([_street(row) for row in registers.streets(conn, mine)]),
        "cameras": _features([_camera(row) for row in cameras]),
        "checkpoints": _features([_checkpoint(row) for row in checkpoints]),
    }


def hotspots_of(conn: Connection, scope: Scope, version: str, zone: ZoneInfo) -> dict[str, Any]:
    """The hotspots of a scope's stations, for orjson. None for visitors: where patrols are sent is not for those they
    are sent after, and a street is not called bad before strangers."""
    found = [] if scope.visitor else _hotspots(conn, scope.stations, zone)
    return {"version": version, "hotspots": _features(found)}


def _hotspots(conn: Connection, mine: Stations, zone: ZoneInfo) -> list[tuple[Any, dict[str, Any]]]:
    made = hotspots.stations_with_maps(conn, mine)
    if not 0 < len(made) <= MOST_STATIONS:
        return []
    return hotspot_features(hotspots.maps(conn, made, days=DAYS, shift=""), zone)


def _rings(zones: Sequence[Zone]) -> list[tuple[Any, dict[str, Any]]]:
    """The ring of each zone that has one."""
    return [(orjson.Fragment(row.ring), {"s": row.station, "id": row.code}) for row in zones if row.ring is not None]


class Ground:
    """Encoded sheets, read again when the version is new. May be called from any thread.

    `zone`: of the day that stands with a hotspot.
    """

    def __init__(self, db: Database, zone: ZoneInfo = _BANGKOK) -> None:
        self._ground = _Sheets(db, ground_of)
        self._hotspots = _Sheets(db, lambda conn, scope, version: hotspots_of(conn, scope, version, zone))

    def sheet(self, scope: Scope, version: str) -> bytes:
        """The sheet of a scope as JSON bytes, of that version or newer.

        Raises:
            StorageError: the registers cannot be read and the sheet is not kept.
        """
        return self._ground.body(scope, version)

    def hotspots(self, scope: Scope, version: str) -> bytes:
        """The same of its hotspots.

        Raises:
            StorageError: the maps cannot be read and the sheet is not kept.
        """
        return self._hotspots.body(scope, version)


class _Sheets:
    """The newest sheets of one kind. Of many who ask for one at once, one reads."""

    def __init__(self, db: Database, read: Callable[[Connection, Scope, str], dict[str, Any]]) -> None:
        self._db, self._read = db, read
        self._kept: OrderedDict[tuple[Scope, str], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def body(self, scope: Scope, version: str) -> bytes:
        key = (scope, version)
        body = self._found(key)
        if body is not None:
            return body
        with self._reading:
            body = self._found(key)
            if body is None:
                with self._db.read() as conn:
                    body = orjson.dumps(self._read(conn, scope, version))
                with self._lock:
                    self._kept[key] = body
                    while len(self._kept) > _KEPT:
                        self._kept.popitem(last=False)
        return body

    def _found(self, key: tuple[Scope, str]) -> bytes | None:
        with self._lock:
            return self._kept.get(key)
