"""Patrol units, the crew they say they have, and the status they report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis

UNIT_KINDS = ("car", "motorcycle", "bicycle", "foot", "boat", "partner", "replay")
CREW_ROLES = ("police", "volunteer", "municipal")


class UnitStatus(StrEnum):
    """The words of the contract, section 1."""

    AVAILABLE = "available"
    ENROUTE = "enroute"
    ON_SCENE = "on_scene"
    BUSY = "busy"
    OFF_DUTY = "off_duty"


class Unit(SQLModel, table=True):
    """One patrol unit of a station, with the newest status it reported."""

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    unit: str = Field(primary_key=True, max_length=128)
    kind: str = "car"
    call_sign: str = ""
    beat: str = ""
    status: str | None = None
    status_at: Millis | None = Field(default=None, sa_type=BigInteger)
    crew: str = Field(default="[]", description="JSON list of {role, name?}")


class UnitStatusPast(SQLModel, table=True):
    """A status word of a unit with its time: the newest row up to a moment is what the unit was doing then.

    Of two words of one moment the greater stays, so that the order of arrival does not matter.
    """

    __tablename__ = "unit_status_past"

    station: str = Field(primary_key=True, max_length=64)
    unit: str = Field(primary_key=True, max_length=128)
    at: Millis = Field(primary_key=True, sa_type=BigInteger, description="the unit's own time")
    status: str = Field(max_length=16)
    source: str = Field(default="native", max_length=32)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A unit says what it is doing. `crew` is a canonical JSON list of `{role, name?}`."""

    station: str
    unit: str
    at: Millis
    status: UnitStatus
    crew: str = "[]"
    source: str = "native"
