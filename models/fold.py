"""The fold that makes the next picture of what is true now: pure, and it forgets order.

The same happenings, shuffled, doubled or late, end in the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from models.alarms.life import State
from models.happenings import (
    BoxHeard,
    BoxPlaced,
    Happening,
    RegisterChanged,
    SourceHeard,
    SourceState,
)
from models.picture import BoxNow, Key, Picture, SourceNow, UnitNow
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.position import Fix, SignOfLife
from models.records.unit import StatusReport
from models.track import insert

_V = TypeVar("_V")


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
