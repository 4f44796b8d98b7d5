"""The messages every figure is measured with: a station of 484 units that drive, and boxes that are pressed. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

import orjson

STATION = "bench"
LAT, LON = 13.7300, 100.5400

#: As many units as the real bus feed of a city has.
UNITS = 484
BOXES = tuple(f"box-{number:02d}" for number in range(20))

#: Speaks only to find out whether the worker listens; never counted.
PROBE = "probe"

#: (topic, payload)
Outgoing = tuple[str, bytes]


def unit_name(number: int) -> str:
    """The name of a unit."""
    return f"u{number:03d}"


def position_topic(unit: str) -> str:
    """The topic a unit's positions come on."""
    return f"ssz/v1/{STATION}/unit/{unit}/position"


def position(unit: int, at_ms: int, step: int) -> bytes:
    """A native position: the unit drives round a circle of its own at some 36 km/h, with every field of a tracker."""
    angle = step * 0.02 + unit
    body = {
        "at": at_ms,
        "lat": round(LAT + (unit % 22) * 0.004 + 0.0045 * math.sin(angle), 7),
        "lon": round(LON + (unit // 22) * 0.004 + 0.0045 * math.cos(angle), 7),
        "speed_kmh": round(36.0 + unit % 7, 1),
        "heading_deg": round(math.degrees(angle) % 360, 1),
        "accuracy_m": 5.0,
        "battery_pct": 80.0,
    }
    return orjson.dumps(body)


def positions(number: int, first_ms: int, skip: int = 0) -> Iterator[Outgoing]:
    """`number` positions of all units in turn, a second apart for each; `skip` were sent before."""
    topics = [position_topic(unit_name(unit)) for unit in range(UNITS)]
    for count in range(skip, skip + number):
        unit, step = count % UNITS, count // UNITS
        yield topics[unit], position(unit, first_ms + step * 1000, step)


def history_ms(number: int, now_ms: int) -> int:
    """The time of the first of `number` positions, so that the last is a minute old."""
    return now_ms - 60_000 - (number // UNITS + 1) * 1000
