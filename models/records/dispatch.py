"""Dispatch: a unit sent to an alarm, and the times of its way: on the way, on scene, left, over."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class How(StrEnum):
    """How a time of a dispatch is known."""

    UNIT = "unit"  # the unit's own status message
    GPS = "gps"  # from its fixes alone
    MANUAL = "manual"  # a person took the step


class Dispatch(SQLModel, table=True):
    """One unit sent to one alarm. `version` is that of the step by which it was sent.

    The times are those at which it happened as far as is known, which may be earlier than the step in the alarm's
    history; None = not known, never a guess. `…_how` (`How`) is empty exactly where its time is None.
    """

    __table_args__ = (
        Index(
            "dispatch_open",
            "unit_station",
            "unit",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    unit_station: str = Field(max_length=64, description="the unit's own; the alarm may be of no station")
    unit: str = Field(max_length=128)
    assigned_at: Millis = Field(sa_type=BigInteger)
    assigned_by: str = ""
    enroute_at: Millis | None = Field(default=None, sa_type=BigInteger)
    enroute_how: str = Field(default="", max_length=8)
    on_scene_at: Millis | None = Field(default=None, sa_type=BigInteger)
    on_scene_how: str = Field(default="", max_length=8)
    left_at: Millis | None = Field(default=None, sa_type=BigInteger)
    left_how: str = Field(default="", max_length=8)
    ended_at: Millis | None = Field(
        default=None, sa_type=BigInteger, description="the alarm was closed, or another unit sent in its place"
    )
