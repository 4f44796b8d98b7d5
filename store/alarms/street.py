"""What a step means on the street: who is sent and who is free again, and the words to the box and to the unit."""

from __future__ import annotations

from sqlalchemy import select

from models.alarms.kinds import Family
from models.alarms.life import SYSTEM, State, Step, next_state
from models.dispatch.progress import Known
from models.records.alarm import AlarmNow
from models.records.base import UNKNOWN_STATION, Millis
from models.records.dispatch import Dispatch, How
from store import dispatch
from store.alarms.rows import STEP, go_on
from store.database import Tx

#: What a step is called in the words to the street.
_WORD = {
    Step.ACKNOWLEDGE: "acknowledged",
    Step.ASSIGN: "dispatched",
    Step.ARRIVE: "arrived",
    Step.CLOSE: "closed",
    Step.RESTORE: "closed",
    Step.DRILL_OVER: "closed",
}

#: Characters that no level of a topic can have: what is called so has no topic of its own.
_NO_LEVEL = frozenset("/+#\0")


def follow(
    tx: Tx,
    alarm: AlarmNow,
    step: Step,
    now: Millis,
    *,
    by: str,
    unit_station: str = "",
    reached_at: Millis | None = None,
    how: How = How.MANUAL,
) -> None:
    """After a step, in its transaction: the dispatch as the step leaves it, and the words to those it concerns.

    `alarm` as the step left it; `unit_station`: of the unit that is sent by this step; `reached_at`, `how`: of an
    arrival that is known better than by this step.
    """
    before = dispatch.open_of(tx.conn, alarm.station, alarm.id)
    if step is Step.ASSIGN:
        dispatch.sent(
            tx, alarm.station, alarm.id, alarm.version, unit_station=unit_station, unit=alarm.assigned, by=by, now=now
        )
    elif step is Step.ARRIVE:
        dispatch.on_scene(tx, alarm.station, alarm.id, now if reached_at is None else reached_at, how)
    elif not alarm.is_open:
        dispatch.ended(tx, alarm.station, alarm.id, now)
    if step in _WORD:
        if step is not Step.DRILL_OVER:  # somebody has just pressed there: that one's call is not over
            _tell_box(tx, alarm, _WORD[step], now)
        _tell_units(tx, alarm, step, now, before)


def _tell_box(tx: Tx, alarm: AlarmNow, word: str, now: Millis) -> None:
    """What became of the press, for the box to show; who stands there need not know of its battery."""
    if alarm.origin_kind == "box" and alarm.family is Family.HELP and not _NO_LEVEL & set(alarm.origin):
        _command(tx, alarm, _box_topic(tx, alarm), word, now)


def _box_topic(tx: Tx, alarm: AlarmNow) -> str:
    """Beside the topic the press came on: a box of a station nobody registered listens there, as for its receipt."""
    if alarm.station == UNKNOWN_STATION:
        first = select(STEP.c.origin).where(
            STEP.c.station == alarm.station, STEP.c.alarm == alarm.id, STEP.c.version == 1
        )
        came = str(tx.conn.execute(first).scalar_one())
        if came.endswith("/event"):
            return came.removesuffix("event") + "command"
    return f"ssz/v1/{alarm.station}/sos/{alarm.origin}/command"


def _tell_units(tx: Tx, alarm: AlarmNow, step: Step, now: Millis, before: Dispatch | None) -> None:
    """Where the unit is sent, and that it is there, or needed no more."""
    after = dispatch.open_of(tx.conn, alarm.station, alarm.id)
    if before is not None and step is Step.ASSIGN and after is not None and _unit(before) != _unit(after):
        _tell_unit(tx, alarm, before, "recalled", now)
    about = after or before
    if about is not None:
        _tell_unit(tx, alarm, about, _WORD[step], now)


def _unit(sent: Dispatch) -> tuple[str, str]:
    return sent.unit_station, sent.unit


def _tell_unit(tx: Tx, alarm: AlarmNow, sent: Dispatch, word: str, now: Millis) -> None:
    if not _NO_LEVEL & set(sent.unit):
        topic = f"ssz/v1/{sent.unit_station}/unit/{sent.unit}/command"
        _command(tx, alarm, topic, word, now, place=alarm.place, lat=alarm.lat, lon=alarm.lon)


def _command(tx: Tx, alarm: AlarmNow, topic: str, word: str, now: Millis, **more: object) -> None:
    tx.publish(topic, {"id": f"{alarm.id}-{alarm.version}", "at": now, "kind": word, "alarm": alarm.id, **more})


def set_out(tx: Tx, alarm: AlarmNow, sent: Dispatch, known: Known, now: Millis) -> AlarmNow:
    """The unit sent is on its way, by its own word or its fixes. `alarm` as it stands in this transaction."""
    next_state(State(alarm.state), Step.SET_OUT, alarm.family, SYSTEM)
    dispatch.en_route(tx, alarm.station, alarm.id, known.at, known.how)
    return go_on(tx, alarm, Step.SET_OUT, now, {}, line_by=teller(sent, known), detail=sent.unit)


def leave(tx: Tx, alarm: AlarmNow, sent: Dispatch, known: Known, now: Millis) -> AlarmNow:
    """The unit sent has left the place, by its own word or its fixes. `alarm` as it stands in this transaction."""
    next_state(State(alarm.state), Step.LEAVE, alarm.family, SYSTEM)
    dispatch.left(tx, alarm.station, alarm.id, known.at, known.how)
    return go_on(tx, alarm, Step.LEAVE, now, {}, line_by=teller(sent, known), detail=sent.unit)


def teller(sent: Dispatch, known: Known) -> str:
    """Who is said to have taken a step that no person took: the unit itself, or its fixes. Every screen shows this as
    it stands, in either language."""
    return "GPS" if known.how is How.GPS else sent.unit
