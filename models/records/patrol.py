"""What is kept of patrols beside their fixes: how long they were where."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class PatrolHours(SQLModel, table=True):
    """Minutes of all units of a station on one ground, hour by hour of one local day (`models.analysis.patrolled`).

    Reckoned once the day is over, by the outline then in force; a day without the row has not been looked at. Names
    no unit.
    """

    __tablename__ = "patrol_hours"

    station: str = Field(primary_key=True, max_length=64)
    zone: str = Field(primary_key=True, max_length=64, description="code; empty: anywhere")
    day: int = Field(primary_key=True, description="local, days since 1 January 1970")
    made_at: Millis = Field(sa_type=BigInteger)
    minutes: str = Field(description="JSON: 24 numbers")
