"""Drills: presses that were announced. They raise and sound an alarm like any other; they are told apart in words."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class Drill(SQLModel, table=True):
    """A drill of a station: when, by whom, what for. Its boxes are `DrillBox`."""

    __table_args__ = (Index("drill_time", "station", "starts_at"),)

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    id: str = Field(primary_key=True, max_length=32)
    starts_at: Millis = Field(sa_type=BigInteger)
    ends_at: Millis = Field(sa_type=BigInteger, description="as announced; earlier when it was ended by hand")
    announced_at: Millis = Field(sa_type=BigInteger)
    announced_by: str
    ended_by: str = Field(default="", description="who ended it by hand; empty: its time ran out, or runs")
    note: str = ""


class DrillBox(SQLModel, table=True):
    """A box that is expected to be pressed, and the first press that was heard of it."""

    __tablename__ = "drill_box"
    __table_args__ = (
        ForeignKeyConstraint(["station", "drill"], ["drill.station", "drill.id"]),
        Index("drill_box_of_box", "station", "box"),
    )

    station: str = Field(primary_key=True, max_length=64)
    drill: str = Field(primary_key=True, max_length=32)
    box: str = Field(primary_key=True, max_length=128)
    pressed_at: Millis | None = Field(default=None, sa_type=BigInteger, description="arrival of its first press")
    alarm: str | None = Field(default=None, max_length=32, description="the alarm that press raised or joined")
