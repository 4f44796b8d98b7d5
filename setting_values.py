"""What the value of a setting may be: each kind a type with its rule, which says in words what it must be."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.access.policy import Role
from models.accounts.claims import pairs
from models.alarms.ladder import own_ladders

_HERE = ("localhost", "127.0.0.1", "::1")
_HOST_NAME = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?(:\d{1,5})?$")


def everywhere(host: str) -> bool:
    """Whether an address means all of the machine's."""
    try:
        return not host or ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def _database(value: str) -> str:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    if not value.startswith("postgresql+psycopg://"):
        raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
    try:
        make_url(value)
    except (ValueError, ArgumentError):
        raise ValueError("must be postgresql+psycopg://user:pass@host:port/name") from None
    return value


def _broker(value: str) -> str:
    parts = urlsplit(value)
    try:
        _ = parts.port  # raises when it is none
    except ValueError:
        raise ValueError("must end with a port from 1 to 65535, or with the host") from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("must be mqtt://host:port or mqtts://host:port")
    return value


def _hosts(value: str) -> str:
    for host in value.split(","):
        if not _HOST_NAME.match(host.strip()):
            raise ValueError("must be a comma list of host names")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not a known time zone") from error
    return value


def _ladders(value: str) -> str:
    own_ladders(value)
    return value


def _hours(value: str) -> str:
    parts = [part.strip() for part in value.split(",")]
    hours = [int(part) for part in parts if part.isdecimal()]
    if len(hours) != len(parts) or hours != sorted(set(hours)) or hours[-1] > 23:
        raise ValueError("must be a comma list of ascending hours from 0 to 23")
    return value


def _known(roles: set[str]) -> None:
    if unknown := roles - set(Role):
        raise ValueError(f"{sorted(unknown)[0]} is no role; roles are {', '.join(Role)}")


def _roles(value: str) -> str:
    _known({role.strip() for role in value.split(",") if role.strip()})
    return value


def _pairs(value: str) -> str:
    pairs(value)
    return value


def _role_pairs(value: str) -> str:
    _known({meant for _, meant in pairs(value)})
    return value


def _issuer(value: str) -> str:
    if not value.startswith("https://") and urlsplit(value).hostname not in _HERE[:2]:
        raise ValueError("must be https://…, or on this machine")
    return value


def _scheduler(value: str) -> str:
    parts = urlsplit(value)
    local = parts.scheme == "tcp" and parts.hostname in _HERE
    if not parts.hostname or not (local or parts.scheme == "tls"):
        raise ValueError("must be tls://host:port, or tcp://127.0.0.1:port: Dask runs what comes over it")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_database)]
BrokerUrl = Annotated[str, AfterValidator(_broker)]
HostNames = Annotated[str, AfterValidator(_hosts)]
TimeZone = Annotated[str, AfterValidator(_zone)]
#: `CODE=FIRST/NEXT`, in s, as a comma list.
StationLadders = Annotated[str, AfterValidator(_ladders)]
ShiftHours = Annotated[str, AfterValidator(_hours)]
Roles = Annotated[str, AfterValidator(_roles)]
#: `value=meaning` as a comma list; of the second kind every meaning is a role.
Pairs = Annotated[str, AfterValidator(_pairs)]
RolePairs = Annotated[str, AfterValidator(_role_pairs)]
Issuer = Annotated[str, AfterValidator(_issuer)]
Scheduler = Annotated[str, AfterValidator(_scheduler)]
