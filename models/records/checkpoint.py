"""Red-box checkpoints and the scans made at them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis

SCAN_METHODS = ("qr", "nfc")


class Checkpoint(SQLModel, table=True):
    """A red box a patrol must visit."""

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    box: str = Field(primary_key=True, max_length=128)
    name_th: str = ""
    name_en: str = ""
    lat: float
    lon: float
    beat: str = ""


class Scan(SQLModel, table=True):
    """One scan of a red box."""

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    box: str = Field(primary_key=True, max_length=128)
    id: str = Field(primary_key=True, max_length=64)
    at: Millis = Field(sa_type=BigInteger)
    unit: str
    method: str = "qr"
    lat: float | None = None
    lon: float | None = None
    reason: str = ""
    received_at: Millis = Field(sa_type=BigInteger)


@dataclass(frozen=True, slots=True)
class CheckpointScan:
    """A scan, decoded."""

    station: str
    box: str
    id: str
    at: Millis
    unit: str
    received_at: Millis
    method: str = "qr"
    lat: float | None = None
    lon: float | None = None
    reason: str = ""
