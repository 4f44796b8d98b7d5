"""Camera points: several cameras each; working and linked are two facts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class CameraPoint(SQLModel, table=True):
    """A place with cameras, and what it last said of them."""

    __tablename__ = "camera_point"

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    point: str = Field(primary_key=True, max_length=128)
    name_th: str = ""
    name_en: str = ""
    lat: float
    lon: float
    owner: str = ""
    total: int = 1
    working: int | None = None
    linked: int | None = None
    note: str = ""
    stream: str = ""
    status_at: Millis | None = Field(default=None, sa_type=BigInteger)


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """What a camera point says of its cameras."""

    station: str
    point: str
    at: Millis
    total: int
    working: int
    received_at: Millis
    linked: int | None = None
    note: str = ""
