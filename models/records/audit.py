"""The audit log: rows that are only added to, the head, cuts by retention, what waits for a key, and which lines of
alarms' histories are sealed by which row. The database itself refuses to change them (`store.migrations`)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import SERIAL, Millis


class AuditRow(SQLModel, table=True):
    """A deed (`models.audit.deeds.Deed`), chained to the row before it (`models.audit.chain`)."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_time", "at"),
        Index("audit_who", "who", "seq"),
        Index("audit_action", "action", "seq"),
        Index("audit_station", "station", "seq"),
        Index("audit_object", "object", "seq"),
    )

    seq: int = Field(primary_key=True, sa_type=BigInteger, description="1, 2, 3 … without a gap")
    at: Millis = Field(sa_type=BigInteger)
    who: str
    role: str
    session: str
    address: str
    action: str = Field(max_length=48)
    station: str = Field(max_length=64)
    object: str
    detail: str
    purpose: str = Field(max_length=32)
    key: str = Field(max_length=16, description="id of the key its MAC was made with")
    mac: bytes


class AuditHead(SQLModel, table=True):
    """The newest row's number and MAC, under a mark that only the holder of the key can make. One row."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    mac: bytes
    at: Millis = Field(sa_type=BigInteger)
    key: str = Field(max_length=16)
    tag: bytes


class AuditCut(SQLModel, table=True):
    """What retention deleted: every row up to `seq`, whose MAC is kept for the next one to follow."""

    __tablename__ = "audit_cut"

    seq: int = Field(primary_key=True, sa_type=BigInteger)
    mac: bytes
    at: Millis = Field(sa_type=BigInteger)
    key: str = Field(max_length=16)
    tag: bytes


class AuditWaiting(SQLModel, table=True):
    """A deed of a process without the key (a command), until one that has it puts it into the chain."""

    __tablename__ = "audit_waiting"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    body: str = Field(description="the deed, JSON")


class AlarmStepSeal(SQLModel, table=True):
    """By which audit row a line of an alarm's history is sealed; none yet: the next time the job looks."""

    __tablename__ = "alarm_step_seal"
    __table_args__ = (Index("alarm_step_seal_row", "seal"),)

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    seal: int | None = Field(default=None, sa_type=BigInteger)
