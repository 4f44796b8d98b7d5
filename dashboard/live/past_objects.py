"""A past moment as the page gets it: the picture then, what changed after it, and the alarms around. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.live.objects import alarm_object, box_object, unit_values
from dashboard.live.views import Names, UnitInfo
from models.picture import BoxNow, Picture, UnitNow
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.unit import StatusReport
from store.past import Raised

_NO_INFO = UnitInfo()


@dataclass(frozen=True, slots=True)
class Past:
    """A past moment: `kept` is how far back fixes are kept, `first` the oldest there is."""

    at: Millis
    until: Millis
    kept: Millis
    first: Millis | None
    picture: Picture
    alarms: Sequence[tuple[Millis, AlarmNow]] = ()
    boxes: Sequence[tuple[Millis, BoxNow]] = ()
    statuses: Sequence[StatusReport] = ()
    names: Names = field(default_factory=dict)


def _raised(one: Raised | None) -> list[object] | None:
    return None if one is None else [one.at, one.station, one.id]


def around_object(before: Raised | None, after: Raised | None) -> dict[str, Any]:
    """`GET /live/alarms`, for orjson: `[when, station, id]` or null."""
    return {"before": _raised(before), "after": _raised(after)}


def unit_object(unit: UnitNow, info: UnitInfo) -> dict[str, Any]:
    """A unit with the fields of the feed's records by name."""
    told = unit_values(unit)
    return {
        "s": unit.station,
        "id": unit.unit,
        "kind": info.kind,
        "call": info.call or unit.unit,
        "lat": told.lat,
        "lon": told.lon,
        "at": told.at,
        "spd": told.spd,
        "hdg": told.hdg,
        "acc": told.acc,
        "st": told.st,
        "heard": told.heard,
    }


def past_object(past: Past) -> dict[str, Any]:
    """`GET /live/past`, for orjson: objects as in the feed, changes as `[when, object]`."""
    picture, names = past.picture, past.names
    return {
        "at": past.at,
        "until": past.until,
        "kept": past.kept,
        "first": past.first,
        "units": [unit_object(unit, names.get(key, _NO_INFO)) for key, unit in picture.units.items()],
        "boxes": [box_object(box) for box in picture.boxes.values()],
        "alarms": [alarm_object(alarm) for alarm in picture.open_alarms],
        "alarm_changes": [[at, alarm_object(alarm)] for at, alarm in past.alarms],
        "status_changes": [[said.at, said.station, said.unit, said.status.value] for said in past.statuses],
        "box_changes": [[at, box_object(box)] for at, box in past.boxes],
    }
