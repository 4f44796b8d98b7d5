"""Raising an alarm, or joining the open one of the same origin and cause."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from models.alarms.kinds import Kind, cause_of
from models.alarms.life import RAISE, SYSTEM, State, Step, next_state
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.sos import EventKind, Mark, Signal, join_marks, split_marks
from store.alarms.rows import begin, go_on, open_of
from store.alarms.street import follow
from store.database import Tx

#: Origin of the one alarm that many unknown boxes of one credential share.
GROUP_ORIGIN = "_unknown_boxes"

_KIND = {EventKind.PRESS: Kind.SOS, EventKind.PANIC: Kind.PANIC, EventKind.UNREADABLE: Kind.UNREADABLE}

#: Words for a call for help, the clearest last.
_CLARITY = (Kind.UNREADABLE, Kind.PANIC, Kind.SOS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alarm is: a name in Thai, and degrees."""

    name: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose alarm it is: `kind` is `box`, `unit`, `report`, `feed` or `server`."""

    station: str
    kind: str
    name: str


def kind_with(kind: str, said: EventKind) -> str:
    """What a call for help is called after one more press: the clearest word that any of them said."""
    return max(Kind(kind), _KIND[said], key=_CLARITY.index).value


def alarm_id(signal: Signal) -> str:
    """The id of the alarm this press raises, when none of its origin is open: the same press, the same id."""
    return id_of(signal.key)


def id_of(key: str) -> str:
    """The id of the alarm that what has this key raises."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def origin_of(signal: Signal) -> str:
    """The box or unit an alarm is counted under."""
    return GROUP_ORIGIN if Mark.GROUPED in signal.marks else signal.origin


#: Marks that an alarm has only while every press on it has them.
_ONLY_OF_ALL = frozenset({Mark.UNVERIFIED, Mark.DRILL})


def raise_or_join(tx: Tx, signal: Signal, place: Place, now: Millis) -> AlarmNow:
    """The alarm a press raises, or the open one of its box or unit that it joins and is counted in.

    A drill's alarm that somebody has answered takes in no real press: it ends here, and the press raises its own.
    """
    origin = Origin(signal.station, signal.origin_kind, origin_of(signal))
    known = open_of(tx.conn, origin.station, origin.kind, origin.name, "")
    if known is not None and _hidden_by_a_drill(known, signal):
        _end_drill(tx, known, now)
        known = None
    if known is None:
        return raise_new(
            tx,
            origin,
            _KIND[signal.kind],
            alarm_id(signal),
            now,
            place=place,
            pressed_at=signal.at,
            received_at=signal.received_at,
            marks=signal.marks,
            topic=signal.topic,
        )
    # One verified press makes the whole alarm a verified one, and one that is of no drill a real one; every other
    # mark stays to be read.
    marks = split_marks(known.marks) | signal.marks
    marks -= _ONLY_OF_ALL - (split_marks(known.marks) & signal.marks)
    values = {
        "last_at": max(known.last_at, signal.received_at),
        "presses": known.presses + 1,
        "marks": join_marks(marks),
        "kind": kind_with(known.kind, signal.kind),
        "lat": known.lat if known.lat is not None else place.lat,
        "lon": known.lon if known.lon is not None else place.lon,
    }
    return go_on(tx, known, Step.JOIN, now, values, origin=signal.topic)


def _hidden_by_a_drill(known: AlarmNow, signal: Signal) -> bool:
    """Whether a real press would join a drill's alarm that somebody has answered: nobody would hear it."""
    drill = Mark.DRILL in split_marks(known.marks) and Mark.DRILL not in signal.marks
    return drill and known.state != State.RAISED


def _end_drill(tx: Tx, alarm: AlarmNow, now: Millis) -> None:
    state = next_state(State(alarm.state), Step.DRILL_OVER, alarm.family, SYSTEM)
    values = {"state": state.value, "outcome": "test", "by": SYSTEM}
    ended = go_on(tx, alarm, Step.DRILL_OVER, now, values, line_by=SYSTEM)
    follow(tx, ended, Step.DRILL_OVER, now, by=SYSTEM)


def raise_new(
    tx: Tx,
    origin: Origin,
    kind: Kind,
    ident: str,
    now: Millis,
    *,
    place: Place,
    pressed_at: Millis,
    received_at: Millis,
    marks: frozenset[Mark] = frozenset(),
    topic: str = "",
    detail: str = "",
) -> AlarmNow:
    """A new alarm; there must be no open one of the same origin and cause."""
    alarm = AlarmNow(
        station=origin.station,
        id=ident,
        origin_kind=origin.kind,
        origin=origin.name,
        kind=kind.value,
        state=State.RAISED.value,
        version=1,
        raised_at=received_at,
        pressed_at=pressed_at,
        last_at=received_at,
        presses=1,
        marks=join_marks(marks),
        place=place.name,
        lat=place.lat,
        lon=place.lon,
        level=0,
        by="",
        assigned="",
        outcome="",
        changed_at=now,
        cause=cause_of(kind),
        detail=detail,
    )
    return begin(tx, alarm, RAISE, origin=topic)
