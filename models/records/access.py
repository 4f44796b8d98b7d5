"""Sessions, one-time sign-in links, kiosk links and API tokens: rows that outlive a restart; secrets only hashed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.access.grants import EVERYWHERE
from models.access.policy import Role
from models.records.base import Millis

ROLES = tuple(role.value for role in Role)

#: Station set that means every station.
ALL_STATIONS = EVERYWHERE


class WebSession(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "web_session"
    __table_args__ = (Index("web_session_of_account", "account"),)

    hash: str = Field(primary_key=True, max_length=64, description="SHA-256 of the cookie's random value")
    name: str
    role: str
    stations: str = Field(default=ALL_STATIONS, description="comma list of grants (models.access.grants)")
    csrf: str = Field(description="random value own forms and fetches must return")
    created_at: Millis = Field(sa_type=BigInteger)
    used_at: Millis = Field(sa_type=BigInteger)
    expires_at: Millis = Field(sa_type=BigInteger)
    revoked_at: Millis | None = Field(default=None, sa_type=BigInteger)
    kiosk: str = Field(default="", max_length=64, description="hash of the kiosk link it came from; empty: a person")
    visitor: bool = Field(default=False, description="strangers stand before this screen")
    rotate_s: int = Field(default=0, description="seconds a station is shown before the next one; 0: no rotation")
    account: str = Field(default="", max_length=32, description="whose; empty: by a link or a kiosk")
    address: str = Field(default="", max_length=64, description="where it began")
    agent: str = Field(default="", max_length=200, description="the browser, as it called itself")


class Kiosk(SQLModel, table=True):
    """A link that opens the command wall on a screen nobody sits at: long-lived, read-only, revocable."""

    __tablename__ = "kiosk"

    hash: str = Field(primary_key=True, max_length=64, description="SHA-256 of the link's random value")
    name: str = Field(unique=True)
    stations: str = Field(description="comma list of grants (models.access.grants)")
    visitor: bool = False
    rotate_s: int = 0
    created_at: Millis = Field(sa_type=BigInteger)
    expires_at: Millis = Field(sa_type=BigInteger)
    opened_at: Millis | None = Field(default=None, sa_type=BigInteger, description="when a screen last opened it")
    revoked_at: Millis | None = Field(default=None, sa_type=BigInteger)


class SignInLink(SQLModel, table=True):
    """A link for one sign-in, valid for minutes."""

    __tablename__ = "sign_in_link"

    hash: str = Field(primary_key=True, max_length=64)
    name: str
    role: str
    stations: str = ALL_STATIONS
    account: str = Field(default="", max_length=32, description="whose password it lets choose; empty: nobody's")
    leads_to: str = Field(default="", max_length=16, description="a session, `password` or `first`")
    expires_at: Millis = Field(sa_type=BigInteger)
    used_at: Millis | None = Field(default=None, sa_type=BigInteger)


class ApiToken(SQLModel, table=True):
    """A bearer token of `/api/v1` and `/metrics`."""

    __tablename__ = "api_token"

    hash: str = Field(primary_key=True, max_length=64)
    name: str = Field(unique=True)
    role: str
    stations: str = ALL_STATIONS
    created_at: Millis = Field(sa_type=BigInteger)
    revoked_at: Millis | None = Field(default=None, sa_type=BigInteger)
