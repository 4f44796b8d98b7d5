"""`alarms` and the steps a person takes on them."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, field_validator

from dashboard.api.caller import Caller, Calling
from dashboard.api.paging import Cursor, From, Limit, To, cursor_of, iso, place_of, window
from models.access.policy import Action
from models.alarms.life import Step
from models.alarms.queue import Group, Row, queue
from models.audit.deeds import Did
from models.records.alarm import AlarmNow, AlarmStep
from models.texts import clean
from store import alarms as store
from store.database import Lane

router = APIRouter(tags=["alarms"])


class StepIn(BaseModel):
    """What a step carries: `assign` its unit, `close` its outcome, `note` its text, `shelve` minutes and a reason.

    `version` is that of the alarm the person decided on: who took a deciding step since was first.
    """

    unit: str = Field("", max_length=128)
    outcome: str = Field("", max_length=32)
    note: str = Field("", max_length=2000)
    minutes: int = Field(0, ge=0)
    version: int | None = Field(None, ge=0)

    @field_validator("unit", "outcome", "note")
    @classmethod
    def _clean(cls, said: str) -> str:
        """As the words of messages: NUL, which one of the databases refuses, and marks that turn text around."""
        return clean(said, len(said))


def _item(call: Caller, alarm: AlarmNow) -> dict[str, Any]:
    zone, named = call.parts.zone, call.who.may(Action.SEE_PERSON)
    return {
        "station": alarm.station,
        "id": alarm.id,
        alarm.origin_kind: alarm.origin,
        "kind": alarm.kind,
        "family": alarm.family.value,
        "priority": int(alarm.priority),
        "detail": alarm.detail,
        "state": alarm.state,
        "version": alarm.version,
        "raised": iso(alarm.raised_at, zone),
        "pressed": iso(alarm.pressed_at, zone),
        "last": iso(alarm.last_at, zone),
        "changed": iso(alarm.changed_at, zone),
        "presses": alarm.presses,
        "marks": [mark for mark in alarm.marks.split(",") if mark],
        "place": alarm.place,
        "lat": alarm.lat,
        "lon": alarm.lon,
        "level": alarm.level,
        "by": alarm.by if named else "",
        "assigned": alarm.assigned,
        "outcome": alarm.outcome,
        "shelved_until": iso(alarm.shelved_until, zone),
        "shelved_by": alarm.shelved_by if named else "",
    }


def _line(call: Caller, step: AlarmStep) -> dict[str, Any]:
    named, words = call.who.may(Action.SEE_PERSON), call.who.may(Action.SEE_TEXT)
    return {
        "version": step.version,
        "step": step.step,
        "at": iso(step.at, call.parts.zone),
        "by": step.by if named else "",
        "from": step.origin if named else "",
        "old_state": step.old_state,
        "new_state": step.new_state,
        "detail": step.detail if words else "",
    }


@router.get("/alarms")
def alarms(
    call: Calling,
    state: Literal["open", "all"] = "open",
    start: From = None,
    end: To = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Alarms by the time they were raised, the newest first."""
    call.must(Action.SEE_MAP)
    first, last = window(start, end, (0, 2**62))
    before = place_of(cursor, int, str)
    with call.parts.db.read() as conn:
        found = store.alarms(
            conn,
            call.alarm_stations(conn),
            start=first,
            end=last,
            only_open=state == "open",
            limit=limit + 1,
            before=(before[0], before[1]) if before else None,
        )
    page = found[:limit]
    more = cursor_of([page[-1].raised_at, page[-1].id]) if len(found) > limit else None
    return {"alarms": [_item(call, alarm) for alarm in page], "next": more}


@router.get("/alarms/queue")
def waiting(call: Calling) -> dict[str, Any]:
    """Open alarms as a desk lists them: the most urgent first; of a flood, reports and equipment in groups."""
    call.must(Action.SEE_MAP)
    with call.parts.db.read() as conn:
        rows = queue(store.open_alarms(conn, call.alarm_stations(conn)), call.parts.clock())
    return {"rows": [_row(call, row) for row in rows]}


def _row(call: Caller, row: Row) -> dict[str, Any]:
    if not isinstance(row, Group):
        return {"alarm": _item(call, row)}
    told = {"station": row.station, "family": row.family.value, "why": row.why, "count": len(row.alarms)}
    return {"group": {**told, "alarms": [_item(call, alarm) for alarm in row.alarms]}}


@router.get("/alarms/{alarm}")
def alarm(call: Calling, alarm: str) -> dict[str, Any]:
    """One alarm with its history, the first line first, and the earlier alarms of its origin, the newest first."""
    call.must(Action.SEE_MAP)
    with call.parts.db.read() as conn:
        found = store.find(conn, alarm, call.alarm_stations(conn))
        steps = store.history(conn, found.station, found.id)
        before = store.earlier(conn, found)
    if call.who.may(Action.SEE_PERSON) and any(step.by for step in steps):
        seen = f"alarm:{found.id}"
        call.parts.looks.note(call.did(Did.SAW_PERSON, station=found.station, object=seen, detail="api"))
    return {
        "alarm": _item(call, found),
        "history": [_line(call, step) for step in steps],
        "earlier": [_item(call, one) for one in before],
    }


def _step(call: Caller, alarm: str, step: Step, said: StepIn | None) -> dict[str, Any]:
    call.must(Action.STEP_ALARM)
    said = said or StepIn()
    # The lane of alarms: a person who answers one does not wait behind positions.
    with call.parts.db.write(Lane.ALARM) as tx:
        now = store.step(
            tx,
            alarm,
            step,
            by=call.who.name,
            role=call.who.role,
            origin=call.address,
            now=call.parts.clock(),
            unit=said.unit,
            outcome=said.outcome,
            note=said.note,
            minutes=said.minutes,
            seen=said.version,
            stations=call.alarm_stations(tx.conn),
        )
    return _item(call, now)


@router.post("/alarms/{alarm}/acknowledge")
def acknowledge(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Say that the alarm was seen and is being answered."""
    return _step(call, alarm, Step.ACKNOWLEDGE, said)


@router.post("/alarms/{alarm}/assign")
def assign(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Send a unit of the alarm's station; 422 when its register has none of that name."""
    return _step(call, alarm, Step.ASSIGN, said)


@router.post("/alarms/{alarm}/arrive")
def arrive(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Say that the unit is there."""
    return _step(call, alarm, Step.ARRIVE, said)


@router.post("/alarms/{alarm}/close")
def close(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Close with an outcome."""
    return _step(call, alarm, Step.CLOSE, said)


@router.post("/alarms/{alarm}/note")
def note(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Add a line to the history; the state stays."""
    return _step(call, alarm, Step.NOTE, said)


@router.post("/alarms/{alarm}/shelve")
def shelve(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Put a technical alarm aside for some minutes, 24 hours at most, with a reason. An SOS refuses it: 409."""
    return _step(call, alarm, Step.SHELVE, said)


@router.post("/alarms/{alarm}/unshelve")
def unshelve(call: Calling, alarm: str, said: StepIn | None = None) -> dict[str, Any]:
    """Take it back before its time."""
    return _step(call, alarm, Step.UNSHELVE, said)
