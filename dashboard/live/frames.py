"""Pictures into frames: the JSON objects of the push feed and what changed between two moments. Pure.

Objects are encoded once; a frame for one scope joins the encoded objects that scope may see, so the cost of a
tick grows with what changed and with the number of different scopes, not with the number of viewers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from dashboard.live.objects import alarm_object, box_object, unit_object
from dashboard.live.views import Names, Scope, Shown, UnitInfo, in_order
from models.picture import BoxNow, Key, UnitNow
from models.records.alarm import AlarmNow, State
from models.records.base import Millis

_NO_INFO = UnitInfo()

#: An encoded object with the station it belongs to.
Piece = tuple[str, orjson.Fragment]


def _piece(station: str, shown: dict[str, Any]) -> Piece:
    return station, orjson.Fragment(orjson.dumps(shown))


def _units(units: Iterable[UnitNow], names: Names) -> list[Piece]:
    return [_piece(unit.station, unit_object(unit, names.get((unit.station, unit.unit), _NO_INFO))) for unit in units]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two moments, encoded. `gone` names alarms to be taken off the screen."""

    units: list[Piece] = field(default_factory=list)
    boxes: list[Piece] = field(default_factory=list)
    alarms: list[Piece] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.units or self.boxes or self.alarms or self.gone)


def everything(shown: Shown) -> Changes:
    """All that is there, for a snapshot."""
    picture = shown.picture
    return Changes(
        units=_units(picture.units.values(), shown.names),
        boxes=[_piece(box.station, box_object(box)) for box in picture.boxes.values()],
        alarms=[_piece(alarm.station, alarm_object(alarm)) for alarm in in_order(shown.alarms.values())],
    )


def _changed_units(old: Shown, new: Shown) -> list[UnitNow]:
    before, now = old.picture.units, new.picture.units
    if before is now and old.names is new.names:
        return []
    if old.names is new.names:
        return [unit for key, unit in now.items() if before.get(key) is not unit]
    return [
        unit for key, unit in now.items() if before.get(key) is not unit or old.names.get(key) != new.names.get(key)
    ]


def _changed_boxes(old: Shown, new: Shown) -> list[BoxNow]:
    before, now = old.picture.boxes, new.picture.boxes
    return [] if before is now else [box for key, box in now.items() if before.get(key) is not box]


def _changed_alarms(old: Shown, new: Shown) -> tuple[list[AlarmNow], list[Key]]:
    """Alarms to send, and keys that left without a word. A closed alarm is sent once more, as closed."""
    if old.alarms is new.alarms:
        return [], []
    send = [alarm for key, alarm in new.alarms.items() if old.alarms.get(key) != alarm]
    gone: list[Key] = []
    for key in old.alarms.keys() - new.alarms.keys():
        closed = new.picture.alarms.get(key)
        if closed is not None and closed.state == State.CLOSED:
            send.append(closed)
        else:
            gone.append(key)
    return in_order(send), sorted(gone)


def changes(old: Shown, new: Shown, leaving: Iterable[Key] = ()) -> Changes:
    """What a viewer that was told `old` must hear to know `new`.

    `leaving` are alarms told as closed by an earlier frame (`closed_by`): now they are gone, unless open again.
    """
    alarms, gone = _changed_alarms(old, new)
    gone = sorted({*gone, *(key for key in leaving if key not in new.alarms)})
    return Changes(
        units=_units(_changed_units(old, new), new.names),
        boxes=[_piece(box.station, box_object(box)) for box in _changed_boxes(old, new)],
        alarms=[_piece(alarm.station, alarm_object(alarm)) for alarm in alarms],
        gone=gone,
    )


def closed_by(old: Shown, new: Shown) -> list[Key]:
    """Keys of alarms that `changes(old, new)` tells as closed: the `leaving` of the next frame."""
    if old.alarms is new.alarms:
        return []
    alarms = new.picture.alarms
    return [
        key for key in old.alarms.keys() - new.alarms.keys() if key in alarms and alarms[key].state == State.CLOSED
    ]


@dataclass(frozen=True, slots=True)
class Header:
    """What every frame carries beside the changes. `ground` is the version of what does not move."""

    boot: str
    seq: int
    now: Millis
    feed: dict[str, Any]
    ground: str


def visible(found: Changes, scope: Scope) -> dict[str, Any]:
    """The part of the changes a scope may see, as the fields of a frame."""
    return {
        "units": [fragment for station, fragment in found.units if scope.sees(station)],
        "boxes": [fragment for station, fragment in found.boxes if scope.sees(station)],
        "alarms": [fragment for station, fragment in found.alarms if scope.sees_alarm(station)],
        "gone": [["alarm", *key] for key in found.gone if scope.sees_alarm(key[0])],
    }


def encode(kind: Literal["snapshot", "delta"], header: Header, fields: dict[str, Any]) -> str:
    """One text frame from the fields `visible` gave, for every viewer of a scope."""
    if kind == "snapshot":
        fields = {name: value for name, value in fields.items() if name != "gone"}
    frame = {
        "t": kind,
        "boot": header.boot,
        "seq": header.seq,
        "now": header.now,
        **fields,
        "feed": header.feed,
        "ground": header.ground,
    }
    return orjson.dumps(frame).decode()
