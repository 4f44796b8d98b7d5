"""Four stations in three provinces of two bureaus, and everything that is theirs marked with their code: what leaks
can be read in any answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.alarms.causes import Trouble
from models.alarms.kinds import Kind
from models.alarms.life import Step
from models.picture import Picture
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.sos import EventKind, Signal, SosBox
from models.records.station import Station, Street, Zone
from models.records.unit import StatusReport, Unit, UnitStatus
from store import alarms, devices, incidents, positions, registers, sos, sources, units
from store.alarms.trouble import settle
from store.database import Database, Lane, Tx
from tests.app.serving import clock

#: code -> bureau, province. A code stands in every text of its station.
STATIONS = {
    "zqalpha": ("ภ.1", "อยุธยา"),
    "zqbravo": ("ภ.1", "อยุธยา"),
    "zqcharlie": ("ภ.1", "สระบุรี"),
    "zqdelta": ("ภ.9", "สงขลา"),
}

#: What is of no station: of a box nobody knows, of a device nobody has approved, of the product itself.
NOBODY, STRANGER, OURSELVES = "zqnobody", "zqstranger", "zqourselves"

MARKS = (*STATIONS, NOBODY, STRANGER, OURSELVES)


@dataclass(frozen=True, slots=True)
class Town:
    """What was made: the alarms by mark, and when."""

    at: int
    alarms: dict[str, str] = field(default_factory=dict)


def fill(db: Database) -> Town:
    """Make it."""
    town = Town(clock())
    with db.write() as tx:
        rows = [
            Station(code=code, name_th=f"สน.{code}", name_en=code, kind="test", bureau=bureau, province=province,
                    lat=13.7, lon=100.5)
            for code, (bureau, province) in STATIONS.items()
        ]  # fmt: skip
        registers.put_stations(tx, rows, town.at)
        for number, code in enumerate(STATIONS):
            _station(tx, code, number, town.at)
        devices.heard_unknown(tx, "owntracks", f"{STRANGER}/phone", town.at, 2)
    for code in (*STATIONS, NOBODY):
        town.alarms[code] = _press(db, UNKNOWN_STATION if code == NOBODY else code, code, town.at)
    with db.write(Lane.ALARM) as tx:
        disk = frozenset({Kind.DISK_LOW})
        trouble = Trouble(SYSTEM_STATION, "server", OURSELVES, disk, {Kind.DISK_LOW: OURSELVES})
        settle(tx, trouble, town.at)
        open_now = alarms.open_alarms(tx.conn, frozenset({SYSTEM_STATION}))
        town.alarms[OURSELVES] = open_now[0].id
    return town


def _square(number: int) -> str:
    west, south = 100.5 + number / 10, 13.7
    ring = [[west, south], [west + 0.05, south], [west + 0.05, south + 0.05], [west, south + 0.05], [west, south]]
    return f'{{"type":"Polygon","coordinates":[{ring}]}}'


def _station(tx: Tx, code: str, number: int, at: int) -> None:
    lat, lon = 13.71, 100.51 + number / 10
    unit = Unit(station=code, unit=f"{code}-car", kind="car", call_sign=f"สาย {code}")
    registers.put_units(tx, [unit], at)
    box = SosBox(station=code, box=f"{code}-box", name_th=f"ตู้ {code}", name_en=code, lat=lat, lon=lon)
    registers.put_boxes(tx, [box], at)
    registers.put_cameras(
        tx, [CameraPoint(station=code, point=f"{code}-eye", name_th=code, lat=lat, lon=lon, note=code)], at
    )
    registers.put_checkpoints(tx, [Checkpoint(station=code, box=f"{code}-red", name_th=code, lat=lat, lon=lon)], at)
    zone = Zone(station=code, code=f"{code}-zone", version=1, name_th=code, polygon=_square(number), area_m2=1.0,
                perimeter_m=4.0, utm_epsg=32647, valid_from=0)  # fmt: skip
    registers.put_zones(tx, [zone], at)
    line = f'{{"type":"LineString","coordinates":[[{lon},{lat}],[{lon + 0.01},{lat}]]}}'
    registers.put_streets(tx, code, [Street(station=code, id=1, name_th=f"ถนน {code}", line=line)], at)
    when = range(at - 7_140_000, at + 1, 60_000)
    fixes = [Fix(code, f"{code}-car", then, lat, lon, received_at=then) for then in when]
    inserted = positions.insert_fixes(tx, fixes, Picture().units)
    tx.tell(*inserted.fixes)
    units.take(tx, StatusReport(code, f"{code}-car", at - 1000, UnitStatus.BUSY))
    report = IncidentReport(code, code, f"{code}-case", at - 3_600_000, code, at, offence_group=1, lat=lat, lon=lon,
                            description=f"ผู้เสียหายที่ {code}")  # fmt: skip
    incidents.take(tx, report)
    sources.count(tx, f"{code}-feed", code, sources.ACCEPTED, 3, at)


def _press(db: Database, station: str, mark: str, at: int) -> str:
    with db.write(Lane.ALARM) as tx:
        signal = Signal(station, "box", f"{mark}-box", f"{mark}-1", at, EventKind.PRESS, at, note=mark)
        alarm = sos.take_signal(tx, signal, at).alarm
        assert alarm is not None
        alarms.step(tx, alarm.id, Step.ACKNOWLEDGE, by=f"ร.ต.อ. {mark}", role="dispatcher", origin=mark, now=at + 1)
    return alarm.id
