"""What was: units, boxes and alarms at a past moment, what changed in a window, and the alarms before and after.

Units go by the time of the fix, and of the word: where somebody was is a fact, however late it came in. Boxes and
alarms go by arrival, as the live picture does: what was on the screens then, and what could have been known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Row, bindparam, func, or_, select

from models.access.grants import Stations
from models.access.scope import Scope
from models.alarms.life import State
from models.fold import apply_all
from models.happenings import Happening
from models.picture import BoxNow, Picture
from models.records.alarm import Alarm, AlarmNow, AlarmStep
from models.records.base import Millis
from models.records.position import Fix, Position
from models.records.sos import SosBox, SosBoxPast
from models.records.unit import StatusReport, Unit, UnitStatus, UnitStatusPast
from models.track import TAIL
from store.rows import of_stations, table_of
from store.scopes import alarm_stations
from store.tracks import units_of

_ALARM, _STEP = table_of(Alarm), table_of(AlarmStep)
_BOX, _WORD = table_of(SosBox), table_of(SosBoxPast)
_UNIT, _STATUS = table_of(Unit), table_of(UnitStatusPast)
_POSITION = table_of(Position)

_MOMENT = bindparam("moment", type_=BigInteger)

#: As many fixes of a unit as its live tail is restored from, and the time a unit that moves sends them in, in ms.
_TAIL = TAIL + 2
_RECENT_MS = 60_000
#: Of all units at once, and of one, however long ago.
RECENT_FIXES = (
    select(*(_POSITION.c[name] for name in Fix._fields))
    .select_from(_UNIT)
    .join(_POSITION, (_POSITION.c.station == _UNIT.c.station) & (_POSITION.c.unit == _UNIT.c.unit))
    .where(_POSITION.c.at > bindparam("since", type_=BigInteger), _POSITION.c.at <= _MOMENT)
    .order_by(_UNIT.c.station, _UNIT.c.unit, _POSITION.c.at)
)
NEWEST_FIXES = (
    select(*(_POSITION.c[name] for name in Fix._fields))
    .where(
        _POSITION.c.station == bindparam("of_station"),
        _POSITION.c.unit == bindparam("of_unit"),
        _POSITION.c.at <= _MOMENT,
    )
    .order_by(_POSITION.c.at.desc())
    .limit(_TAIL)
)
_OF_BOX = (_WORD.c.station == bindparam("of_station"), _WORD.c.box == bindparam("of_box"))
NEWEST_WORD = select(_WORD).where(*_OF_BOX, _WORD.c.at <= _MOMENT).order_by(_WORD.c.at.desc()).limit(1)
WORDS_BETWEEN = select(_WORD).where(
    *_OF_BOX, _WORD.c.at >= bindparam("first", type_=BigInteger), _WORD.c.at < bindparam("last", type_=BigInteger)
)
#: Alarms that may have been open: raised by then, and not closed before.
SPANNING = select(_ALARM).where(
    _ALARM.c.station == bindparam("of_station"),
    _ALARM.c.raised_at <= _MOMENT,
    or_(_ALARM.c.changed_at > _MOMENT, _ALARM.c.state != State.CLOSED.value),
)
#: `at + 0`, or the planner would read all steps of the station up to the moment instead of the alarm's few.
NEWEST_STEP = (
    select(_STEP)
    .where(_STEP.c.station == bindparam("of_station"), _STEP.c.alarm == bindparam("of_alarm"))
    .where(_STEP.c.at + 0 <= _MOMENT)
    .order_by(_STEP.c.version.desc())
    .limit(1)
)
STEPS_BETWEEN = select(_STEP).where(
    _STEP.c.station == bindparam("of_station"),
    _STEP.c.at >= bindparam("first", type_=BigInteger),
    _STEP.c.at < bindparam("last", type_=BigInteger),
)
_NEWEST_SAID = (
    select(_STATUS.c.at)
    .where(_STATUS.c.station == _UNIT.c.station, _STATUS.c.unit == _UNIT.c.unit, _STATUS.c.at <= _MOMENT)
    .order_by(_STATUS.c.at.desc())
    .limit(1)
    .correlate(_UNIT)
)
#: What each unit of the register had last said it was doing, and when: two looks into the key for each.
STATUS_AT = select(
    _UNIT.c.station, _UNIT.c.unit, _NEWEST_SAID.scalar_subquery().label("at"),
    _NEWEST_SAID.with_only_columns(_STATUS.c.status).scalar_subquery().label("status"),
)  # fmt: skip
#: In the order of the key, or SQLite would read all that the station's units ever said.
STATUS_BETWEEN = (
    select(_UNIT.c.station, _UNIT.c.unit, _STATUS.c.at, _STATUS.c.status)
    .join(_STATUS, (_STATUS.c.station == _UNIT.c.station) & (_STATUS.c.unit == _UNIT.c.unit))
    .where(_STATUS.c.at >= bindparam("first", type_=BigInteger), _STATUS.c.at < bindparam("last", type_=BigInteger))
    .order_by(_UNIT.c.station, _UNIT.c.unit, _STATUS.c.at)
)
_FIRST_STEPS = select(_STEP.c.at, _STEP.c.alarm).where(
    _STEP.c.station == bindparam("of_station"), _STEP.c.version == 1
)
FIRST_AFTER = _FIRST_STEPS.where(_STEP.c.at > _MOMENT).order_by(_STEP.c.at).limit(1)
LAST_BEFORE = _FIRST_STEPS.where(_STEP.c.at < _MOMENT).order_by(_STEP.c.at.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Raised:
    """When an alarm was raised (stored and told), and which."""

    at: Millis
    station: str
    id: str


def restore_at(conn: Connection, scope: Scope, moment: Millis) -> Picture:
    """The picture at a past moment, of what a scope shows.

    A unit's status is what it had last said by its own clock; closed alarms are not in it.
    """
    stations = scope.stations
    moved = apply_all(
        Picture(),
        [
            *_fixes(conn, stations, moment),
            *_statuses(conn, stations, moment),
            *_alarms(conn, alarm_stations(conn, scope), moment),
        ],
    )
    return replace(moved, boxes={(box.station, box.box): box for box in _boxes(conn, stations, moment)})


def _fixes(conn: Connection, stations: Stations, moment: Millis) -> Iterable[Happening]:
    """The newest fixes of each unit, oldest first: of those that move out of one statement."""
    asked = {"moment": moment, "since": moment - _RECENT_MS}
    rows = conn.execute(of_stations(RECENT_FIXES, _UNIT.c.station, stations), asked).all()
    recent = {key: list(held) for key, held in groupby(rows, key=lambda row: (row.station, row.unit))}
    for station, unit in units_of(conn, stations):
        newest = recent.get((station, unit), [])
        if len(newest) < _TAIL:
            mine = {"of_station": station, "of_unit": unit, "moment": moment}
            newest = list(reversed(conn.execute(NEWEST_FIXES, mine).all()))
        yield from map(Fix._make, newest[-_TAIL:])


def _statuses(conn: Connection, stations: Stations, moment: Millis) -> Iterable[Happening]:
    rows = conn.execute(of_stations(STATUS_AT, _UNIT.c.station, stations), {"moment": moment}).all()
    return [StatusReport(row.station, row.unit, row.at, UnitStatus(row.status)) for row in rows if row.at is not None]


def status_changes(conn: Connection, stations: Stations, start: Millis, end: Millis) -> list[StatusReport]:
    """What units said they do with `start <= t < end` by their own clocks, in order."""
    rows = conn.execute(of_stations(STATUS_BETWEEN, _UNIT.c.station, stations), {"first": start, "last": end}).all()
    told = [StatusReport(row.station, row.unit, row.at, UnitStatus(row.status)) for row in rows]
    return sorted(told, key=lambda said: (said.at, said.station, said.unit))


def _placed(conn: Connection, stations: Stations) -> Iterable[BoxNow]:
    """The boxes of the register where they stand today: that is not versioned."""
    for box in conn.execute(of_stations(select(_BOX), _BOX.c.station, stations)).all():
        yield BoxNow(box.station, box.box, box.lat, box.lon, box.name_th, box.name_en)


def _boxes(conn: Connection, stations: Stations, moment: Millis) -> Iterable[BoxNow]:
    for box in _placed(conn, stations):
        asked = {"of_station": box.station, "of_box": box.box, "moment": moment}
        word = conn.execute(NEWEST_WORD, asked).one_or_none()
        yield box if word is None else _said(box, word)


def _said(box: BoxNow, word: Row[Any]) -> BoxNow:
    """The box as a word left it."""
    return replace(
        box,
        heard_at=word.heard_at or 0,
        online=word.online,
        battery_pct=word.battery_pct,
        mains=word.mains,
        fault=word.fault,
        tested_at=word.tested_at,
    )


def _alarms(conn: Connection, stations: Iterable[str], moment: Millis) -> Iterable[AlarmNow]:
    for station in stations:
        for row in conn.execute(SPANNING, {"of_station": station, "moment": moment}).all():
            asked = {"of_station": station, "of_alarm": row.id, "moment": moment}
            step = conn.execute(NEWEST_STEP, asked).one_or_none()
            if step is not None and step.new_state != State.CLOSED:
                yield _left_by(step, row)


def _left_by(step: Row[Any], alarm: Row[Any] | None) -> AlarmNow:
    """An alarm as a step left it. For a step from before that was kept: as it stands, in the state of the step."""
    if step.body or alarm is None:
        return AlarmNow(**orjson.loads(step.body))
    known = dict(alarm._mapping)
    return AlarmNow(
        **{**known, "state": step.new_state, "version": step.version, "changed_at": step.at, "outcome": ""}
    )


def alarm_changes(
    conn: Connection, stations: Iterable[str], start: Millis, end: Millis
) -> list[tuple[Millis, AlarmNow]]:
    """Every change of an alarm with `start <= t < end`: when, and the alarm as it was left; in order."""
    result: list[tuple[Millis, AlarmNow]] = []
    for station in stations:
        for step in conn.execute(STEPS_BETWEEN, {"of_station": station, "first": start, "last": end}).all():
            alarm = None
            if not step.body:
                whole = select(_ALARM).where(_ALARM.c.station == station, _ALARM.c.id == step.alarm)
                alarm = conn.execute(whole).one()
            result.append((step.at, _left_by(step, alarm)))
    return sorted(result, key=lambda change: (change[0], change[1].station, change[1].id, change[1].version))


def box_changes(conn: Connection, stations: Stations, start: Millis, end: Millis) -> list[tuple[Millis, BoxNow]]:
    """Every word of a registered box with `start <= t < end`: when, and the box as it was left; in order."""
    result: list[tuple[Millis, BoxNow]] = []
    for box in _placed(conn, stations):
        asked = {"of_station": box.station, "of_box": box.box, "first": start, "last": end}
        result.extend((word.at, _said(box, word)) for word in conn.execute(WORDS_BETWEEN, asked).all())
    return sorted(result, key=lambda change: (change[0], change[1].station, change[1].box))


def alarm_after(conn: Connection, stations: Iterable[str], moment: Millis) -> Raised | None:
    """The first alarm raised after a moment; None when there is none."""
    found = [_edge(conn, station, moment, after=True) for station in stations]
    return min((one for one in found if one), key=lambda one: (one.at, one.station, one.id), default=None)


def alarm_before(conn: Connection, stations: Iterable[str], moment: Millis) -> Raised | None:
    """The last alarm raised before a moment; None when there is none."""
    found = [_edge(conn, station, moment, after=False) for station in stations]
    return max((one for one in found if one), key=lambda one: (one.at, one.station, one.id), default=None)


def _edge(conn: Connection, station: str, moment: Millis, *, after: bool) -> Raised | None:
    row = conn.execute(FIRST_AFTER if after else LAST_BEFORE, {"of_station": station, "moment": moment}).one_or_none()
    return None if row is None else Raised(row.at, station, row.alarm)


def first_kept(conn: Connection, stations: Stations) -> Millis | None:
    """Time of the oldest fix of these stations' units; None without any. One look into the key for each unit."""
    mine = _POSITION.c.station == _UNIT.c.station, _POSITION.c.unit == _UNIT.c.unit
    oldest = select(func.min(_POSITION.c.at)).where(*mine).correlate(_UNIT).scalar_subquery()
    of_each = of_stations(select(oldest.label("first")), _UNIT.c.station, stations).select_from(_UNIT).subquery()
    found = conn.execute(select(func.min(of_each.c.first))).scalar()
    return None if found is None else int(found)
