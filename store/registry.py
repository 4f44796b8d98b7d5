"""The device registry as one frozen value: looked up for every message, loaded again when a register changes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import orjson
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.device import Device, DeviceKey
from models.records.sos import SosBox
from models.records.station import Station, Zone
from store.rows import table_of

#: Source of devices that speak our own topics.
NATIVE = "native"

_LONGEST_ID = 160
_KM_PER_DEG = math.pi * 6_371.0088 / 180.0


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a device speaks for: `kind` is `unit` or `box`."""

    station: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Area:
    """Where a station's units can plausibly be: within `reach_km` of a rectangle (degrees, WGS 84)."""

    south: float
    west: float
    north: float
    east: float
    reach_km: float

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a place is inside. Distances on a sphere, flat near the place: good to 1 % at 50 km."""
        d_lat = self.south - lat if lat < self.south else lat - self.north if lat > self.north else 0.0
        d_lon = self.west - lon if lon < self.west else lon - self.east if lon > self.east else 0.0
        if not d_lat and not d_lon:
            return True
        east_km = d_lon * math.cos(math.radians(lat)) * _KM_PER_DEG
        return math.hypot(d_lat * _KM_PER_DEG, east_km) <= self.reach_km


@dataclass(frozen=True, slots=True)
class Speaker:
    """A key of `/in/*`: a report channel's (`station`, `channel`), or that of the devices assigned to it."""

    id: str
    station: str
    channel: str


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything ingest asks of a message's sender. Every question is a look-up or two in a dict."""

    targets: Mapping[tuple[str, str], Target] = field(default_factory=lambda: MappingProxyType({}))
    stations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    areas: Mapping[str, Area] = field(default_factory=lambda: MappingProxyType({}))
    secrets: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    speakers: Mapping[str, Speaker] = field(default_factory=lambda: MappingProxyType({}))
    key_of: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    natives: frozenset[Target] = frozenset()
    unit_names: frozenset[str] = frozenset()
    cameras: frozenset[tuple[str, str]] = frozenset()
    checkpoints: frozenset[tuple[str, str]] = frozenset()

    def resolve(self, source: str, foreign_id: str) -> Target | None:
        """Whom an approved device speaks for; None for one that waits, is blocked, or was never heard."""
        return self.targets.get((source, fitting(foreign_id)))

    def native(self, station: str, kind: str, name: str) -> bool:
        """Whether the native device of a unit (`unit`) or box (`box`) is approved."""
        return Target(station, kind, name) in self.natives

    def a_unit_somewhere(self, name: str) -> bool:
        """Whether some station has an approved native unit of that name."""
        return name in self.unit_names

    def plausible(self, station: str, lat: float, lon: float) -> bool:
        """Whether a place is in the station's plausible area; stations without one take any place."""
        area = self.areas.get(station)
        return area is None or area.holds(lat, lon)

    def speaker(self, key: str) -> Speaker | None:
        """Whose key it is; None for a wrong or ended one."""
        return self.speakers.get(hash_of(key))

    def may_speak(self, speaker: Speaker, source: str, foreign_id: str) -> bool:
        """Whether a key speaks for a device: for those assigned to it, and no other."""
        return self.key_of.get((source, fitting(foreign_id))) == speaker.id


def hash_of(secret: str) -> str:
    """SHA-256 of a random secret, hexadecimal: what the store keeps in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()


def native_id(target: Target) -> str:
    """The registry's name of a native device. The kind is in it: a unit and a box may share an id."""
    return f"{target.station}/{target.kind}/{target.id}"


def fitting(foreign_id: str) -> str:
    """A foreign id as it is kept: no NUL (PostgreSQL takes none), and a long one cut, its hash behind."""
    name = foreign_id.replace("\x00", "") if "\x00" in foreign_id else foreign_id
    if len(name) <= _LONGEST_ID:
        return name
    return f"{name[:127]}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _corners(value: object) -> Iterable[tuple[float, float]]:
    """Every (lon, lat) of GeoJSON coordinates, however deep."""
    if isinstance(value, list) and value and isinstance(value[0], int | float):
        yield float(value[0]), float(value[1])
    elif isinstance(value, list):
        for item in value:
            yield from _corners(item)


def _areas(conn: Connection) -> dict[str, Area]:
    """Zone + `plausible_km`; a station without a zone counts from its point, a test station has no area."""
    zone, station = table_of(Zone), table_of(Station)
    corners: dict[str, list[tuple[float, float]]] = {}
    for row in conn.execute(select(zone.c.station, zone.c.polygon).where(zone.c.valid_to.is_(None))):
        corners.setdefault(row.station, []).extend(_corners(orjson.loads(row.polygon).get("coordinates")))
    result: dict[str, Area] = {}
    for row in conn.execute(select(station)):
        points = corners.get(row.code) or ([] if row.lat is None or row.lon is None else [(row.lon, row.lat)])
        if row.kind != "test" and points:
            lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
            result[row.code] = Area(min(lats), min(lons), max(lats), max(lons), row.plausible_km)
    return result


def area_of(conn: Connection, station: str) -> Area | None:
    """Where a station's units and incidents can plausibly be; None for a station without such an area."""
    return _areas(conn).get(station)


def _spots(conn: Connection, kind: type[SQLModel], name: str) -> frozenset[tuple[str, str]]:
    """What stands in the street, (station, name)."""
    columns = table_of(kind).c
    return frozenset((station, spot) for station, spot in conn.execute(select(columns.station, columns[name])))


def load(conn: Connection) -> Registry:
    """The registry as it stands."""
    device, key, box, station = (table_of(kind) for kind in (Device, DeviceKey, SosBox, Station))
    rows = conn.execute(select(device)).all()
    targets = {
        (row.source, row.foreign_id): Target(row.station, row.target_kind, row.target)
        for row in rows
        if row.state == "approved"
    }
    speakers = conn.execute(select(key).where(key.c.revoked_at.is_(None))).all()
    secret_rows = conn.execute(select(box.c.station, box.c.box, box.c.secret).where(box.c.secret.is_not(None)))
    return Registry(
        targets=MappingProxyType(targets),
        stations=MappingProxyType(
            {row.code: row.kind for row in conn.execute(select(station.c.code, station.c.kind))}
        ),
        areas=MappingProxyType(_areas(conn)),
        secrets=MappingProxyType({(row.station, row.box): row.secret for row in secret_rows}),
        speakers=MappingProxyType({row.hash: Speaker(row.id, row.station, row.channel) for row in speakers}),
        key_of=MappingProxyType({(row.source, row.foreign_id): row.key_id for row in rows if row.key_id}),
        natives=frozenset(target for (source, _), target in targets.items() if source == NATIVE),
        unit_names=frozenset(
            target.id for (source, _), target in targets.items() if source == NATIVE and target.kind == "unit"
        ),
        cameras=_spots(conn, CameraPoint, "point"),
        checkpoints=_spots(conn, Checkpoint, "box"),
    )
