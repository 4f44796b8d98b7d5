"""What changed between two moments, and what a viewer who was told the first must hear to know the second. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dashboard.live.views import NO_NAMES, Names, Shown, in_order
from models.alarms.life import State
from models.picture import BoxNow, Key, UnitNow
from models.records.alarm import AlarmNow


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two moments. `named` are the units whose roster entry is new; `gone` names alarms to be
    taken off the screen; `known` is every box, changed or not.
    """

    units: list[UnitNow] = field(default_factory=list)
    named: frozenset[Key] = frozenset()
    names: Names = field(default_factory=lambda: NO_NAMES)
    boxes: list[BoxNow] = field(default_factory=list)
    alarms: list[AlarmNow] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)
    known: Mapping[Key, BoxNow] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return bool(self.units or self.boxes or self.alarms or self.gone)


def everything(shown: Shown) -> Changes:
    """All that is there, for a snapshot."""
    picture = shown.picture
    return Changes(
        units=list(picture.units.values()),
        named=frozenset(picture.units),
        names=shown.names,
        boxes=list(picture.boxes.values()),
        alarms=in_order(shown.alarms.values()),
        known=picture.boxes,
    )


def _changed_units(old: Shown, new: Shown) -> tuple[list[UnitNow], frozenset[Key]]:
    """Units to send, and those of them that are new or are called otherwise."""
    before, now = old.picture.units, new.picture.units
    if old.names is new.names:
        if before is now:
            return [], frozenset()
        units = [unit for key, unit in now.items() if before.get(key) is not unit]
        return units, frozenset((unit.station, unit.unit) for unit in units) - before.keys()
    renamed = {key for key in now if key not in before or old.names.get(key) != new.names.get(key)}
    return [unit for key, unit in now.items() if key in renamed or before.get(key) is not unit], frozenset(renamed)


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
    units, named = _changed_units(old, new)
    alarms, gone = _changed_alarms(old, new)
    return Changes(
        units=units,
        named=named,
        names=new.names,
        boxes=_changed_boxes(old, new),
        alarms=alarms,
        gone=sorted({*gone, *(key for key in leaving if key not in new.alarms)}),
        known=new.picture.boxes,
    )


def closed_by(old: Shown, new: Shown) -> list[Key]:
    """Keys of alarms that `changes(old, new)` tells as closed: the `leaving` of the next frame."""
    if old.alarms is new.alarms:
        return []
    alarms = new.picture.alarms
    return [
        key for key in old.alarms.keys() - new.alarms.keys() if key in alarms and alarms[key].state == State.CLOSED
    ]
