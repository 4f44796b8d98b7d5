"""Imports of incident files: each run, what a source's columns mean, and a station's own names of offences."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import Millis

#: States of an import. While it is `running` or `undoing` nobody sees its incidents.
RUNNING, DONE, UNDOING, UNDONE = "running", "done", "undoing", "undone"


class ImportBatch(SQLModel, table=True):
    """One import. `heard`: when it last stored or took out a piece; one that falls silent is taken out again."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("import_batch_station", "station", "begun"),)

    batch: str = Field(primary_key=True, max_length=32)
    station: str = Field(foreign_key="station.code", max_length=64)
    source: str = Field(max_length=64)
    file: str = Field(default="", description="name of the file")
    by: str = Field(default="", description="who imported it")
    state: str = Field(default=RUNNING, max_length=16)
    begun: Millis = Field(sa_type=BigInteger)
    heard: Millis = Field(sa_type=BigInteger)
    ended: Millis | None = Field(default=None, sa_type=BigInteger)
    new: int = Field(default=0, description="incidents it stored")
    known: int = Field(default=0, description="rows whose incident was there before")
    bad: int = Field(default=0, description="rows that could not be taken")
    read_as: str = Field(default="", description="JSON: encoding, delimiter, order of dates")


class ImportMapping(SQLModel, table=True):
    """What the columns of a source's files mean: a JSON object field -> title of the column."""

    __tablename__ = "import_mapping"

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    source: str = Field(primary_key=True, max_length=64)
    columns: str
    at: Millis = Field(sa_type=BigInteger)


class OffenceName(SQLModel, table=True):
    """A name of an offence that a station's files use, beside those of the standard table."""

    __tablename__ = "offence_name"

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    key: str = Field(primary_key=True, max_length=200, description="`name_key` of the name")
    name: str
    offence: str = Field(description="code of the standard table, or the name itself")
    offence_group: int | None = None
    at: Millis = Field(sa_type=BigInteger)
