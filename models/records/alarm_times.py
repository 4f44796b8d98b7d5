"""When each alarm came to each stage of its life first: what the response report reads."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis

#: Column -> the step in an alarm's history whose first one it holds.
STAGES = {
    "stored_at": "raise",
    "acknowledged_at": "acknowledge",
    "assigned_at": "assign",
    "arrived_at": "arrive",
    "closed_at": "close",
}


class AlarmTimes(SQLModel, table=True):
    """The first of each stage of one alarm; None = never, or not known.

    The database itself keeps it from `alarm_step` (a trigger): a report over years reads one short row an alarm, not
    every line of its history with what it left behind. `shown_at` alone is written by the live feed.
    """

    __tablename__ = "alarm_times"

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    stored_at: Millis | None = Field(default=None, sa_type=BigInteger)
    shown_at: Millis | None = Field(
        default=None, sa_type=BigInteger, description="first sent to a screen of ours; None: none was open"
    )
    acknowledged_at: Millis | None = Field(default=None, sa_type=BigInteger)
    assigned_at: Millis | None = Field(default=None, sa_type=BigInteger)
    arrived_at: Millis | None = Field(default=None, sa_type=BigInteger, description="of the step; see `dispatch`")
    closed_at: Millis | None = Field(default=None, sa_type=BigInteger)
