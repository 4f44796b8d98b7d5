"""The objects of the push feed: what is told of a unit, a box and an alarm. Pure; the fields are documented in
`docs/live-feed.md`."""

from __future__ import annotations

from typing import Any

from dashboard.live.views import UnitInfo
from dashboard.live.wire import UnitValues
from models.picture import BoxNow, UnitNow
from models.records.alarm import AlarmNow


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def unit_values(unit: UnitNow) -> UnitValues:
    """What a unit's record tells: of the newest fix that may be drawn, its status and its newest sign of life."""
    mark = unit.mark
    if mark is None:
        return UnitValues(None, None, None, None, None, None, unit.status, unit.heard_at)
    return UnitValues(
        mark.lat, mark.lon, mark.at, mark.speed_kmh, mark.heading_deg, mark.accuracy_m, unit.status, unit.heard_at
    )


def entry(index: int, unit: UnitNow, info: UnitInfo) -> list[Any]:
    """A unit's roster entry: what its records do not repeat. Without a call sign the id stands for it."""
    return [index, unit.station, unit.unit, info.kind, info.call or unit.unit]


def box_object(box: BoxNow) -> dict[str, Any]:
    """`B` of the feed. Place is null for a box that was heard but is not in the register."""
    return {
        "s": box.station,
        "id": box.box,
        "lat": _rounded(box.lat, 6),
        "lon": _rounded(box.lon, 6),
        "th": box.name_th,
        "en": box.name_en,
        "online": box.online,
        "heard": box.heard_at,
        "bat": box.battery_pct,
        "mains": box.mains,
        "fault": box.fault,
    }


def without_names(told: dict[str, Any]) -> dict[str, Any]:
    """`A` of the feed for those who may not see names: that somebody answered, not who."""
    return {**told, "by": "", "shelver": ""}


def alarm_object(alarm: AlarmNow) -> dict[str, Any]:
    """`A` of the feed; `stored` false = shown before its commit."""
    return {
        "s": alarm.station,
        "id": alarm.id,
        "ok": alarm.origin_kind,
        "origin": alarm.origin,
        "kind": alarm.kind,
        "prio": int(alarm.priority),
        "detail": alarm.detail,
        "state": alarm.state,
        "v": alarm.version,
        "raised": alarm.raised_at,
        "pressed": alarm.pressed_at,
        "last": alarm.last_at,
        "presses": alarm.presses,
        "marks": [mark for mark in alarm.marks.split(",") if mark],
        "place": alarm.place,
        "lat": _rounded(alarm.lat, 6),
        "lon": _rounded(alarm.lon, 6),
        "level": alarm.level,
        "by": alarm.by,
        "unit": alarm.assigned,
        "outcome": alarm.outcome,
        "shelved": alarm.shelved_until,
        "shelver": alarm.shelved_by,
        "stored": alarm.stored,
    }
