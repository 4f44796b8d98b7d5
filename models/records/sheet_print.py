"""Who had an alarm's after-action sheet made: paper leaves the house with names on it."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class SheetPrint(SQLModel, table=True):
    """One making of one alarm's sheet. Rows are only added."""

    __tablename__ = "sheet_print"

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    at: Millis = Field(primary_key=True, sa_type=BigInteger)
    who: str = Field(primary_key=True)
    role: str
    address: str = Field(description="of the person's screen")
