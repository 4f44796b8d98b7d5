"""What a replay publishes, and when: times moved, places moved, speeds in km/h, as native messages. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson

from ingest.sources.mqtt_publish import Outgoing
from ingest.sources.replay_columns import ReplayRefusedError
from ingest.sources.replay_read import Fixes, Ints
from models.records.base import Millis

#: km/h in one of each unit.
SPEED_UNITS: Final = {"kmh": 1.0, "ms": 3.6, "knots": 1.852, "mph": 1.609344}

#: A time in which no unit at all reports is cut to this: a file of single days does not wait for the nights.
IDLE_MS = 10 * 60_000

_NOT_IN_A_TOPIC = re.compile(r"[^A-Za-z0-9_.\-]")


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Move:
    """From one middle to another: distances in metres stay, so speeds do too."""

    middle: Place
    to: Place

    def lat(self, lat: float) -> float:
        """The moved latitude."""
        return lat - self.middle.lat + self.to.lat

    def lon(self, lon: float) -> float:
        """The moved longitude."""
        return (lon - self.middle.lon) * self._widening + self.to.lon

    @property
    def _widening(self) -> float:
        return math.cos(math.radians(self.middle.lat)) / math.cos(math.radians(self.to.lat))


def unit_names(ids: list[str]) -> list[str]:
    """The ids as topic levels: other letters than A-Z, a-z, 0-9, `_`, `.`, `-` become `_`.

    Raises:
        ReplayRefusedError: two ids would become one.
    """
    names = [_NOT_IN_A_TOPIC.sub("_", text.strip())[:64] or "_" for text in ids]
    if len(set(names)) < len(names):
        raise ReplayRefusedError("two units of the file would get the same name in a topic")
    return names


def middle_of(fixes: Fixes) -> Place:
    """The median place; zero coordinates and unusable ones left out.

    Raises:
        ReplayRefusedError: there is none.
    """
    good = np.isfinite(fixes.lat) & np.isfinite(fixes.lon) & ((fixes.lat != 0.0) | (fixes.lon != 0.0))
    if not good.any():
        raise ReplayRefusedError("the file has no usable place")
    return Place(float(np.median(fixes.lat[good])), float(np.median(fixes.lon[good])))


def played_at(at: Ints) -> Ints:
    """Times in ms from the first fix on, of times in ascending order, idle times cut to `IDLE_MS`."""
    steps = np.minimum(np.diff(at, prepend=at[:1]), IDLE_MS)
    return np.asarray(np.cumsum(steps), dtype=np.int64)


def moved_times(played: Ints, start: Millis, speed: float) -> Ints:
    """Times of the fixes as published: true spacing, and the last one is at its own publishing.

    At speed 1 each fix is stamped with the moment it is published. Played faster the first ones are older; no fix
    is ever stamped in the future, and no speed between fixes is falsified. Speed 0: the last one is `start`.
    """
    last = int(played[-1])
    end = start + (int(last / speed) if speed > 0 else 0)
    return np.asarray(played - last + end, dtype=np.int64)


def schedule(fixes: Fixes, speed: float, as_recorded: bool, start: Millis) -> tuple[Fixes, Ints | None]:
    """The fixes in publishing order, stamped as published, and when each is due (ms from the start).

    As fast as possible (speed 0): in file order, and none has a due time. Otherwise by time.
    """
    order = np.argsort(fixes.at, kind="stable")
    played = played_at(fixes.at[order])
    stamps = fixes.at[order] if as_recorded else moved_times(played, start, speed)
    if speed > 0:
        return _stamped(fixes.take(order), stamps), np.asarray(played / speed, dtype=np.int64)
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return _stamped(fixes, stamps[back]), None


def _stamped(fixes: Fixes, at: Ints) -> Fixes:
    return Fixes(fixes.unit, at, fixes.lat, fixes.lon, fixes.speed, fixes.heading)


def message_maker(
    station: str, names: list[str], kmh: float, move: Move | None
) -> Callable[[int, int, float, float, float, float], Outgoing]:
    """What makes the message of `(unit, at, lat, lon, speed, heading)`. A zero coordinate stays one when moved."""
    topics = [f"ssz/v1/{station}/unit/{name}/position" for name in names]

    def make(unit: int, at: int, lat: float, lon: float, speed: float, heading: float) -> Outgoing:
        body: dict[str, object] = {"at": at, "lat": lat, "lon": lon}
        if move is not None and (lat != 0.0 or lon != 0.0):
            body["lat"], body["lon"] = round(move.lat(lat), 7), round(move.lon(lon), 7)
        if math.isfinite(speed) and speed >= 0:
            body["speed_kmh"] = round(speed * kmh, 2)
        if math.isfinite(heading):
            body["heading_deg"] = round(heading % 360.0, 1) % 360.0
        return Outgoing(topics[unit], orjson.dumps(body))

    return make
