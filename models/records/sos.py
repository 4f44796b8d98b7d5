"""SOS boxes, and the events that reach the alarm lane from boxes and from units' panic buttons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class EventKind(StrEnum):
    """Kinds of the contract, section 1, and two of our own."""

    PRESS = "press"
    TEST = "test"
    TAMPER = "tamper"
    FAULT = "fault"
    RESTORE = "restore"
    HEARTBEAT = "heartbeat"
    PANIC = "panic"  # a unit's panic button, native or inside a position
    UNREADABLE = "unreadable"  # cannot be decoded, or of unknown kind: an alarm all the same


#: Kinds that raise or join an alarm; the others tell of the box's health.
ALARMING = frozenset({EventKind.PRESS, EventKind.PANIC, EventKind.UNREADABLE})


class Mark(StrEnum):
    """What an alarm or event is marked with; stored as a sorted comma list."""

    UNVERIFIED = "unverified"  # no valid signature, or an unknown box
    UNKNOWN_BOX = "unknown_box"
    UNREADABLE = "unreadable"
    CLOCK_SUSPECT = "clock_suspect"
    ID_REUSED = "id_reused"
    LATE = "late"  # pressed more than 60 s before it arrived
    NO_PLACE = "no_place"
    GROUPED = "grouped"  # more than five unknown boxes of one credential
    DRILL = "drill"  # announced beforehand; every press on the alarm was
    NOTICE_FAILED = "notice_failed"  # somebody who should be told outside the room could not be


def join_marks(marks: set[Mark] | frozenset[Mark]) -> str:
    """The marks as stored: sorted, comma between."""
    return ",".join(sorted(mark.value for mark in marks))


def split_marks(text: str) -> frozenset[Mark]:
    """The marks of a stored list."""
    return frozenset(Mark(word) for word in text.split(",") if word)


class SosBox(SQLModel, table=True):
    """A street SOS box and what it last said of itself."""

    __tablename__ = "sos_box"

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    box: str = Field(primary_key=True, max_length=128)
    name_th: str = ""
    name_en: str = ""
    lat: float
    lon: float
    secret: str | None = Field(default=None, description="HMAC key of the box; never leaves the server")
    online: bool | None = None
    heard_at: Millis | None = Field(default=None, sa_type=BigInteger)
    battery_pct: float | None = None
    mains: bool | None = None
    fault: str = ""
    tested_at: Millis | None = Field(default=None, sa_type=BigInteger)


class SosBoxPast(SQLModel, table=True):
    """An SOS box as each of its words left it: the newest row up to a moment is the box at that moment."""

    __tablename__ = "sos_box_past"

    station: str = Field(primary_key=True, max_length=64)
    box: str = Field(primary_key=True, max_length=128)
    at: Millis = Field(primary_key=True, sa_type=BigInteger, description="arrival of the word at our door")
    heard_at: Millis | None = Field(default=None, sa_type=BigInteger)
    online: bool | None = None
    battery_pct: float | None = None
    mains: bool | None = None
    fault: str = ""
    tested_at: Millis | None = Field(default=None, sa_type=BigInteger)


class SosEvent(SQLModel, table=True):
    """One event of the alarm lane, with its raw bytes. Never evicted while it is an alarm's."""

    __tablename__ = "sos_event"

    station: str = Field(primary_key=True, max_length=64)
    origin_kind: str = Field(primary_key=True, max_length=8, description="`box` or `unit`")
    origin: str = Field(primary_key=True, max_length=128)
    id: str = Field(primary_key=True, max_length=64)
    at: Millis = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True, max_length=16)
    received_at: Millis = Field(sa_type=BigInteger, index=True)
    stored_at: Millis = Field(sa_type=BigInteger)
    lat: float | None = None
    lon: float | None = None
    battery_pct: float | None = None
    mains: bool | None = None
    seq: int | None = Field(default=None, sa_type=BigInteger)
    boot: str = ""
    note: str = ""
    marks: str = ""
    alarm: str | None = Field(default=None, description="id of the alarm it raised or joined")
    source: str = "native"
    topic: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Signal:
    """An event on the alarm lane, decoded. `(station, origin_kind, origin, id, at, kind)` is its identity."""

    station: str
    origin_kind: str
    origin: str
    id: str
    at: Millis
    kind: EventKind
    received_at: Millis
    lat: float | None = None
    lon: float | None = None
    battery_pct: float | None = None
    mains: bool | None = None
    seq: int | None = None
    boot: str = ""
    note: str = ""
    sig: str = ""
    marks: frozenset[Mark] = frozenset()
    source: str = "native"
    topic: str = ""
    raw: bytes = b""

    @property
    def key(self) -> str:
        """The identity as one string: the same press always has the same key."""
        return f"{self.station}/{self.origin_kind}/{self.origin}/{self.id}/{self.at}/{self.kind}"


@dataclass(frozen=True, slots=True)
class BoxOnline:
    """A box's own word, or its last will, that it is connected."""

    station: str
    box: str
    online: bool
    at: Millis
    source: str = "native"
