"""Notices: every try to tell somebody of an alarm, and what became of it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class Outcome(StrEnum):
    """What became of a try."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    QUOTA = "quota"  # the month's quota is spent: not sent


class Trouble(StrEnum):
    """Why a try failed: words of ours, because what a channel's server says may quote its address."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    REFUSED = "refused"  # the other side answered, and did not take it
    LIMIT = "limit"  # the service takes no more now: what it was paid for is used up, or it was asked too fast
    LOST = "lost"  # the process that tried is gone
    QUOTA = "quota"


#: What stands in `error` of a notice that was sent in one message with others, but for the first of them: the message
#: counts once.
TOGETHER = "together"


class Notice(SQLModel, table=True):
    """One try. The key says what it is of: the same notice is never tried twice under one number."""

    __table_args__ = (Index("notice_by_channel", "channel", "at"),)

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    level: int = Field(primary_key=True)
    channel: str = Field(primary_key=True, max_length=64, description="the channel's name; its address is not stored")
    attempt: int = Field(primary_key=True, description="counts from 1")
    at: Millis = Field(sa_type=BigInteger, description="when it was begun")
    ended_at: Millis | None = Field(default=None, sa_type=BigInteger)
    outcome: str = Outcome.SENDING
    error: str = Field(default="", description="a `Trouble`, with the status a server answered with where it did")
