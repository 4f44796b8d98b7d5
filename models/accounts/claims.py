"""What an identity provider says of somebody as a role and stations. Pure; what is not mapped is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.access.grants import EVERYWHERE, grants_of
from models.access.policy import Role


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which claims are looked at. `roles`: value -> role, the first that is there counts. `stations`: value -> grants
    joined by `+`; empty: the values are grants themselves, `*` among them only with `everywhere`."""

    role_claim: str
    roles: tuple[tuple[str, str], ...]
    station_claim: str
    stations: tuple[tuple[str, str], ...]
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider, and what the claims give: an empty role or grants give nothing."""

    issuer: str
    subject: str
    name: str
    display: str
    role: str
    grants: tuple[str, ...]


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """`a=x,b=y` as pairs, in order.

    Raises:
        ValueError: an entry without `=`, or an empty side.
    """
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if any(not left.strip() or not right.strip() for left, _, right in parts):
        raise ValueError("must be a comma list of value=meaning")
    return tuple((left.strip(), right.strip()) for left, _, right in parts)


def identity_of(claims: Mapping[str, object], mapped: Mapped) -> Identity:
    """The identity in a verified ID token."""
    said = _texts(claims.get(mapped.role_claim))
    role = next((role for value, role in mapped.roles if value in said), "")
    places = _texts(claims.get(mapped.station_claim))
    meant = dict(mapped.stations)
    told = [place for place in places if _one_grant(place) and (mapped.everywhere or place != EVERYWHERE)]
    grants = [grant for place in places for grant in meant.get(place, "").split("+")] if meant else told
    return Identity(
        str(claims["iss"]), str(claims["sub"]), _text(claims.get("preferred_username")), _text(claims.get("name")),
        role if role in set(Role) else "", tuple(dict.fromkeys(grant.strip() for grant in grants if grant.strip())),
    )  # fmt: skip


def _texts(claim: object) -> list[str]:
    """The values of a claim. A text is one value, whatever is in it: `dispatch chiefs` is no member of `chiefs`."""
    several = claim if isinstance(claim, list) else [claim]
    return [one.strip() for one in several if isinstance(one, str) and one.strip()][:100]


def _one_grant(value: str) -> bool:
    """Whether a value is one grant: a comma would make it more than was looked at."""
    return grants_of(value) == (value,)


def _text(claim: object) -> str:
    return claim[:200] if isinstance(claim, str) else ""
