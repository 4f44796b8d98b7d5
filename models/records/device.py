"""The device registry: which (source, foreign id) speaks for which unit or box, and with which key."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class Device(SQLModel, table=True):
    """A device and whom it speaks for. `pending` = heard but not approved: its messages are quarantined."""

    source: str = Field(primary_key=True, max_length=32, description="native, owntracks, traccar, osmand, chirpstack")
    foreign_id: str = Field(
        primary_key=True, max_length=160, description="native: `<station>/unit/<unit>` or `<station>/box/<box>`"
    )
    station: str = Field(default="", max_length=64)
    target_kind: str = Field(default="unit", description="`unit` or `box`")
    target: str = Field(default="", max_length=128)
    state: str = "pending"
    first_seen: Millis = Field(sa_type=BigInteger)
    last_seen: Millis = Field(sa_type=BigInteger)
    heard: int = 0
    approved_by: str = ""
    approved_at: Millis | None = Field(default=None, sa_type=BigInteger)
    key_id: str | None = Field(default=None, foreign_key="device_key.id")


class DeviceKey(SQLModel, table=True):
    """A key for `/in/*`, stored hashed. It speaks only for the devices that carry its id, or for one station's
    report channel."""

    __tablename__ = "device_key"

    id: str = Field(primary_key=True, max_length=32)
    hash: str = Field(unique=True, description="SHA-256 of the key, hex")
    label: str = ""
    station: str = Field(default="", description="channel keys: the station reports go to")
    channel: str = Field(default="", description="channel keys: the report channel; empty for device keys")
    created_at: Millis = Field(sa_type=BigInteger)
    revoked_at: Millis | None = Field(default=None, sa_type=BigInteger)
