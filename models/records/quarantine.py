"""What was not accepted, and the raw bytes of what was: both can be decoded again."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import SERIAL, Millis


class Quarantine(SQLModel, table=True):
    """One rejected message with its reason and its bytes; bounded, kept for days, for administrators only."""

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    station: str = Field(default="", max_length=64)
    source: str = ""
    reason: str = Field(index=True)
    topic: str = ""
    foreign_id: str = ""
    detail: str = ""
    size: int = 0
    payload: bytes = b""
    received_at: Millis = Field(sa_type=BigInteger, index=True)


class RawBatch(SQLModel, table=True):
    """The raw payloads of one committed batch of one station: zlib over JSON lines `[received_at, topic, payload]`.

    One row a batch and station, not a message: the cost of keeping them stays a small part of the ingest.
    """

    __tablename__ = "raw_batch"

    station: str = Field(primary_key=True, max_length=64)
    received_from: Millis = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(primary_key=True, max_length=32)
    received_to: Millis = Field(sa_type=BigInteger)
    messages: int
    body: bytes
