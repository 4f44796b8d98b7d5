"""Changes into frames. Each unit, box and alarm is encoded once for all who are on duty (and once more for visitors
when there are any); a frame for one scope joins the encoded pieces of the stations it sees. Pure.

The cost of a tick grows with what changed and with the number of different scopes, not with the number of viewers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from dashboard.live.frames import Changes
from dashboard.live.objects import alarm_object, box_object, entry, unit_values, without_names
from dashboard.live.roster import Roster
from dashboard.live.views import UnitInfo
from dashboard.live.visitor import alarm_for_visitors, entry_for_visitors, is_public, unit_for_visitors
from dashboard.live.wire import AHEAD_MS, Odd, message, pack
from models.access.scope import Scope
from models.records.base import Millis

_NO_INFO = UnitInfo()


@dataclass(frozen=True, slots=True)
class Header:
    """What every frame carries beside the changes. `ground` and `hotspots`: versions of what does not move, of the
    scope the frame is for."""

    boot: str
    seq: int
    now: Millis
    feed: dict[str, Any]
    ground: str = ""
    hotspots: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What a scope may see of some changes: the head's lists that are not empty, and the records."""

    lists: dict[str, list[Any]] = field(default_factory=dict)
    records: list[bytearray] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lists or self.records)


@dataclass(slots=True)
class _Units:
    """One station's units: their records, the new roster entries, and what fits no record."""

    records: bytearray = field(default_factory=bytearray)
    roster: list[list[Any]] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)


#: An encoded object with the station it belongs to.
_Piece = tuple[str, orjson.Fragment]


def _pieces(objects: Iterable[dict[str, Any]]) -> list[_Piece]:
    return [(shown["s"], orjson.Fragment(orjson.dumps(shown))) for shown in objects]


class _Encoded:
    """Changes, encoded for those on duty or for visitors."""

    def __init__(self, found: Changes, roster: Roster, base: Millis, visitor: bool) -> None:
        self.units = _units(found, roster, base, visitor)
        if visitor:
            self.boxes = _pieces(box_object(box) for box in found.boxes if is_public(box))
            alarms = [alarm_for_visitors(alarm, found.known) for alarm in found.alarms]
            self.alarms = _pieces(alarms)
            self.sealed = _pieces({**alarm, "id": roster.alias(alarm["id"])} for alarm in alarms)
            self.nameless = self.alarms
        else:
            self.boxes = _pieces(box_object(box) for box in found.boxes)
            full = [alarm_object(alarm) for alarm in found.alarms]
            self.alarms = self.sealed = _pieces(full)
            self.nameless = _pieces(map(without_names, full))


def _units(found: Changes, roster: Roster, base: Millis, visitor: bool) -> dict[str, _Units]:
    result: dict[str, _Units] = defaultdict(_Units)
    values_of = unit_for_visitors if visitor else unit_values
    named, names = found.named, found.names
    for unit in found.units:
        key = (unit.station, unit.unit)
        index = roster.index(key)
        mine = result[unit.station]
        record, odd = pack(index, values_of(unit), base)
        mine.records += record
        if odd is not None:
            mine.odd.append(odd)
        if key in named:
            info = names.get(key, _NO_INFO)
            told = entry_for_visitors(index, unit.station, info.kind) if visitor else entry(index, unit, info)
            mine.roster.append(told)
    return result


class Frames:
    """The frames that tell some changes, made for each scope when it is asked for."""

    def __init__(self, found: Changes, roster: Roster, now: Millis) -> None:
        """`now` is the frame's time: records tell of times within some hours before it."""
        self._found = found
        self._roster = roster
        self._base = now + AHEAD_MS
        self._encoded: dict[bool, _Encoded] = {}

    def part(self, scope: Scope) -> Part:
        """What may be seen of it in a scope; false when that is nothing."""
        if not self._found:
            return Part()
        done = self._encoded.get(scope.visitor)
        if done is None:
            done = self._encoded[scope.visitor] = _Encoded(self._found, self._roster, self._base, scope.visitor)
        alarms = done.sealed if scope.sealed else done.alarms if scope.names else done.nameless
        mine = [units for station, units in done.units.items() if scope.sees(station)]
        lists: dict[str, list[Any]] = {
            "roster": [one for units in mine for one in units.roster],
            "odd": [one for units in mine for one in units.odd],
            "boxes": [fragment for station, fragment in done.boxes if scope.sees(station)],
            "alarms": [fragment for station, fragment in alarms if scope.sees_alarm(station)],
            "gone": [
                ["alarm", station, self._roster.alias(alarm) if scope.sealed else alarm]
                for station, alarm in self._found.gone
                if scope.sees_alarm(station)
            ],
        }
        return Part({name: one for name, one in lists.items() if one}, [units.records for units in mine])

    def frame(self, kind: Literal["snapshot", "delta"], header: Header, part: Part) -> bytes:
        """One frame for every viewer of the scope that the part is for."""
        head = {"t": kind, "boot": header.boot, "seq": header.seq, "now": header.now, "base": self._base}
        tail = {"feed": header.feed, "ground": header.ground, "hotspots": header.hotspots}
        return message({**head, **part.lists, **tail}, part.records)
