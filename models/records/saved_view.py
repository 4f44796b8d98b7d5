"""Views that people keep for themselves: a filter under a name."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class SavedView(SQLModel, table=True):
    """One view of one person. `query` is the address of the filter (`models.incidents.address`), which holds no
    personal data; nobody but the account it belongs to is shown it."""

    __tablename__ = "saved_view"

    account: str = Field(primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=60)
    query: str = Field(max_length=4000)
    saved_at: Millis = Field(sa_type=BigInteger)
