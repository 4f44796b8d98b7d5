"""What strangers in front of a wall may see: where there is help and where there is need, and nothing of a person.

Pure. Everything a visitor's frames carry is written down here; a field that is not named here does not leave.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dashboard.live.objects import alarm_object, box_object, unit_values
from dashboard.live.wire import UnitValues
from models.picture import BoxNow, Key, UnitNow
from models.records.alarm import AlarmNow

#: Side of the squares in whose middle a visitor sees a unit, and an alarm that is not of a public box, in metres.
UNIT_M = 100.0
ALARM_M = 200.0

#: Times of a unit are told to the second: with the millisecond, the crossing of a square's side tells the place.
_SECOND_MS = 1000

#: Metres of a degree of latitude, of a sphere of the earth's mean radius.
_DEGREE_M = 111_195.0


def coarse(lat: float, lon: float, side_m: float) -> tuple[float, float]:
    """The middle of the square a place lies in: the same for the same place, whoever asks and when."""
    step = side_m / _DEGREE_M
    row = math.floor(lat / step)
    middle = (row + 0.5) * step
    # The width of a square goes by its row, not by the place, else neighbours would not share a side.
    across = step / max(math.cos(math.radians(middle)), 1e-3)
    column = math.floor(lon / across)
    east = (column + 0.5) * across
    return max(-90.0, min(90.0, round(middle, 6))), max(-180.0, min(180.0, round(east, 6)))


def unit_for_visitors(unit: UnitNow) -> UnitValues:
    """A unit's place in its square, its status and its times to the second; no speed, no heading, no accuracy."""
    full = unit_values(unit)
    lat, lon = full.lat, full.lon
    if lat is not None and lon is not None:
        lat, lon = coarse(lat, lon, UNIT_M)
    at = None if full.at is None else full.at // _SECOND_MS * _SECOND_MS
    return UnitValues(lat, lon, at, None, None, None, full.st, full.heard // _SECOND_MS * _SECOND_MS)


def entry_for_visitors(index: int, station: str, kind: str) -> list[Any]:
    """A unit's roster entry: a number of this run of the server for its id, no call sign."""
    return [index, station, f"u{index}", kind, ""]


def is_public(box: BoxNow) -> bool:
    """Whether the register says where a box stands: in a street, for everybody to see."""
    return box.lat is not None and box.lon is not None


def alarm_for_visitors(alarm: AlarmNow, boxes: Mapping[Key, BoxNow]) -> dict[str, Any]:
    """`A` of the feed. Of a public box, its registered place and name; of anything else, a square and no word."""
    full = alarm_object(alarm)
    told = {name: full[name] for name in _ALARM}
    box = boxes.get((alarm.station, alarm.origin)) if alarm.origin_kind == "box" else None
    if box is not None and is_public(box):
        shown = box_object(box)
        told |= {"origin": box.box, "place": box.name_th, "lat": shown["lat"], "lon": shown["lon"]}
    else:
        told |= {"origin": "", "place": "", "lat": None, "lon": None}
        if alarm.lat is not None and alarm.lon is not None:
            told["lat"], told["lon"] = coarse(alarm.lat, alarm.lon, ALARM_M)
    return told | {"by": "", "unit": "", "outcome": "", "detail": "", "shelver": ""}


#: Fields of an alarm that tell nothing of a person.
_ALARM = (
    "s",
    "id",
    "ok",
    "kind",
    "prio",
    "state",
    "v",
    "raised",
    "pressed",
    "last",
    "presses",
    "marks",
    "level",
    "shelved",
    "stored",
)
