"""Citizens' reports, as the channels hand them over."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.records.base import Millis

#: The kind that raises an alarm.
EMERGENCY = "emergency"

REPORT_KINDS = ("emergency", "tip", "light", "camera", "stranger", "other")


class Report(SQLModel, table=True):
    """One report of a citizen."""

    __table_args__ = (
        Index(
            "report_said",
            "received_at",
            sqlite_where=sql("text <> '' OR contact <> ''"),
            postgresql_where=sql("text <> '' OR contact <> ''"),
        ),
    )

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    channel: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=64)
    at: Millis = Field(sa_type=BigInteger)
    kind: str
    text: str
    lat: float | None = None
    lon: float | None = None
    contact: str = ""
    received_at: Millis = Field(sa_type=BigInteger)


@dataclass(frozen=True, slots=True)
class CitizenReport:
    """A report, decoded."""

    station: str
    channel: str
    id: str
    at: Millis
    kind: str
    text: str
    received_at: Millis
    lat: float | None = None
    lon: float | None = None
    contact: str = ""
