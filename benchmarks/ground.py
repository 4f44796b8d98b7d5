"""What the store must know before messages are taken: a station, its 484 units, its boxes, a Traccar gateway's."""

from __future__ import annotations

from benchmarks.load import BOXES, LAT, LON, PROBE, STATION, UNITS, unit_name
from models.records.sos import SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import devices, registers
from store.database import open_database
from store.registry import Target
from tests.fault.product import now_ms

#: Units that press their panic button, and those that do it through Traccar.
PANICS = tuple(f"p{number:02d}" for number in range(20))
TRACCARS = tuple(f"t{number:02d}" for number in range(20))


def imei(unit: str) -> str:
    """The id a Traccar unit has at its gateway."""
    return f"86020000000{unit}"


def prepare(url: str) -> None:
    """Register everything; importing units and boxes approves them."""
    db, now = open_database(url), now_ms()
    names = (*map(unit_name, range(UNITS)), PROBE, *PANICS, *TRACCARS)
    with db.write() as tx:
        place = Station(code=STATION, name_th="สถานีวัดผล", name_en="Bench", kind="provincial", lat=LAT, lon=LON)
        registers.put_stations(tx, [place], now)
        registers.put_units(tx, [Unit(station=STATION, unit=name, call_sign=name) for name in names], now)
        boxes = [
            SosBox(station=STATION, box=box, name_th=f"ตู้ {box}", lat=LAT + number * 1e-3, lon=LON)
            for number, box in enumerate((*BOXES, PROBE))
        ]
        registers.put_boxes(tx, boxes, now)
        for unit in TRACCARS:
            devices.approve(tx, "traccar", imei(unit), Target(STATION, "unit", unit), "bench", now)
    db.close()
