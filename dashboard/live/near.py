"""The units nearest to an alarm, from the newest picture. Pure but for the street nets that are kept.

What the desk is told of each stands in `docs/dispatch.md`.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.live.views import Names
from models.alarms.life import State
from models.dispatch.nearest import OWN_KMH, Fleet, Near, nearest
from models.picture import Key, Picture
from models.records.alarm import AlarmNow
from models.records.base import UNKNOWN_STATION, Millis
from models.records.position import HIDDEN, Fix
from models.records.unit import UnitStatus
from models.streets.net import Net, Reach, net_of, reach

#: Most units told.
MOST = 20

#: Words of a unit that may be sent: it says so, or has said nothing.
_FREE = frozenset({None, UnitStatus.AVAILABLE.value})

_NO_FIX = Fix("", "", 0, math.nan, math.nan)
_AT, _LAT, _LON, _FLAGS = (itemgetter(Fix._fields.index(name)) for name in ("at", "lat", "lon", "flags"))


@dataclass(frozen=True, slots=True)
class Limits:
    """When a fix is no longer fresh and when too old, in s; and the speed at which a car is expected, in km/h."""

    fresh_s: int = 30
    lost_s: int = 300
    kmh: float = 30.0


class Nets:
    """Street nets of stations and what they look like from open alarms, kept. May be called from any thread."""

    #: Places from which a net is kept measured: 0.1 MB each on the net of a town's middle.
    _PLACES = 32
    _STATIONS = 16

    def __init__(self, streets: Callable[[str], list[tuple[str, str]]]) -> None:
        """`streets` reads a station's: (kind, GeoJSON LineString)."""
        self._streets = streets
        self._nets: OrderedDict[tuple[str, Millis], Net | None] = OrderedDict()
        self._reaches: OrderedDict[tuple[str, Millis, float, float], Reach | None] = OrderedDict()
        self._lock = threading.Lock()

    def reach(self, station: str, version: Millis, lat: float, lon: float) -> Reach | None:
        """A station's net seen from a place; None without a net, or for a place off it.

        `version`: of the register of streets; a new one has them read again.

        Raises:
            StorageError: the streets cannot be read.
        """
        key = (station, version, lat, lon)
        with self._lock:
            if key in self._reaches:
                self._reaches.move_to_end(key)
                return self._reaches[key]
            net = self._net(station, version)
            found = None if net is None else reach(net, lat, lon)
            self._reaches[key] = found
            while len(self._reaches) > self._PLACES:
                self._reaches.popitem(last=False)
            return found

    def _net(self, station: str, version: Millis) -> Net | None:
        key = (station, version)
        if key not in self._nets:
            self._nets[key] = net_of(self._streets(station))
            while len(self._nets) > self._STATIONS:
                self._nets.popitem(last=False)
        self._nets.move_to_end(key)
        return self._nets[key]


@dataclass(frozen=True, slots=True)
class Roster:
    """Units that may be sent, as the register has them: their keys, the places of these, and their speeds in km/h."""

    names: Names
    keys: list[Key]
    index: dict[Key, int]
    kmh: npt.NDArray[np.float64]


def roster_of(names: Names, stations: frozenset[str] | None, kmh: float) -> Roster:
    """The units of these stations (None: all); nobody sends a replay."""
    mine = {
        key: info.kind
        for key, info in names.items()
        if info.kind != "replay" and (stations is None or key[0] in stations)
    }
    speeds = np.array([OWN_KMH.get(kind, kmh) for kind in mine.values()], float)
    return Roster(names, list(mine), {key: place for place, key in enumerate(mine)}, speeds)


def named(roster: Roster, name: str) -> Roster:
    """The units of a roster with this in their call sign or id, whatever the case."""
    part = name.casefold()
    found = [
        place
        for place, key in enumerate(roster.keys)
        if part in roster.names[key].call.casefold() or part in key[1].casefold()
    ]
    keys = [roster.keys[place] for place in found]
    return Roster(roster.names, keys, {key: place for place, key in enumerate(keys)}, roster.kmh[found])


class Rosters:
    """Rosters kept until the register changes: the register is read by key once, not in each answer."""

    _MOST = 16

    def __init__(self) -> None:
        self._kept: OrderedDict[frozenset[str] | None, Roster] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, names: Names, stations: frozenset[str] | None, kmh: float) -> Roster:
        """The roster of these stations (None: all) by these names."""
        with self._lock:
            known = self._kept.get(stations)
            if known is None or known.names is not names:
                known = self._kept[stations] = roster_of(names, stations, kmh)
            self._kept.move_to_end(stations)
            while len(self._kept) > self._MOST:
                self._kept.popitem(last=False)
            return known


