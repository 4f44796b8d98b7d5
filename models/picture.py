"""What is true on the street now: one immutable value. `models.fold` makes the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from models.alarms.queue import urgency
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.position import HIDDEN, Fix

#: (station, id)
Key = tuple[str, str]


class Freshness(StrEnum):
    """How old a unit's newest drawable fix is."""

    LIVE = "live"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class UnitNow:
    """A unit: its newest fixes (ascending, judged), when it was last heard, and what it says it does."""

    station: str
    unit: str
    tail: tuple[Fix, ...] = ()
    heard_at: Millis = 0
    status: str | None = None
    status_at: Millis = 0
    crew: str = "[]"

    @property
    def mark(self) -> Fix | None:
        """The newest fix that may be drawn; None when there is none."""
        for fix in reversed(self.tail):
            if not fix.flags & HIDDEN:
                return fix
        return None


@dataclass(frozen=True, slots=True)
class BoxNow:
    """An SOS box. Each word carries the arrival time it is from; the newest counts."""

    station: str
    box: str
    lat: float | None = None
    lon: float | None = None
    name_th: str = ""
    name_en: str = ""
    heard_at: Millis = 0
    online: bool | None = None
    online_at: Millis = 0
    battery_pct: float | None = None
    battery_at: Millis = 0
    mains: bool | None = None
    mains_at: Millis = 0
    fault: str = ""
    fault_at: Millis = 0
    tested_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class SourceNow:
    """A source of messages: newest arrival per station, and whether it is connected."""

    source: str
    newest: Mapping[str, Millis] = field(default_factory=lambda: MappingProxyType({}))
    connected: bool | None = None
    state_at: Millis = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything true now. `seq` is the newest change-log number folded in."""

    seq: int = 0
    units: Mapping[Key, UnitNow] = field(default_factory=lambda: MappingProxyType({}))
    boxes: Mapping[Key, BoxNow] = field(default_factory=lambda: MappingProxyType({}))
    alarms: Mapping[Key, AlarmNow] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, SourceNow] = field(default_factory=lambda: MappingProxyType({}))
    beats: Mapping[str, Heartbeat] = field(default_factory=lambda: MappingProxyType({}))
    registers: Mapping[Key, Millis] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def open_alarms(self) -> list[AlarmNow]:
        """Alarms that are not closed, in the order in which they are to be answered."""
        return sorted((alarm for alarm in self.alarms.values() if alarm.is_open), key=urgency)

    @property
    def newest_beat(self) -> Millis:
        """Arrival of the newest heartbeat of any worker; 0 when none was heard."""
        return max((beat.received_at for beat in self.beats.values()), default=0)


def freshness(unit: UnitNow, now: Millis, live_s: int, lost_s: int) -> Freshness:
    """Live, stale or lost, by the age of the newest drawable fix; a unit without one is lost."""
    mark = unit.mark
    if mark is None:
        return Freshness.LOST
    age_ms = max(0, now - mark.at)
    if age_ms < live_s * 1000:
        return Freshness.LIVE
    return Freshness.STALE if age_ms < lost_s * 1000 else Freshness.LOST
