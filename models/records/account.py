"""Local and OIDC accounts, their recovery codes, sign-ins that are under way, and failed tries. Secrets only hashed
or sealed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.records.access import ALL_STATIONS
from models.records.base import Millis

#: Issuer of accounts that are ours.
LOCAL = "local"


class Account(SQLModel, table=True):
    """Somebody who may sign in. Never deleted: histories name its holder."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: str = Field(primary_key=True, max_length=32, description="random, hexadecimal")
    name: str = Field(unique=True, max_length=64, description="what is typed at the sign-in page, as it is compared")
    skeleton: str = Field(unique=True, max_length=64, description="the name with look-alikes folded together")
    display: str = Field(max_length=120, description="whose name histories and screens show")
    display_fold: str = Field(unique=True, max_length=240, description="the shown name as it is compared")
    role: str
    stations: str = Field(default=ALL_STATIONS, description="comma list of codes, or *")
    password: str = Field(default="", description="argon2id in its own notation; empty: none, no password opens it")
    totp: str = Field(default="", description="secret of the second factor, sealed; empty: none")
    totp_step: int = Field(default=-1, sa_type=BigInteger, description="30 s step of the newest code that was used")
    issuer: str = Field(max_length=255, description="OIDC issuer; for a local account `LOCAL`")
    subject: str = Field(max_length=255, description="the issuer's id of the person; for a local account its own id")
    created_at: Millis = Field(sa_type=BigInteger)
    disabled_at: Millis | None = Field(default=None, sa_type=BigInteger)
    signed_in_at: Millis | None = Field(default=None, sa_type=BigInteger)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"

    account: str = Field(primary_key=True, max_length=32, foreign_key="account.id")
    hash: str = Field(primary_key=True, max_length=64, description="keyed hash of the code")
    used_at: Millis | None = Field(default=None, sa_type=BigInteger)


class SignInStep(SQLModel, table=True):
    """A sign-in that is under way in one browser: what was shown already, and what is asked for next."""

    __tablename__ = "sign_in_step"

    hash: str = Field(primary_key=True, max_length=64, description="SHA-256 of the step cookie's random value")
    kind: str = Field(max_length=16, description="code, enrol, password, first or oidc")
    account: str = Field(default="", max_length=32)
    data: str = Field(default="", description="what the next page needs, sealed; empty: nothing")
    tries: int = 0
    created_at: Millis = Field(sa_type=BigInteger)
    expires_at: Millis = Field(sa_type=BigInteger)
    used_at: Millis | None = Field(default=None, sa_type=BigInteger)


class SignInFailures(SQLModel, table=True):
    """Failed tries for one name from one address, of late. What was typed is kept as a keyed hash only: people type
    passwords where the name belongs."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("sign_in_failures_at", "at"),)

    name: str = Field(primary_key=True, max_length=64)
    address: str = Field(primary_key=True, max_length=64)
    failed: int
    at: Millis = Field(sa_type=BigInteger, description="of the newest one")
