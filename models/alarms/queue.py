"""The queue of open alarms: the most urgent first, and a flood put together in groups. Pure.

A flood is ten alarms or more of one station within ten minutes (EEMUA 191). Of a flood, reports and trouble of
equipment stand in a group each; a call for help stands for itself, always: nobody is ever looked for in a group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from models.alarms.kinds import Family
from models.alarms.life import State
from models.records.alarm import AlarmNow
from models.records.base import Millis

#: So many alarms of one station within `FLOOD_MS` are a flood.
FLOOD = 10
FLOOD_MS = 10 * 60_000

#: Why alarms stand together: too many at once, or put aside for a while.
Why = Literal["flood", "shelved"]


@dataclass(frozen=True, slots=True)
class Group:
    """Alarms of one station and family that take one row; never calls for help. The most urgent first."""

    station: str
    family: Family
    why: Why
    alarms: tuple[AlarmNow, ...]


#: A row of the queue.
Row = AlarmNow | Group


#: What alarms are sorted by.
Urgency = tuple[int, bool, bool, Millis, str]


def urgency(alarm: AlarmNow) -> Urgency:
    """What alarms are sorted by: a person before a report before equipment; of each what nobody has before what
    somebody has, verified before unverified, then the one that waits longest."""
    answered = alarm.state != State.RAISED
    return int(alarm.priority), answered, "unverified" in alarm.marks.split(","), alarm.raised_at, alarm.id


def is_shelved(alarm: AlarmNow, now: Millis) -> bool:
    """Whether it is put aside now. A call for help never is, whatever its row says."""
    return alarm.family is Family.TECHNICAL and alarm.shelved_until is not None and alarm.shelved_until > now


def flooding(alarms: Iterable[AlarmNow]) -> frozenset[tuple[str, str]]:
    """(station, id) of each alarm that came in a flood.

    It goes by when they were raised, not by the time now: a group does not fall apart because it grows old.
    """
    by_station: dict[str, list[AlarmNow]] = defaultdict(list)
    for alarm in alarms:
        by_station[alarm.station].append(alarm)
    found: set[tuple[str, str]] = set()
    for some in by_station.values():
        some.sort(key=lambda alarm: alarm.raised_at)
        first = done = 0
        for last, alarm in enumerate(some):
            while alarm.raised_at - some[first].raised_at >= FLOOD_MS:
                first += 1
            if last - first + 1 >= FLOOD:
                found.update((one.station, one.id) for one in some[max(first, done) : last + 1])
                done = last + 1
    return frozenset(found)


def queue(alarms: Iterable[AlarmNow], now: Millis) -> list[Row]:
    """Single alarms and groups, in the order in which they are looked at; every open alarm in exactly one row."""
    still = sorted((alarm for alarm in alarms if alarm.is_open), key=urgency)
    flood = flooding(still)
    rows: list[Row] = []
    groups: dict[tuple[str, Family, Why], list[AlarmNow]] = defaultdict(list)
    for alarm in still:
        why = _why(alarm, flood, now)
        if why is None:
            rows.append(alarm)
        else:
            groups[alarm.station, alarm.family, why].append(alarm)
    rows.extend(Group(*key, tuple(some)) for key, some in groups.items())
    return sorted(rows, key=_place)


def _why(alarm: AlarmNow, flood: frozenset[tuple[str, str]], now: Millis) -> Why | None:
    if alarm.family is Family.HELP:
        return None
    if is_shelved(alarm, now):
        return "shelved"
    return "flood" if (alarm.station, alarm.id) in flood else None


def _place(row: Row) -> tuple[int, int, Urgency]:
    """Of one priority the single alarms first, then what came in a flood, then what is put aside."""
    if isinstance(row, AlarmNow):
        return int(row.priority), 0, urgency(row)
    return int(row.alarms[0].priority), 1 if row.why == "flood" else 2, urgency(row.alarms[0])


def shown_singly(rows: Sequence[Row]) -> list[AlarmNow]:
    """The alarms that have a row of their own."""
    return [row for row in rows if isinstance(row, AlarmNow)]
