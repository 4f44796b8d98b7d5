"""The objects of the push feed: a unit, a box and an alarm as JSON values. Pure; the fields are documented in
`docs/live-feed.md`."""

from __future__ import annotations

from typing import Any

from dashboard.live.views import UnitInfo
from models.picture import BoxNow, UnitNow
from models.records.alarm import AlarmNow


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def unit_object(unit: UnitNow, info: UnitInfo) -> dict[str, Any]:
    """`U` of the feed: degrees, km/h, degrees from north, metres, ms. Place and time are null without a fix."""
    mark = unit.mark
    shown: dict[str, Any] = {
        "s": unit.station,
        "id": unit.unit,
        "kind": info.kind,
        "call": info.call or unit.unit,
        "lat": None,
        "lon": None,
        "at": None,
        "spd": None,
        "hdg": None,
        "acc": None,
        "st": unit.status,
        "heard": unit.heard_at,
    }
    if mark is not None:
        # Six digits are 0.1 m: a third of the frame's size for nothing a map can show.
        shown["lat"], shown["lon"], shown["at"] = round(mark.lat, 6), round(mark.lon, 6), mark.at
        shown["spd"], shown["hdg"] = _rounded(mark.speed_kmh, 1), _rounded(mark.heading_deg, 1)
        shown["acc"] = _rounded(mark.accuracy_m, 1)
    return shown


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


def alarm_object(alarm: AlarmNow) -> dict[str, Any]:
    """`A` of the feed; `stored` false = shown before its commit."""
    return {
        "s": alarm.station,
        "id": alarm.id,
        "ok": alarm.origin_kind,
        "origin": alarm.origin,
        "kind": alarm.kind,
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
        "stored": alarm.stored,
    }
