"""How a session begins: a one-time link or a kiosk's link, exchanged inside a transaction for a row of its own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from models.records.access import WebSession
from models.records.base import Millis
from store import access, kiosks
from store.database import Tx


class LinkProblem(StrEnum):
    """Why a sign-in or kiosk link was not exchanged."""

    WRONG = "wrong"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a session before it is known whose it is: the hash of its cookie, and when it begins."""

    hash: str
    now: Millis


#: Exchanges a link for the row of a session, not yet added.
Exchange = Callable[[Tx, Beginning], WebSession | LinkProblem]


def digest_of(value: str) -> str:
    """SHA-256 of a random value, hexadecimal: what the store keeps in its place."""
    return hashlib.sha256(value.encode()).hexdigest()


def by_link(tx: Tx, link: str, new: Beginning, life_ms: Millis) -> WebSession | LinkProblem:
    """A session by a one-time link, which is used up by it. `link`: its digest."""
    known = access.link(tx.conn, link)
    if known is None:
        return LinkProblem.WRONG
    if known.used_at is not None:
        return LinkProblem.USED
    if known.expires_at <= new.now:
        return LinkProblem.EXPIRED
    access.use_link(tx, known.hash, new.now)
    return WebSession(
        hash=new.hash, name=known.name, role=known.role, stations=known.stations,
        csrf=secrets.token_urlsafe(24), created_at=new.now, used_at=new.now, expires_at=new.now + life_ms,
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
