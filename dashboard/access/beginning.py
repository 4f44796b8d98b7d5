"""How a session begins: a one-time link or a kiosk's link, exchanged inside a transaction for a row of its own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from models.records.access import SignInLink, WebSession
from models.records.account import Account
from models.records.base import Millis
from store import access, accounts, kiosks
from store.database import Tx


class LinkProblem(StrEnum):
    """Why a sign-in or kiosk link was not exchanged."""

    WRONG = "wrong"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a browser is and what it calls itself; shown to its owner and to administrators."""

    address: str = ""
    agent: str = ""


#: A caller whose place is not known.
NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a session before it is known whose it is: the hash of its cookie, when it begins, how long it
    lives at most, and where."""

    hash: str
    now: Millis
    life_ms: Millis = 0
    origin: Origin = NOWHERE


P = TypeVar("P")

#: Exchanges what somebody shows for the row of a session, not yet added, or for what stands in its way.
Exchange = Callable[[Tx, Beginning], WebSession | P]


def digest_of(value: str) -> str:
    """SHA-256 of a random value, hexadecimal: what the store keeps in its place."""
    return hashlib.sha256(value.encode()).hexdigest()


def taken_link(tx: Tx, link: str, now: Millis) -> SignInLink | LinkProblem:
    """A one-time link, used up by this. `link`: its digest."""
    known = access.link(tx.conn, link)
    if known is None:
        return LinkProblem.WRONG
    if known.used_at is not None:
        return LinkProblem.USED
    if known.expires_at <= now:
        return LinkProblem.EXPIRED
    access.use_link(tx, known.hash, now)
    return known


def by_link(tx: Tx, link: str, new: Beginning) -> WebSession | LinkProblem:
    """A session by a one-time link that leads to one. `link`: its digest."""
    known = taken_link(tx, link, new.now)
    if isinstance(known, LinkProblem):
        return known
    if known.leads_to:
        raise ValueError("this link leads to no session")
    return _session(known.name, known.role, known.stations, new)


def of_account(tx: Tx, account: Account, new: Beginning) -> WebSession:
    """A session of an account that has shown all it was asked for."""
    accounts.signed_in(tx, account.id, new.now)
    row = _session(account.display, account.role, account.stations, new)
    row.account = account.id
    return row


def _session(name: str, role: str, stations: str, new: Beginning) -> WebSession:
    return WebSession(
        hash=new.hash, name=name, role=role, stations=stations,
        csrf=secrets.token_urlsafe(24), created_at=new.now, used_at=new.now, expires_at=new.now + new.life_ms,
        address=new.origin.address[:64], agent=new.origin.agent[:200],
    )  # fmt: skip


def by_kiosk(tx: Tx, link: str, new: Beginning) -> WebSession | LinkProblem:
    """A screen's session by a kiosk link, which stays good for the next screen and ends it. `link`: its digest."""
    known = kiosks.kiosk(tx.conn, link)
    if known is None:
        return LinkProblem.WRONG
    if known.revoked_at is not None:
        return LinkProblem.REVOKED
    if known.expires_at <= new.now:
        return LinkProblem.EXPIRED
    kiosks.opened(tx, known.hash, new.now)
    return WebSession(
        hash=new.hash, name=known.name, role="viewer", stations=known.stations,
        csrf=secrets.token_urlsafe(24), created_at=new.now, used_at=new.now, expires_at=known.expires_at,
        kiosk=known.hash, visitor=known.visitor, rotate_s=known.rotate_s,
    )  # fmt: skip