def at_work(picture: Picture, roster: Roster) -> dict[Key, tuple[str, str]]:
    """Units sent to an alarm that is open: (status word, id of the alarm).

    Whose station's unit goes to an alarm of no station is not in the picture: every one of that name is at work.
    """
    found: dict[Key, tuple[str, str]] = {}
    for alarm in picture.alarms.values():
        if alarm.assigned and alarm.state in (State.ASSIGNED, State.ON_SCENE):
            word = UnitStatus.ON_SCENE if alarm.state == State.ON_SCENE else UnitStatus.ENROUTE
            nowhere = alarm.station == UNKNOWN_STATION
            named = {station for station, _ in roster.keys} if nowhere else {alarm.station}
            found |= {(station, alarm.assigned): (word.value, alarm.id) for station in named}
    return found


def fleet_of(picture: Picture, roster: Roster, working: Mapping[Key, tuple[str, str]], now: Millis) -> Fleet:
    """The units of a roster as they are now. Column by column: 20,000 of them are read in each answer."""
    units = list(map(picture.units.get, roster.keys))
    fixes = [unit.tail[-1] if unit is not None and unit.tail else _NO_FIX for unit in units]
    hidden = np.fromiter(map(_FLAGS, fixes), np.int64, len(fixes)) & HIDDEN
    for place in np.flatnonzero(hidden):
        unit = units[place]
        fixes[place] = (unit.mark if unit is not None else None) or _NO_FIX
    free = np.fromiter([unit is None or unit.status in _FREE for unit in units], bool, len(units))
    free[[roster.index[key] for key in working if key in roster.index]] = False
    lat = np.fromiter(map(_LAT, fixes), float, len(fixes))
    age_ms = np.maximum(0.0, now - np.fromiter(map(_AT, fixes), float, len(fixes)))
    age_ms[np.isnan(lat)] = np.inf
    return Fleet(lat, np.fromiter(map(_LON, fixes), float, len(fixes)), age_ms, free, roster.kmh)


def near_units(
    picture: Picture, names: Names, alarm: AlarmNow, stations: frozenset[str] | None, nets: Nets,
    rosters: Rosters, now: Millis, limits: Limits, name: str = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """`GET /live/desk/{alarm}/units`, for orjson: whom to send, the best first.

    `stations`: those whose units may be sent to an alarm of no station (None: all); any other is its own station's.
    `name`: of the units with this in their name, whom the list of the nearest may not reach.

    Raises:
        StorageError: the streets cannot be read.
    """
    nowhere = alarm.station == UNKNOWN_STATION
    roster = rosters.of(names, stations if nowhere else frozenset({alarm.station}), limits.kmh)
    if name:
        roster = named(roster, name)
    working = at_work(picture, roster)
    place = None if alarm.lat is None or alarm.lon is None else (alarm.lat, alarm.lon)
    seen = None
    if place is not None and not nowhere:
        version = picture.registers.get((alarm.station, "streets"), 0)
        seen = nets.reach(alarm.station, version, *place)
    fleet = fleet_of(picture, roster, working, now)
    best = nearest(fleet, place, seen, fresh_ms=limits.fresh_s * 1000, lost_ms=limits.lost_s * 1000, most=MOST)
    return [_row(one, fleet, roster, working, picture, limits) for one in best]


def _row(
    near: Near, fleet: Fleet, roster: Roster, working: Mapping[Key, tuple[str, str]], picture: Picture, limits: Limits
) -> dict[str, Any]:
    key = roster.keys[near.index]
    unit, info = picture.units.get(key), roster.names[key]
    age_ms = float(fleet.age_ms[near.index])
    status, alarm = working.get(key, (unit.status if unit else None, ""))
    return {
        "unit": key[1],
        "station": key[0],
        "call": info.call,
        "kind": info.kind,
        "status": status,
        "alarm": alarm,
        "free": near.free,
        "metres": None if near.metres is None else round(near.metres),
        "along": near.along.value,
        "seconds": None if near.seconds is None else round(near.seconds),
        "age_s": round(age_ms / 1000) if math.isfinite(age_ms) else None,
        "fresh": near.fresh,
        "too_old": age_ms >= limits.lost_s * 1000,
    }
