"""Why somebody looked back: a purpose stated before, and what was read under it. Appended to, never changed."""

from __future__ import annotations

import unicodedata

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import Millis

#: What the past may be read for. `system` is for those who look after the machinery.
REASONS = ("incident", "complaint", "officer_safety", "review", "training", "system")

#: Least and most letters of the free text: an empty form is no purpose, a report does not belong here.
LEAST_TEXT = 10
MOST_TEXT = 500


class Purpose(SQLModel, table=True):
    """A stated purpose: who, when, which stations, and what for."""

    __table_args__ = (Index("purpose_time", "at"),)

    id: str = Field(primary_key=True, max_length=32)
    at: Millis = Field(sa_type=BigInteger)
    who: str
    role: str
    holder: str = Field(max_length=64, description="hash of the session or token: nobody else reads under it")
    stations: str = Field(description="comma list of codes, or *")
    reason: str = Field(max_length=32)
    text: str
    expires_at: Millis = Field(sa_type=BigInteger)


class PastReading(SQLModel, table=True):
    """What was read under a purpose: a row for each hour (UTC; of a long window each day) of all units, or of one."""

    __tablename__ = "past_reading"
    __table_args__ = (Index("past_reading_time", "at"),)

    purpose: str = Field(primary_key=True, foreign_key="purpose.id", max_length=32)
    unit: str = Field(
        primary_key=True, max_length=200, description="`station/unit`; empty = all units of the stations"
    )
    window_from: Millis = Field(primary_key=True, sa_type=BigInteger)
    window_to: Millis = Field(sa_type=BigInteger)
    at: Millis = Field(sa_type=BigInteger, description="when it was read first")


def plain(text: str) -> str:
    """The free text as kept: one line, no control or direction characters, blanks joined."""
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    kept = "".join(letter for letter in kept if unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())


def wrong(reason: str, text: str) -> str | None:
    """What is wrong with a purpose whose text is `plain`; None when it will do."""
    if reason not in REASONS:
        return f"the reason must be one of: {', '.join(REASONS)}"
    if len(text) < LEAST_TEXT or len(set(text)) < LEAST_TEXT // 2:
        return f"say what for in at least {LEAST_TEXT} letters"
    if len(text) > MOST_TEXT:
        return f"say it in at most {MOST_TEXT} letters"
    return None
