"""Writes the generated town into the store: station, zone, streets, what stands there, and its past. Once."""

from __future__ import annotations

import logging
from dataclasses import asdict

import orjson

from ingest.sources.demo_ground import DemoRefusedError
from ingest.sources.demo_messages import box_secret
from ingest.sources.demo_presses import UNTESTED
from models.formats.offences import classify
from models.formats.zone_shapes import shapes_of
from models.happenings import RegisterChanged
from models.readiness import DAY_MS
from models.records.base import Millis
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.incident import Incident
from models.records.sos import SosBox
from models.records.station import Station, Street, Zone
from models.records.unit import Unit
from models.town import town as towns
from models.town.crime import make_incidents
from models.town.town import Town
from store import registers
from store.database import Database, Tx
from store.rows import put, table_of

log = logging.getLogger("ingest.demo")

#: Who approved the demo's devices.
BY = "demo"


def prepare(db: Database, town: Town, now: Millis) -> bool:
    """Write the town and three years of incidents up to `now`; True when something was written.

    A second call with the same town changes nothing. Only the demo's own devices are approved.

    Raises:
        DemoRefusedError: the station has units that are not the demo's.
        StorageError: the store could not be written; nothing was.
    """
    with db.write() as tx:
        if _is_there(tx, town):
            return False
        write_town(tx, town, now)
    log.info("demo: town of seed %d written", town.seed)
    return True


def _is_there(tx: Tx, town: Town) -> bool:
    here = frozenset({town.station})
    found = registers.stations(tx.conn, here)
    own = {unit.unit for unit in town.units}
    strangers = [
        unit.unit for unit in registers.units(tx.conn, here) if unit.unit not in own and unit.kind != "replay"
    ]
    if found and found[0].kind != "demo" and strangers:
        raise DemoRefusedError(f"station {town.station} has units of its own ({strangers[0]} …): no demo there")
    places = {(box.box, box.lat, box.lon) for box in registers.boxes(tx.conn, here)}
    same_town = {(box.id, box.lat, box.lon) for box in town.boxes} <= places
    return bool(found) and found[0].kind == "demo" and same_town


def write_town(tx: Tx, town: Town, now: Millis) -> None:
    """Everything of the town, in one transaction of the caller's."""
    registers.put_stations(tx, [_station()], now)
    registers.put_zone(tx, _zone(town), now)
    registers.put_streets(tx, town.station, _streets(town), now)
    registers.put_boxes(tx, _boxes(town, now), now, by=BY)
    registers.put_cameras(tx, _cameras(town), now)
    registers.put_checkpoints(tx, _checkpoints(town), now)
    registers.put_units(tx, _units(town), now, by=BY)
    rows = [{**asdict(case), "offence": classify(case.offence)[0], "batch": BY} for case in make_incidents(town, now)]
    put(tx, table_of(Incident), rows)
    tx.tell(RegisterChanged(town.station, "incidents", now))


def _station() -> Station:
    lat, lon = towns.STATION_PLACE
    return Station(
        code=towns.STATION,
        name_th=towns.STATION_TH,
        name_en=towns.STATION_EN,
        kind="demo",
        bureau="ภ.4",
        province="มุกดาหาร",
        lat=lat,
        lon=lon,
    )


def _zone(town: Town) -> Zone:
    polygon = orjson.dumps(town.zone_geojson).decode()
    outline, ring = shapes_of(polygon, "economic")
    return Zone(
        station=town.station,
        code=towns.ZONE_CODE,
        version=1,
        name_th=towns.ZONE_TH,
        name_en=towns.ZONE_EN,
        kind="economic",
        population=towns.ZONE_PEOPLE,
        polygon=polygon,
        outline=outline,
        ring=ring,
        area_m2=round(town.zone.area, 1),
        perimeter_m=round(town.zone.length, 1),
        utm_epsg=town.utm_epsg,
        valid_from=0,
    )


def _streets(town: Town) -> list[Street]:
    return [
        Street(
            station=town.station,
            id=number,
            kind=street.kind,
            name_th=street.name_th,
            line=orjson.dumps({"type": "LineString", "coordinates": street.coordinates}).decode(),
        )
        for number, street in enumerate(town.streets, 1)
    ]


def _boxes(town: Town, now: Millis) -> list[SosBox]:
    """The boxes; what is tested in the demo's own time says so itself."""
    return [
        SosBox(
            station=town.station,
            box=spot.id,
            name_th=spot.name_th,
            name_en=spot.name_en,
            lat=spot.lat,
            lon=spot.lon,
            secret=box_secret(town.seed, spot.id),
            tested_at=now - UNTESTED[spot.id] * DAY_MS if spot.id in UNTESTED else None,
        )
        for spot in town.boxes
    ]


def _cameras(town: Town) -> list[CameraPoint]:
    return [
        CameraPoint(
            station=town.station,
            point=each.spot.id,
            name_th=each.spot.name_th,
            name_en=each.spot.name_en,
            lat=each.spot.lat,
            lon=each.spot.lon,
            owner=each.owner,
            total=each.total,
            working=each.working,
            linked=each.linked,
        )
        for each in town.cameras
    ]


def _checkpoints(town: Town) -> list[Checkpoint]:
    return [
        Checkpoint(
            station=town.station,
            box=spot.id,
            name_th=spot.name_th,
            name_en=spot.name_en,
            lat=spot.lat,
            lon=spot.lon,
            beat=f"เขตตรวจที่ {number % 4 + 1}",
        )
        for number, spot in enumerate(town.checkpoints)
    ]


def _units(town: Town) -> list[Unit]:
    return [
        Unit(station=town.station, unit=unit.unit, kind=unit.kind, call_sign=unit.call_sign, beat=unit.beat)
        for unit in town.units
    ]
