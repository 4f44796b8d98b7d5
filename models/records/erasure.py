"""How far back rows of tables that only grow may be deleted by now."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class Erasure(SQLModel, table=True):
    """The moment before which rows of a table may go; the table itself refuses to delete any other."""

    kind: str = Field(primary_key=True, max_length=32, description="the table")
    before: Millis = Field(sa_type=BigInteger)
