"""What stations, zones, boxes and units are called, by the keys of the report's groups."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.tables import station_names
from dashboard.words import Language
from models.response.groups import By
from store import registers
from store.database import Database

#: What groups are made of -> key -> name. A key without a name is told as it is.
Names = Mapping[By, Mapping[str, str]]


def names_of(db: Database, stations: frozenset[str] | None, language: Language) -> Names:
    """The names of these stations (None: all) and of what belongs to them; `station/id` is the key of the latter.

    Where there are several stations, what belongs to one is told with it: each has a car 201.
    """
    thai = language == "th"
    with db.read() as conn:
        found = {By.STATION: station_names(registers.stations(conn, stations), language)}
        found[By.ZONE] = {
            f"{zone.station}/{zone.code}": (zone.name_th if thai else zone.name_en) or zone.code
            for zone in registers.zones(conn, stations)
        }
        found[By.UNIT] = {
            f"{unit.station}/{unit.unit}": unit.call_sign or unit.unit for unit in registers.units(conn, stations)
        }
        found[By.BOX] = {}
        for box in registers.boxes(conn, stations):
            name = box.name_th if thai else box.name_en
            found[By.BOX][f"{box.station}/{box.box}"] = f"{name} ({box.box})" if name else box.box
    if len(found[By.STATION]) > 1:
        for by in (By.ZONE, By.UNIT, By.BOX):
            told = found[by].items()
            found[by] = {key: f"{name} · {found[By.STATION][key.split('/')[0]]}" for key, name in told}
    return found
