"""What is true on the street now: one immutable value, and the pure fold that makes the next one.

The fold forgets order: the same happenings, shuffled, doubled or late, end in the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from models.alarms.life import State
from models.alarms.queue import urgency
from models.happenings import (
    BoxHeard,
    BoxPlaced,
    Happening,
    RegisterChanged,
    SourceHeard,
    SourceState,
)
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.position import HIDDEN, Fix, SignOfLife
from models.records.unit import StatusReport
from models.track import insert

#: (station, id)
Key = tuple[str, str]

_V = TypeVar("_V")


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


def fold_fix(unit: UnitNow, fix: Fix) -> UnitNow:
    """The unit after one more fix."""
    tail = insert(unit.tail, fix)
    if tail is unit.tail and fix.at <= unit.heard_at:
        return unit
    return UnitNow(unit.station, unit.unit, tail, max(unit.heard_at, fix.at), unit.status, unit.status_at, unit.crew)


def _fold_status(unit: UnitNow, report: StatusReport) -> UnitNow:
    heard = max(unit.heard_at, report.at)
    if (report.at, report.status.value, report.crew) <= (unit.status_at, unit.status or "", unit.crew):
        return unit if heard == unit.heard_at else replace(unit, heard_at=heard)
    return replace(unit, heard_at=heard, status=report.status.value, status_at=report.at, crew=report.crew)


def _newer(value: _V | None, at: Millis, known: _V, known_at: Millis) -> tuple[_V, Millis]:
    """The word that counts of two, by arrival; of one moment, the greater by text, so that order does not matter."""
    if value is None or (at, str(value)) <= (known_at, str(known) if known_at else ""):
        return known, known_at
    return value, at


def _fold_box(box: BoxNow, heard: BoxHeard) -> BoxNow:
    online, online_at = _newer(heard.online, heard.at, box.online, box.online_at)
    battery, battery_at = _newer(heard.battery_pct, heard.at, box.battery_pct, box.battery_at)
    mains, mains_at = _newer(heard.mains, heard.at, box.mains, box.mains_at)
    fault, fault_at = _newer(heard.fault, heard.at, box.fault, box.fault_at)
    # A last will tells of silence: it is no sign of life.
    alive = heard.at if heard.online is not False else 0
    return replace(
        box,
        heard_at=max(box.heard_at, alive),
        online=online,
        online_at=online_at,
        battery_pct=battery,
        battery_at=battery_at,
        mains=mains,
        mains_at=mains_at,
        fault=fault,
        fault_at=fault_at,
        tested_at=max(box.tested_at or 0, heard.tested_at or 0) or None,
    )


def _fold_source(source: SourceNow, item: SourceHeard | SourceState) -> SourceNow:
    if isinstance(item, SourceHeard):
        if item.at <= source.newest.get(item.station, 0):
            return source
        return replace(source, newest=MappingProxyType({**source.newest, item.station: item.at}))
    known = (source.state_at, bool(source.connected), source.detail)
    if source.connected is not None and (item.at, item.connected, item.detail) <= known:
        return source
    return replace(source, connected=item.connected, state_at=item.at, detail=item.detail)


def apply_all(picture: Picture, happenings: Iterable[Happening], seq: int | None = None) -> Picture:
    """The picture after the happenings. Each part is copied at most once a call; the old value stays as it was."""
    units: dict[Key, UnitNow] | None = None
    boxes: dict[Key, BoxNow] | None = None
    alarms: dict[Key, AlarmNow] | None = None
    sources: dict[str, SourceNow] | None = None
    beats: dict[str, Heartbeat] | None = None
    registers: dict[Key, Millis] | None = None
    for item in happenings:
        if isinstance(item, Fix | SignOfLife | StatusReport):
            if units is None:
                units = dict(picture.units)
            key = (item.station, item.unit)
            unit = units.get(key) or UnitNow(item.station, item.unit)
            if isinstance(item, Fix):
                units[key] = fold_fix(unit, item)
            elif isinstance(item, StatusReport):
                units[key] = _fold_status(unit, item)
            else:
                units[key] = replace(unit, heard_at=max(unit.heard_at, item.at))
        elif isinstance(item, BoxHeard | BoxPlaced):
            if boxes is None:
                boxes = dict(picture.boxes)
            key = (item.station, item.box)
            box = boxes.get(key) or BoxNow(item.station, item.box)
            if isinstance(item, BoxHeard):
                boxes[key] = _fold_box(box, item)
            else:
                boxes[key] = replace(box, lat=item.lat, lon=item.lon, name_th=item.name_th, name_en=item.name_en)
        elif isinstance(item, AlarmNow):
            known = (
                picture.alarms.get((item.station, item.id)) if alarms is None else alarms.get((item.station, item.id))
            )
            if known is None or item.version > known.version:
                if alarms is None:
                    alarms = dict(picture.alarms)
                alarms[item.station, item.id] = item
        elif isinstance(item, Heartbeat):
            if beats is None:
                beats = dict(picture.beats)
            beat = beats.get(item.worker)
            if beat is None or (item.at, item.received_at) > (beat.at, beat.received_at):
                beats[item.worker] = item
        elif isinstance(item, SourceHeard | SourceState):
            if sources is None:
                sources = dict(picture.sources)
            sources[item.source] = _fold_source(sources.get(item.source) or SourceNow(item.source), item)
        elif isinstance(item, RegisterChanged):
            if registers is None:
                registers = dict(picture.registers)
            key = (item.station, item.register)
            registers[key] = max(registers.get(key, 0), item.at)
    return Picture(
        seq=picture.seq if seq is None else max(picture.seq, seq),
        units=picture.units if units is None else MappingProxyType(units),
        boxes=picture.boxes if boxes is None else MappingProxyType(boxes),
        alarms=picture.alarms if alarms is None else MappingProxyType(alarms),
        sources=picture.sources if sources is None else MappingProxyType(sources),
        beats=picture.beats if beats is None else MappingProxyType(beats),
        registers=picture.registers if registers is None else MappingProxyType(registers),
    )


def apply(picture: Picture, happening: Happening) -> Picture:
    """The picture after one happening."""
    return apply_all(picture, (happening,))


def forget_closed(picture: Picture, before: Millis) -> Picture:
    """The picture without alarms closed before a moment; asked for by the shell, never by the fold itself."""
    kept = {
        key: alarm
        for key, alarm in picture.alarms.items()
        if alarm.state != State.CLOSED or alarm.changed_at >= before
    }
    return picture if len(kept) == len(picture.alarms) else replace(picture, alarms=MappingProxyType(kept))
