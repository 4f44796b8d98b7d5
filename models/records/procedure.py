"""What was done of the written procedure for an alarm. Appended to, never changed."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ProcedureTick(SQLModel, table=True):
    """An item of the procedure ticked off, or the tick taken back.

    `version` is the line of the alarm's history that says who did it, when and from where.
    """

    __tablename__ = "procedure_tick"

    station: str = Field(primary_key=True, max_length=64)
    alarm: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    item: str = Field(max_length=64, description="id of the item in the procedure's file")
    done: bool
    text: str = Field(description="the item as it was written when it was ticked off, in Thai")
