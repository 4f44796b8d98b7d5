"""Positions: what a unit's GPS said, one row a fix."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class FixFlag(IntFlag):
    """Why a stored fix is not drawn on the live map (`MOCK` alone is drawn, marked)."""

    NONE = 0
    JUMP = 1
    OUT_OF_AREA = 2
    MOCK = 4


#: A fix with one of these is history only.
HIDDEN = int(FixFlag.JUMP | FixFlag.OUT_OF_AREA)


class Fix(NamedTuple):
    """One GPS fix. A NamedTuple, because hundreds of thousands pass: it is built and bound without copying.

    Units: degrees (WGS 84), km/h, degrees from north, metres, percent.
    """

    station: str
    unit: str
    at: Millis
    lat: float
    lon: float
    speed_kmh: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    battery_pct: float | None = None
    source: str = "native"
    flags: int = 0
    received_at: Millis = 0


class SignOfLife(NamedTuple):
    """A unit was heard without a usable fix (contract: `no_fix`), or by a device's heartbeat."""

    station: str
    unit: str
    at: Millis
    source: str = "native"
    received_at: Millis = 0


class Position(SQLModel, table=True):
    """A stored fix. The key makes a repeated fix one row and a unit's track one range read.

    PostgreSQL: partitioned by month of `at`. SQLite: WITHOUT ROWID.
    """

    station: str = Field(primary_key=True, max_length=64)
    unit: str = Field(primary_key=True, max_length=128)
    at: Millis = Field(primary_key=True, sa_type=BigInteger)
    lat: float
    lon: float
    speed_kmh: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    battery_pct: float | None = None
    source: str
    flags: int = 0
    received_at: Millis = Field(sa_type=BigInteger)
