"""Incidents: what happened, when (a point or a window), where, and how it became known."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import Millis

PLACE_QUALITIES = ("exact", "street", "area", "none")
FOUND_BY = ("victim", "patrol", "camera", "other")


class Incident(SQLModel, table=True):
    """One incident of a station; `(station, source, id)` makes an import idempotent."""

    __table_args__ = (
        Index("incident_time", "station", "occurred_from"),
        Index("incident_received", "station", "received_at"),
    )

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    source: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=64)
    occurred_from: Millis = Field(sa_type=BigInteger)
    occurred_to: Millis | None = Field(default=None, sa_type=BigInteger)
    reported_at: Millis | None = Field(default=None, sa_type=BigInteger)
    offence: str = Field(description="code of the offence table, or the name as it came")
    offence_group: int | None = Field(default=None, description="1 to 4; None when the name is not known")
    lat: float | None = None
    lon: float | None = None
    place_quality: str = "none"
    found_by: str = "other"
    status: str = ""
    arrested: bool | None = None
    description: str = ""
    batch: str = Field(default="", index=True, description="id of the import it came with")
    received_at: Millis = Field(sa_type=BigInteger)


class IncidentTouched(SQLModel, table=True):
    """An incident (`batch` empty) or an import (`source` and `id` empty) that came, changed or went. Written by the
    database itself; `revision` is the number of the change log it was written after."""

    __tablename__ = "incident_touched"

    revision: int = Field(primary_key=True, sa_type=BigInteger)
    station: str = Field(primary_key=True, max_length=64)
    batch: str = Field(primary_key=True, max_length=64)
    source: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=64)


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """An incident as a message or file row carries it."""

    station: str
    source: str
    id: str
    occurred_from: Millis
    offence: str
    received_at: Millis
    occurred_to: Millis | None = None
    reported_at: Millis | None = None
    offence_group: int | None = None
    lat: float | None = None
    lon: float | None = None
    place_quality: str = "none"
    found_by: str = "other"
    status: str = ""
    arrested: bool | None = None
    description: str = ""
