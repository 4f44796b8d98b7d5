"""Alarms as they stand, and their history, which is only added to. Their life is `models.alarms.life`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.alarms.kinds import Family, Priority, family_of, priority_of
from models.alarms.life import State
from models.records.base import Millis


class Alarm(SQLModel, table=True):
    """An alarm as it stands. At most one of a cause is open for an origin; repeated presses join it."""

    __table_args__ = (
        Index(
            "alarm_one_open",
            "station",
            "origin_kind",
            "origin",
            "cause",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        # Which alarms were open at a moment is read from this alone.
        Index("alarm_span", "station", "raised_at", "changed_at", "state"),
        # A step names the alarm alone; lists go by time over all stations; a desk asks for earlier ones of an origin.
        Index("alarm_id", "id"),
        Index("alarm_newest", "raised_at", "id", "station"),
        Index("alarm_of_station", "station", "raised_at", "id"),
        Index("alarm_changed", "changed_at"),
        Index("alarm_of_origin", "station", "origin_kind", "origin", "raised_at"),
    )

    station: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=32)
    origin_kind: str = Field(max_length=8, description="`box`, `unit`, `report`, `feed` or `server`")
    origin: str = Field(max_length=128)
    kind: str = Field(default="sos", description="a `models.alarms.kinds.Kind`")
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
    level: int = Field(default=0, description="escalation level: 0, then one more each time nobody answered")
    by: str = Field(default="", description="who took the newest step")
    assigned: str = Field(default="", description="the unit sent")
    outcome: str = ""
    changed_at: Millis = Field(sa_type=BigInteger)
    cause: str = Field(default="", description="empty for a call for help, else the kind (`cause_of`)")
    detail: str = Field(default="", description="what a technical alarm says of itself: the fault, the battery in %")
    shelved_until: Millis | None = Field(default=None, sa_type=BigInteger, description="put aside until then")
    shelved_by: str = Field(default="", description="by whom")


class AlarmStep(SQLModel, table=True):
    """One line of an alarm's history: who, when, from where, old and new state."""

    __tablename__ = "alarm_step"
    __table_args__ = (Index("alarm_step_time", "station", "at", "version"),)

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    step: str = Field(description="`raise`, or a `models.alarms.life.Step`")
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
    cause: str = ""
    detail: str = ""
    shelved_until: Millis | None = None
    shelved_by: str = ""
    stored: bool = True

    @property
    def family(self) -> Family:
        """Whether a person called for help, a citizen reported, or equipment has trouble."""
        return family_of(self.kind)

    @property
    def priority(self) -> Priority:
        """How urgent it is: 1 is answered first."""
        return priority_of(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether it still needs somebody."""
        return self.state != State.CLOSED
