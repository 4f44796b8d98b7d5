"""Alarms: their life as a table one can read aloud, and the history that is appended to, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class State(StrEnum):
    """States of an alarm (contract, section 3)."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ON_SCENE = "on_scene"
    CLOSED = "closed"


class Step(StrEnum):
    """What a person can do to an alarm."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    ARRIVE = "arrive"
    CLOSE = "close"
    NOTE = "note"


OUTCOMES = ("real", "helped", "not_found", "child_play", "technical", "test", "false")

#: state -> step -> next state. What is not here is not permitted, changes nothing and says why.
LIFE: dict[State, dict[Step, State]] = {
    State.RAISED: {Step.ACKNOWLEDGE: State.ACKNOWLEDGED, Step.NOTE: State.RAISED},
    State.ACKNOWLEDGED: {
        Step.ASSIGN: State.ASSIGNED,
        Step.CLOSE: State.CLOSED,
        Step.NOTE: State.ACKNOWLEDGED,
    },
    State.ASSIGNED: {
        Step.ASSIGN: State.ASSIGNED,
        Step.ARRIVE: State.ON_SCENE,
        Step.CLOSE: State.CLOSED,
        Step.NOTE: State.ASSIGNED,
    },
    State.ON_SCENE: {Step.CLOSE: State.CLOSED, Step.NOTE: State.ON_SCENE},
    State.CLOSED: {Step.NOTE: State.CLOSED},
}

#: Who may take a step.
STEP_ROLES = frozenset({"administrator", "commander", "chief", "dispatcher"})


class IllegalStepError(Exception):
    """A step the alarm's state does not permit; nothing was changed. `str()` says why."""


def next_state(state: State, step: Step) -> State:
    """The state after a step.

    Raises:
        IllegalStepError: the state does not permit the step.
    """
    try:
        return LIFE[state][step]
    except KeyError:
        raise IllegalStepError(f"{step} is not possible while the alarm is {state}") from None


class Alarm(SQLModel, table=True):
    """An alarm as it stands. At most one is open for a box or unit; repeated presses join it."""

    __table_args__ = (
        Index(
            "alarm_one_open",
            "station",
            "origin_kind",
            "origin",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        # Which alarms were open at a moment is read from this alone.
        Index("alarm_span", "station", "raised_at", "changed_at", "state"),
    )

    station: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=32)
    origin_kind: str = Field(max_length=8)
    origin: str = Field(max_length=128)
    kind: str = Field(default="sos", description="`sos`, `panic` or `unreadable`")
    state: str = State.RAISED
    version: int = Field(default=1, description="grows by one with every change")
    raised_at: Millis = Field(sa_type=BigInteger, description="arrival of the first press at our door")
    pressed_at: Millis = Field(sa_type=BigInteger, description="time of the first press at the device")
    last_at: Millis = Field(sa_type=BigInteger, description="arrival of the newest press")
    presses: int = 1
    marks: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    level: int = Field(default=0, description="escalation level: 0, then 1 when nobody answered in time")
    by: str = Field(default="", description="who took the newest step")
    assigned: str = Field(default="", description="the unit sent")
    outcome: str = ""
    changed_at: Millis = Field(sa_type=BigInteger)


class AlarmStep(SQLModel, table=True):
    """One line of an alarm's history: who, when, from where, old and new state."""

    __tablename__ = "alarm_step"
    __table_args__ = (Index("alarm_step_time", "station", "at", "version"),)

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    step: str = Field(description="raise, join, escalate, or a `Step`")
    at: Millis = Field(sa_type=BigInteger)
    by: str = ""
    origin: str = Field(default="", description="from where: address of the person's screen, or the message's topic")
    old_state: str = ""
    new_state: str = ""
    detail: str = ""
    body: str = Field(default="", description="the alarm as this step left it, JSON; empty: from before it was kept")


@dataclass(frozen=True, slots=True)
class AlarmNow:
    """An alarm as the live picture carries it. The highest `version` is the truth.

    `stored` is False only for a press shown before its commit: "not yet stored".
    """

    station: str
    id: str
    origin_kind: str
    origin: str
    kind: str
    state: str
    version: int
    raised_at: Millis
    pressed_at: Millis
    last_at: Millis
    presses: int
    marks: str
    place: str
    lat: float | None
    lon: float | None
    level: int
    by: str
    assigned: str
    outcome: str
    changed_at: Millis
    stored: bool = True
