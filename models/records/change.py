"""The change log that every web process folds, the outbox that ingest publishes, leases and counters."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import SERIAL, Millis


class Change(SQLModel, table=True):
    """One committed change. `seq` ascends in commit order on both databases (writers take one lock)."""

    __table_args__ = {"sqlite_autoincrement": True}

    seq: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    at: Millis = Field(sa_type=BigInteger)
    body: str = Field(description="JSON list of tagged happenings, see `models.happenings`")


class Outbox(SQLModel, table=True):
    """A message to be published, written in the transaction that made it true."""

    __table_args__ = (Index("outbox_open", "sent_at", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    topic: str
    payload: str
    retain: bool = False
    created_at: Millis = Field(sa_type=BigInteger)
    sent_at: Millis | None = Field(default=None, sa_type=BigInteger)


class Lease(SQLModel, table=True):
    """Who may do a thing of which there must be one: a lane's writing, draining the outbox, a timed job."""

    name: str = Field(primary_key=True, max_length=64)
    holder: str
    until: Millis = Field(sa_type=BigInteger)


class SourceCount(SQLModel, table=True):
    """Running counts of a source, per station and reason; `accepted` and `duplicate` are reasons too."""

    __tablename__ = "source_count"

    source: str = Field(primary_key=True, max_length=32)
    station: str = Field(primary_key=True, max_length=64)
    reason: str = Field(primary_key=True, max_length=32)
    count: int = Field(default=0, sa_type=BigInteger)
    newest_at: Millis = Field(default=0, sa_type=BigInteger, description="newest arrival")


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Our own message, back from broker and database: the feed is alive."""

    worker: str
    at: Millis
    received_at: Millis
