"""Who sees what on the live map, and what is shown at a moment: the picture and the presses not yet stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from models.alarms.life import State
from models.alarms.queue import urgency
from models.picture import Key, Picture
from models.records.alarm import AlarmNow
from models.records.base import Millis


def asks_visitor(query: Mapping[str, str]) -> bool:
    """Whether a member's screen asks for less than the member may see, because strangers stand before it."""
    return query.get("visitor") == "1"


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """What the register says of a unit: its kind (`models.records.unit.UNIT_KINDS`) and its call sign."""

    kind: str = "car"
    call: str = ""


#: Units of the register by (station, unit).
Names = Mapping[Key, UnitInfo]

NO_NAMES: Names = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shown:
    """What viewers have been told, or are to be told now: the picture, its names, and the open alarms with the
    presses not yet stored laid over them."""

    picture: Picture = field(default_factory=Picture)
    names: Names = field(default_factory=lambda: NO_NAMES)
    alarms: Mapping[Key, AlarmNow] = field(default_factory=lambda: MappingProxyType({}))


def shown_alarms(picture: Picture, waiting: Iterable[AlarmNow]) -> dict[Key, AlarmNow]:
    """Open alarms by key; a press not yet stored (`stored=False`) stands in front of the alarm it joins."""
    result = {key: alarm for key, alarm in picture.alarms.items() if alarm.state != State.CLOSED}
    for alarm in waiting:
        result[alarm.station, alarm.id] = alarm
    return result


def in_order(alarms: Iterable[AlarmNow]) -> list[AlarmNow]:
    """The order in which alarms are to be answered."""
    return sorted(alarms, key=urgency)


def replay_runs(picture: Picture, names: Names, since: Millis) -> bool:
    """Whether a replayed unit was heard since a moment: screens say so, lest it be taken for the street."""
    return any(
        info.kind == "replay" and key in picture.units and picture.units[key].heard_at > since
        for key, info in names.items()
    )
