"""Presses that have arrived but are not known to be stored: shown after a second, replaced by the commit.

Pure: time is an argument (a steady clock in ms, so that a jump of the wall clock delays nothing). The rules:
a press waits until its key is told as stored, however long that takes; nothing is dropped. A key told as stored
is remembered, so that a press sent again, or heard again after its commit, never shows. Presses of one origin
make one alarm: the open one of that origin if there is one, else the one the store will raise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from models.alarms.kinds import Family
from models.alarms.life import State
from models.picture import Key, Picture
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.sos import ALARMING, EventKind, Mark, Signal, join_marks, split_marks
from store.alarms import alarm_id, kind_with, origin_of

#: A press not stored this long after its arrival is shown at once (contract, section 3).
GRACE_MS = 1000

#: Keys of stored presses remembered; a box sends again for minutes, this is days of a busy station.
REMEMBER = 50_000

#: (station, origin kind, origin)
Origin = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Waiting:
    signal: Signal
    since: Millis


def _origin(signal: Signal) -> Origin:
    return signal.station, signal.origin_kind, origin_of(signal)


class Arrivals:
    """The presses not yet known to be stored. Used from one thread (the server's loop).

    Memory grows only with presses no store has taken; their number is bounded by the alarm lane, which stops
    taking messages from the broker while it cannot commit. Raw bytes are not kept here.
    """

    def __init__(self, grace_ms: int = GRACE_MS, remember: int = REMEMBER) -> None:
        self.grace_ms = grace_ms
        self._remember = remember
        self._waiting: dict[str, _Waiting] = {}
        self._known: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def oldest(self) -> Millis | None:
        """Since when the oldest press waits; None when none does."""
        return next((item.since for item in self._waiting.values()), None)

    def arrived(self, signal: Signal, now: Millis) -> bool:
        """Take note of a signal; True when it now waits for its commit. Only kinds that raise an alarm wait."""
        key = signal.key
        if signal.kind not in ALARMING or key in self._known or key in self._waiting:
            return False
        self._waiting[key] = _Waiting(replace(signal, raw=b""), now)
        return True

    def stored(self, key: str) -> bool:
        """The press with this key is safe; True when it had been waiting."""
        self._known.pop(key, None)
        self._known[key] = None
        while len(self._known) > self._remember:
            del self._known[next(iter(self._known))]
        return self._waiting.pop(key, None) is not None

    def due(self, now: Millis, picture: Picture) -> list[AlarmNow]:
        """Alarms to show as not yet stored, one per origin, for presses that wait longer than the grace."""
        if not self._waiting:
            return []
        groups: dict[Origin, list[Signal]] = {}
        for item in self._waiting.values():
            signal = item.signal
            if now - item.since < self.grace_ms:
                continue
            # The alarm this press raised is known: it was stored before we started, and is only sent again.
            if (signal.station, alarm_id(signal)) in picture.alarms:
                continue
            groups.setdefault(_origin(signal), []).append(signal)
        if not groups:
            return []
        still_open = _open_by_origin(picture.alarms.values())
        return [
            _joined(still_open[origin], signals) if origin in still_open else _raised(signals, picture)
            for origin, signals in groups.items()
        ]


def _raised(signals: list[Signal], picture: Picture) -> AlarmNow:
    first = signals[0]
    lat, lon, place = _place(first, picture)
    arrived = [signal.received_at for signal in signals]
    return AlarmNow(
        station=first.station,
        id=alarm_id(first),
        origin_kind=first.origin_kind,
        origin=origin_of(first),
        kind=_kind(EventKind.UNREADABLE.value, signals),
        state=State.RAISED,
        version=0,
        raised_at=min(arrived),
        pressed_at=first.at,
        last_at=max(arrived),
        presses=len(signals),
        marks=join_marks(_marks(signals)),
        place=place,
        lat=lat,
        lon=lon,
        level=0,
        by="",
        assigned="",
        outcome="",
        changed_at=max(arrived),
        stored=False,
    )


def _open_by_origin(alarms: Iterable[AlarmNow]) -> dict[Origin, AlarmNow]:
    return {
        (alarm.station, alarm.origin_kind, alarm.origin): alarm
        for alarm in alarms
        if alarm.is_open and alarm.family is Family.HELP  # a press never joins trouble of equipment
    }


def _kind(kind: str, signals: Iterable[Signal]) -> str:
    """As the store will call it: the clearest word of all its presses."""
    return reduce(kind_with, (signal.kind for signal in signals), kind)


def _marks(signals: Iterable[Signal]) -> frozenset[Mark]:
    return frozenset(mark for signal in signals for mark in signal.marks)


def _joined(alarm: AlarmNow, signals: list[Signal]) -> AlarmNow:
    """The open alarm with presses that will join it: same identity and version, marked as not yet stored."""
    known = split_marks(alarm.marks)
    marks = known | _marks(signals)
    # As the store will say it: one verified press makes the whole alarm a verified one.
    if Mark.UNVERIFIED not in known or any(Mark.UNVERIFIED not in signal.marks for signal in signals):
        marks -= {Mark.UNVERIFIED}
    return replace(
        alarm,
        last_at=max(alarm.last_at, *(signal.received_at for signal in signals)),
        presses=alarm.presses + len(signals),
        kind=_kind(alarm.kind, signals),
        marks=join_marks(marks),
        stored=False,
    )


def _place(signal: Signal, picture: Picture) -> tuple[float | None, float | None, str]:
    """Where to show a press: its own place, else where its box stands or its unit was last seen."""
    key: Key = (signal.station, signal.origin)
    box = picture.boxes.get(key) if signal.origin_kind == "box" else None
    name = box.name_th if box is not None else ""
    if signal.lat is not None and signal.lon is not None:
        return signal.lat, signal.lon, name
    if box is not None:
        return box.lat, box.lon, name
    unit = picture.units.get(key) if signal.origin_kind == "unit" else None
    mark = unit.mark if unit is not None else None
    return (mark.lat, mark.lon, name) if mark is not None else (None, None, name)
