"""The history of an incident: who entered it, and what was changed since. Only added to."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis

#: Its import was taken out, and it came again by another one; neither names fields.
TAKEN_OUT, CAME_AGAIN = "taken_out", "came_again"
#: Its station named its offence, and it was put where that stands now: nobody judged this one case.
REGROUPED = "regrouped"
#: What a row of history can be.
KINDS = ("entered", "edited", TAKEN_OUT, CAME_AGAIN, REGROUPED)


class IncidentChange(SQLModel, table=True):
    """One change of one incident. `version` counts from 1 without a gap; an incident that came by a file or a message
    and was never changed has none. No foreign key: an import that is taken out again leaves its history.
    """

    __tablename__ = "incident_change"

    station: str = Field(primary_key=True, max_length=64)
    source: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=64)
    version: int = Field(primary_key=True)
    at: Millis = Field(sa_type=BigInteger)
    by: str = Field(description="name of the account")
    kind: str = Field(max_length=16, description="one of `KINDS`")
    fields: str = Field(description="JSON object: field -> [before, after]")
